// Names as arguments take them: a literal, a glob (`orders-*`, `{a,b}.v[12]`), or `/regex/` (unanchored, as in grep).
// A glob's `*` matches names that begin with a dot too, and a `!` in front is no negation.

import { posix } from 'node:path'
import { UsageError } from '../errors.ts'

export interface NamePattern {
  readonly text: string
  /** Whether it names exactly one name. */
  readonly literal: boolean
  matches(name: string): boolean
}

export function namePattern(text: string): NamePattern {
  if (text.length > 2 && text.startsWith('/') && text.endsWith('/')) {
    return { text, literal: false, matches: bounded(text, regularExpression(text)) }
  }
  if (/[*?[\]{}]/.test(text)) {
    // The letter in front keeps the path rules for hidden files and negation away.
    const glob = `x${text}`
    return { text, literal: false, matches: (name) => posix.matchesGlob(`x${name}`, glob) }
  }
  return { text, literal: true, matches: (name) => name === text }
}

/** A careless expression (`/^(a+)+$/`) takes years for some names; names come from the cluster, so anybody may choose them. */
const MATCH_WITHIN_MS = 1_000

function bounded(text: string, expression: RegExp): (name: string) => boolean {
  const { Script, createContext } = process.getBuiltinModule('node:vm')
  const context = createContext({ expression, name: '' })
  const script = new Script('expression.test(name)')
  return (name) => {
    context['name'] = name
    try {
      return script.runInContext(context, { timeout: MATCH_WITHIN_MS })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      throw new UsageError(`${text} takes too long to match '${name.slice(0, 80)}'`, {
        hint: 'repetitions within repetitions do; write it without them',
        cause: error,
      })
    }
  }
}

function regularExpression(text: string): RegExp {
  try {
    return new RegExp(text.slice(1, -1))
  } catch (error) {
    throw new UsageError(`'${text}' is not a regular expression: ${(error as Error).message}`, { cause: error })
  }
}

export interface Selection<Item> {
  /** The chosen items in their own order, each once. */
  items: Item[]
  /** The patterns that matched nothing. */
  unmatched: NamePattern[]
  /** Whether a glob or a regular expression chose any of them. */
  byPattern: boolean
}

/** The items that any of `patterns` names; no pattern chooses all. */
export function selectByName<Item extends { name: string }>(
  items: readonly Item[],
  patterns: readonly NamePattern[],
): Selection<Item> {
  if (patterns.length === 0) return { items: [...items], unmatched: [], byPattern: false }
  const unmatched = new Set(patterns)
  const chosen = items.filter((item) => {
    let found = false
    for (const pattern of patterns) {
      if (!pattern.matches(item.name)) continue
      unmatched.delete(pattern)
      found = true
    }
    return found
  })
  return { items: chosen, unmatched: [...unmatched], byPattern: patterns.some((pattern) => !pattern.literal) }
}
