// Finds the command in the arguments: the first words that are its path. Options that every command has may stand before
// and between those words.

import { UsageError } from '../errors.ts'
import { nearest } from '../util/nearest.ts'
import { foreignHint } from './foreign-hints.ts'
import { globalFlags } from './global-flags.ts'
import { type Entry, manifest } from './manifest.ts'
import { longName } from './syntax.ts'

export interface Located {
  /** The words of the path that were there: none for `ktool`, one for `ktool topics`. */
  words: string[]
  /** The command, where the words name one. */
  entry?: Entry
  /** Options before the end of the path, with their values. */
  before: string[]
  /** Everything after the path. */
  rest: string[]
}

/** Throws a UsageError with the nearest name for a word that no path has there. */
export function locate(argv: readonly string[]): Located {
  const words: string[] = []
  const before: string[] = []
  let at = 0
  while (at < argv.length) {
    const token = argv[at]
    if (token === '--') break
    if (token.startsWith('-') && token.length > 1) {
      const length = takesNext(token) ? 2 : 1
      before.push(...argv.slice(at, at + length))
      at += length
      continue
    }
    words.push(token)
    at++
    const path = words.join(' ')
    const entry = manifest.find((candidate) => candidate.path === path)
    if (entry !== undefined) return { words, entry, before, rest: argv.slice(at) }
    if (!manifest.some((candidate) => candidate.path.startsWith(`${path} `))) throw unknownCommand(words, before)
  }
  return { words, before, rest: argv.slice(at) }
}

/** Whether the value of an option is the next argument, and not part of this one. */
function takesNext(token: string): boolean {
  for (const [key, flag] of Object.entries(globalFlags)) {
    if (!('value' in flag)) continue
    if (token === longName(key)) return true
    // In `-qb` the last letter is the option whose value follows.
    if ('short' in flag && new RegExp(`^-[qv]*${flag.short}$`).test(token)) return true
  }
  return false
}

/** The words that may follow `words`. */
export function nextWords(words: readonly string[]): string[] {
  const visible = manifest.filter((entry) => !entry.hidden).map((entry) => entry.path.split(' '))
  const following = visible.filter((path) => words.every((word, index) => path[index] === word))
  return [...new Set(following.map((path) => path[words.length]).filter((word) => word !== undefined))]
}

function unknownCommand(words: readonly string[], before: readonly string[]): UsageError {
  // In `-C -t orders` the topic stands where a command's name is looked for.
  const foreignOnes = before.filter((token) => foreignHint(token, '') !== undefined)
  const foreign = foreignOnes.find((token) => token !== '-t') ?? foreignOnes[0]
  if (foreign !== undefined) {
    return new UsageError(`unknown option '${foreign}'`, { hint: foreignHint(foreign, '') })
  }
  const known = words.slice(0, -1)
  const near = nearest(words[words.length - 1], nextWords(known)).map((word) => `'${[...known, word].join(' ')}'`)
  return new UsageError(`unknown command '${words.join(' ')}'`, {
    hint:
      near.length > 0
        ? `did you mean ${near.join(' or ')}?`
        : `\`${['ktool', ...known, '--help'].join(' ')}\` lists the commands`,
  })
}
