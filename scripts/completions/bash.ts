// The completion script for bash. Bash shows no descriptions, so it gets words only.

import { type CompletedFlag, connectionFlags, generatedNotice, type Place, quoted, type Values } from './model.ts'

export function bashScript(places: readonly Place[]): string {
  return `# bash completion of ktool: put \`source <(ktool completion bash)\` into ~/.bashrc
${generatedNotice}

# The words that may follow PATH.
_ktool_words() {
  case $1 in
${cases(places, ({ path, words }) => [path, words.map(({ word }) => word).join(' ')])}
    *) return 1 ;;
  esac
}

# The options of PATH.
_ktool_options() {
  case $1 in
${cases(places, ({ path, flags }) => [path, flags.flatMap((flag) => flag.names).join(' ')])}
    *) REPLY= ;;
  esac
}

# What the value of an option is, given as 'PATH OPTION': =WORDS, a kind, or - for anything. Fails for a switch.
_ktool_value() {
  case $1 in
${values(places).join('\n')}
    *) return 1 ;;
  esac
}

# What the argument of PATH at a position is, given as 'PATH POSITION'.
_ktool_argument() {
  case $1 in
${places.flatMap(argumentCases).join('\n')}
    *) REPLY=- ;;
  esac
}

_ktool_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null # bash 3.2, as macOS has it, can't
  COMPREPLY=($(compgen "$1" -- "$2"))
}

# Completes $2 with what $1 says.
_ktool_complete() {
  case $1 in
    =*) COMPREPLY=($(compgen -W "\${1#=}" -- "$2")) ;;
    file) _ktool_paths -f "$2" ;;
    directory) _ktool_paths -d "$2" ;;
    -) ;;
    *) _ktool_names "$1" "$2" ;;
  esac
}

# Names of the kind $1 that begin with $2, quoted: names are those of strangers, and compgen -W would expand them.
_ktool_names() {
  local name head=
  # Readline looks only at what is behind the last colon.
  if [[ $2 == *:* && $COMP_WORDBREAKS == *:* ]]; then head=\${2%"\${2##*:}"}; fi
  while IFS= read -r name; do
    if [[ $name == "$2"* ]]; then
      printf -v name %q "\${name#"$head"}"
      COMPREPLY+=("$name")
    fi
  done < <("$program" __complete "$1" --timeout 1s "\${connection[@]}" 2>/dev/null)
}

_ktool() {
  local IFS=$' \\t\\n' REPLY program=\${COMP_WORDS[0]} path= position=0 word current= pending= connection=()
  local line=\${COMP_LINE:0:COMP_POINT} words
  # Bash itself would split at = and : as well.
  read -ra words <<<"$line"
  if [[ $line == *[[:space:]] ]]; then words+=(''); fi
  COMPREPLY=()
  current=\${words[\${#words[@]} - 1]}
  for word in "\${words[@]:1:\${#words[@]} - 2}"; do
    if [[ -n $pending ]]; then
      case $pending in ${connectionFlags.join('|')}) connection+=("$pending" "$word") ;; esac
      pending=
    elif [[ $word == -?* ]]; then
      if _ktool_value "$path $word"; then pending=$word; fi
    elif [[ $word == help && -z $path ]]; then
      continue
    elif _ktool_words "$path" && [[ " $REPLY " == *" $word "* ]]; then
      path=\${path:+$path }$word
    else
      position=$((position + 1))
    fi
  done

  if [[ -n $pending ]]; then
    _ktool_value "$path $pending" && _ktool_complete "$REPLY" "$current"
  elif [[ $current == --*=* ]]; then
    _ktool_value "$path \${current%%=*}" && _ktool_complete "$REPLY" "\${current#*=}"
  elif [[ $current == -* ]]; then
    _ktool_options "$path" && COMPREPLY=($(compgen -W "$REPLY" -- "$current"))
  elif _ktool_words "$path"; then
    COMPREPLY=($(compgen -W "$REPLY" -- "$current"))
  else
    _ktool_argument "$path $position" && _ktool_complete "$REPLY" "$current"
  fi
}

complete -F _ktool ktool
`
}

function cases(places: readonly Place[], of: (place: Place) => [pattern: string, reply: string]): string {
  return places
    .map(of)
    .filter(([, reply]) => reply !== '')
    .map(([pattern, reply]) => `    ${quoted(pattern, 'posix')}) REPLY=${quoted(reply, 'posix')} ;;`)
    .join('\n')
}

/** One case for each option with a value: those that have it everywhere first, with any path. */
function values(places: readonly Place[]): string[] {
  const lines = new Map<string, string[]>()
  const everywhere = new Set<string>()
  for (const { path, flags } of places) {
    for (const flag of flags.filter(({ value }) => value !== undefined)) {
      const reply = quoted(replyOf(flag.values), 'posix')
      for (const name of flag.names) {
        const isGlobal = places[0].flags.some((global) => sameFlag(global, flag))
        if (isGlobal) everywhere.add(`    *${quoted(` ${name}`, 'posix')}) REPLY=${reply} ;;`)
        else lines.set(reply, [...(lines.get(reply) ?? []), quoted(`${path} ${name}`, 'posix')])
      }
    }
  }
  return [...[...lines].map(([reply, patterns]) => `    ${patterns.join(' | ')}) REPLY=${reply} ;;`), ...everywhere]
}

function sameFlag(a: CompletedFlag, b: CompletedFlag): boolean {
  return a.doc === b.doc && a.names.join() === b.names.join()
}

function argumentCases({ path, args, isOpenEnded }: Place): string[] {
  return args.map(({ values }, index) => {
    const isLast = index === args.length - 1
    const pattern = isLast && isOpenEnded ? `${quoted(`${path} `, 'posix')}*` : quoted(`${path} ${index}`, 'posix')
    return `    ${pattern}) REPLY=${quoted(replyOf(values), 'posix')} ;;`
  })
}

function replyOf(values: Values): string {
  if (values === undefined) return '-'
  return typeof values === 'string' ? values : `=${values.join(' ')}`
}
