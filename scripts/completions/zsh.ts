// The completion script for zsh: _arguments with descriptions, one call for each command.

import { type CompletedFlag, connectionFlags, generatedNotice, type Place, quoted, type Values } from './model.ts'

export function zshScript(places: readonly Place[]): string {
  return `#compdef ktool
# zsh completion of ktool: \`ktool completion zsh > _ktool\` in a folder of $fpath
${generatedNotice}

# The words that may follow a path: lines of WORD:SUMMARY in reply.
_ktool_words() {
  case $1 in
${places
  .filter(({ words }) => words.length > 0)
  .map(({ path, words }) => `    ${quoted(path, 'posix')}) reply=(${words.map(describedWord).join(' ')}) ;;`)
  .join('\n')}
    *) reply=(); return 1 ;;
  esac
}

# Names from the cluster that the command line names. The kind comes last, after options for compadd.
_ktool_names() {
  local -a names
  names=(\${(f)"$(_call_program names $ktool_program __complete $argv[-1] --timeout 1s $ktool_connection 2>/dev/null)"})
  compadd "\${(@)argv[1,-2]}" -- $names
}

_ktool() {
  local -a reply ktool_connection
  local ktool_program=$words[1] ktool_path= at=2 awaits_value=
  # The path: words that can follow each other, with options that every command has among them.
  while (( at < CURRENT )); do
    case $words[at] in
      ${[...connectionFlags, ...otherValues(places[0])].join('|')})
        if (( at + 1 == CURRENT )); then awaits_value=1; break; fi
        (( at += 2 )) ;;
      -*) (( at++ )) ;;
      help) if [[ -z $ktool_path ]]; then (( at++ )); else break; fi ;;
      *)
        if _ktool_words "$ktool_path" && (( \${reply[(I)$words[at]:*]} )); then
          ktool_path=\${ktool_path:+$ktool_path }$words[at]
          (( at++ ))
        else
          break
        fi ;;
    esac
  done
  local index
  for (( index = 2; index + 1 < CURRENT; index++ )); do
    case $words[index] in ${connectionFlags.join('|')}) ktool_connection+=($words[index] $words[index+1]) ;; esac
  done

  if [[ -z $awaits_value && $words[CURRENT] != -* ]] && _ktool_words "$ktool_path"; then
    if (( at == CURRENT )); then _describe -t commands command reply; else _message 'no such command'; fi
    return
  fi
  words=(ktool "\${(@)words[at,-1]}")
  (( CURRENT -= at - 2 ))
  case $ktool_path in
${places.map(placeCase).join('\n')}
  esac
}

_ktool "$@"
`
}

function describedWord({ word, summary }: { word: string; summary: string }): string {
  return quoted(`${word}:${summary}`, 'posix')
}

function otherValues({ flags }: Place): string[] {
  return flags
    .filter(({ value }) => value !== undefined)
    .flatMap(({ names }) => names)
    .filter((name) => !connectionFlags.includes(name))
}

function placeCase({ path, flags, args, isOpenEnded }: Place): string {
  const specs = [
    ...flags.flatMap(flagSpecs),
    ...args.map((argument, index) => argumentSpec(argument, index, args.length, isOpenEnded)),
  ]
  return `    ${quoted(path, 'posix')})\n      _arguments -s -S \\\n${specs.map((spec) => `        ${spec}`).join(' \\\n')}\n      ;;`
}

function flagSpecs({ names, doc, value, values, repeatable }: CompletedFlag): string[] {
  const others = repeatable ? '*' : names.length > 1 ? `(${names.join(' ')})` : ''
  return names.map((name) => {
    const attached = value === undefined ? '' : name.startsWith('--') ? '=' : '+'
    const takes = value === undefined ? '' : `:${escaped(value)}:${action(values)}`
    return quoted(`${others}${name}${attached}[${escaped(doc)}]${takes}`, 'posix')
  })
}

function argumentSpec(
  { name, values }: Place['args'][number],
  index: number,
  count: number,
  isOpenEnded: boolean,
): string {
  const position = index === count - 1 && isOpenEnded ? '*' : String(index + 1)
  return quoted(`${position}:${escaped(name)}:${action(values)}`, 'posix')
}

function action(values: Values): string {
  if (values === undefined) return ' '
  if (values === 'file') return '_files'
  if (values === 'directory') return '_files -/'
  return typeof values === 'string' ? `_ktool_names ${values}` : `(${values.join(' ')})`
}

/** Colons and brackets separate the parts of a specification. */
function escaped(text: string): string {
  return text.replaceAll(/[\\:[\]]/g, (char) => `\\${char}`)
}
