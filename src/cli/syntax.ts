// What a command's data says of its command line, for parsing, help and completion alike.

import type { Argument, Example, Flag } from '../commands/command.ts'
import { globalFlags } from './global-flags.ts'

export interface Syntax {
  path: string
  description?: string
  args?: Record<string, Argument>
  flags?: Record<string, Flag>
  examples?: readonly Example[]
}

/** A flag under the names that it goes by. */
export interface NamedFlag {
  key: string
  flag: Flag
  /** `-p`, where it has a letter. */
  short?: string
  /** `--partitions`; a global flag loses it to a command's own flag of that name. */
  long?: string
  isGlobal: boolean
}

/** The command's own flags, then those that every command has. */
export function allFlags({ flags = {} }: Syntax): NamedFlag[] {
  const own = Object.entries(flags).map(([key, flag]) => named(key, flag, false, false))
  const globals = Object.entries<Flag>(globalFlags).map(([key, flag]) => named(key, flag, true, key in flags))
  return [...own, ...globals].filter(({ short, long }) => short !== undefined || long !== undefined)
}

function named(key: string, flag: Flag, isGlobal: boolean, isShadowed: boolean): NamedFlag {
  const short = flag.short === undefined ? undefined : `-${flag.short}`
  return { key, flag, short, long: isShadowed ? undefined : longName(key), isGlobal }
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
