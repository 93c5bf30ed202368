// The completion script for fish: one `complete` line for each word, option and argument.

import { type CompletedFlag, connectionFlags, generatedNotice, type Place, quoted, type Values } from './model.ts'

export function fishScript(places: readonly Place[]): string {
  const [program, ...others] = places
  return `# fish completion of ktool: \`ktool completion fish > ~/.config/fish/completions/ktool.fish\`
${generatedNotice}

# The words that may follow PATH.
function __ktool_words
    switch "$argv"
${places
  .filter(({ words }) => words.length > 0)
  .map(
    ({ path, words }) =>
      `        case ${quoted(path, 'fish')}\n            printf '%s\\n' ${words.map(({ word }) => word).join(' ')}`,
  )
  .join('\n')}
    end
end

# The path on the command line and the number of arguments after it, a line each; then the options of the connection.
function __ktool_state
    set -l path
    set -l position 0
    set -l connection
    set -l pending
    set -l tokens (commandline -opc)
    for token in $tokens[2..-1]
        if test -n "$pending"
            if contains -- $pending ${connectionFlags.join(' ')}
                set -a connection $pending $token
            end
            set pending
        else if string match -q -- '-?*' $token
            if __ktool_takes_value $token
                set pending $token
            end
        else if test "$token" = help -a -z "$path"
            continue
        else if contains -- $token (__ktool_words $path)
            set -a path $token
        else
            set position (math $position + 1)
        end
    end
    echo "$path"
    echo $position
    if set -q connection[1]
        printf '%s\\n' $connection
    end
end

function __ktool_takes_value
    contains -- $argv[1] ${[...new Set(places.flatMap(valueNames))].join(' ')}
end

# Whether the command line is at PATH.
function __ktool_at
    set -l state (__ktool_state)
    test "$state[1]" = "$argv[1]"
end

# Whether it is at PATH with its arguments from FIRST to LAST, where LAST may be left out.
function __ktool_argument
    set -l state (__ktool_state)
    test "$state[1]" = "$argv[1]" -a $state[2] -ge $argv[2]; and begin
        test (count $argv) -lt 3; or test $state[2] -le $argv[3]
    end
end

# Names of a kind from the cluster that the command line names.
function __ktool_names
    set -l state (__ktool_state)
    set -l tokens (commandline -opc)
    $tokens[1] __complete $argv[1] --timeout 1s $state[3..-1] 2>/dev/null
end

complete -c ktool -f
${program.flags
  .filter(({ names }) => !names.includes('--version'))
  .map((flag) => completeFlag('', flag))
  .join('\n')}
${program.flags
  .filter(({ names }) => names.includes('--version'))
  .map((flag) => completeFlag(`-n ${condition('__ktool_at', '')}`, flag))
  .join('\n')}
${places.flatMap(completeWords).join('\n')}
${others.flatMap((place) => completeOwn(place, program)).join('\n')}
`
}

function condition(name: string, path: string, ...numbers: number[]): string {
  return quoted([name, `"${path}"`, ...numbers].join(' '), 'fish')
}

function completeWords({ path, words }: Place): string[] {
  return words.map(
    ({ word, summary }) =>
      `complete -c ktool -n ${condition('__ktool_at', path)} -a ${word} -d ${quoted(summary, 'fish')}`,
  )
}

/** Flags and arguments of a command, without what every command has. */
function completeOwn({ path, flags, args, isOpenEnded }: Place, program: Place): string[] {
  const global = new Set(program.flags.map(({ names }) => names.join()))
  const at = condition('__ktool_at', path)
  const own = flags.filter(({ names }) => !global.has(names.join())).map((flag) => completeFlag(`-n ${at}`, flag))
  const values = args.flatMap(({ values }, index) => {
    if (values === undefined) return []
    const range = index === args.length - 1 && isOpenEnded ? [index] : [index, index]
    return [`complete -c ktool -n ${condition('__ktool_argument', path, ...range)} ${valueOptions(values)}`]
  })
  return [...own, ...values]
}

function completeFlag(when: string, { names, doc, value, values }: CompletedFlag): string {
  const parts = ['complete -c ktool', when]
  for (const name of names) parts.push(name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)
  if (value !== undefined) parts.push(values === 'file' ? '-r' : '-x', valueOptions(values))
  parts.push(`-d ${quoted(doc, 'fish')}`)
  return parts.filter((part) => part !== '').join(' ')
}

function valueOptions(values: Values): string {
  if (values === undefined) return ''
  if (values === 'file') return '-F'
  if (values === 'directory') return "-a '(__fish_complete_directories)'"
  return typeof values === 'string' ? `-a '(__ktool_names ${values})'` : `-a ${quoted(values.join(' '), 'fish')}`
}

function valueNames({ flags }: Place): string[] {
  return flags.filter(({ value }) => value !== undefined).flatMap(({ names }) => names)
}
