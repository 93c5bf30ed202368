// What a command's data says of its command line, for parsing, help and completion alike.

import type { Argument, Example, Flag } from '../commands/command.ts'
import { globalFlags } from './global-flags.ts'

export interface Syntax {
  path: string
  description?: string
  args?: Record<string, Argument>
  flags?: Record<string, Flag>
  examples?: readonly Example[]
  asks?: boolean
  unused?: readonly string[]
}

/** A flag under the names that it goes by. */
export interface NamedFlag {
  key: string
  flag: Flag
  /** `-p`, where it has a letter. */
  short?: string
  /** `--partitions` */
  long?: string
  isGlobal: boolean
}

/** The command's own flags, then those that every command has, without the names that the command uses otherwise. */
export function allFlags({ flags = {} }: Syntax): NamedFlag[] {
  const own = Object.entries(flags).map(([key, flag]) => named(key, flag, false))
  const taken = new Set(own.flatMap(({ short, long }) => [short, long]))
  const globals = Object.entries<Flag>(globalFlags)
    .map(([key, flag]) => named(key, flag, true))
    .map((one) => ({
      ...one,
      short: taken.has(one.short) ? undefined : one.short,
      long: taken.has(one.long) ? undefined : one.long,
    }))
    .filter(({ short, long }) => short !== undefined || long !== undefined)
  return [...own, ...globals]
}

/** Those that help and completion show: all but what has no meaning for the command. */
export function shownFlags(syntax: Syntax): NamedFlag[] {
  const { asks, unused = [] } = syntax
  const isCommand = syntax.examples !== undefined
  return allFlags(syntax).filter(({ key, isGlobal }) => {
    return !isGlobal || !isCommand || (!unused.includes(key) && (asks === true || key !== 'yes'))
  })
}

function named(key: string, flag: Flag, isGlobal: boolean): NamedFlag {
  return { key, flag, short: flag.short === undefined ? undefined : `-${flag.short}`, long: longName(key), isGlobal }
}

/** `ifNotExists` is `--if-not-exists`. */
export function longName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** `NAME… [options]` */
export function usage({ args = {} }: Syntax): string {
  const terms = Object.values(args).map(({ value, optional, repeatable }) => {
    const term = repeatable ? `${value}…` : value
    return optional ? `[${term}]` : term
  })
  return [...terms, '[options]'].join(' ')
}
