// The arguments of a command to values: commander takes the words apart, the command's data says what they mean.

import { Argument, Command, type CommanderError, Option } from 'commander'
import type { Flag } from '../commands/command.ts'
import { UsageError } from '../errors.ts'
import { foreignHint } from './foreign-hints.ts'
import { globalFlags } from './global-flags.ts'
import { allFlags, longName, type NamedFlag, type Syntax } from './syntax.ts'

export type Values = Record<string, unknown>

export interface Parsed {
  /** Help was asked for; nothing else was looked at. */
  help: boolean
  args: Values
  flags: Values
  globals: Values
}

/** Parses what follows the command's name. Throws a UsageError. */
export function parseArguments(syntax: Syntax, tokens: readonly string[]): Parsed {
  const flags = allFlags(syntax)
  try {
    return parseKnown(syntax, flags, tokens, (flag) => flag.flag.required || mayOccur(flag, tokens))
  } catch (error) {
    const { code } = error as CommanderError
    if (code === 'commander.helpDisplayed') return { help: true, args: {}, flags: {}, globals: {} }
    if (code?.startsWith('commander.')) throw usageError(error as CommanderError, syntax.path, flags)
    if (error instanceof UsageError && error.hint === undefined)
      throw new UsageError(error.message, seeHelp(syntax.path))
    throw error
  }
}

/**
 * With the options that the words can hold: to make all of them for commander takes a good part of the time to start. Only
 * for a word that is none of them it matters which others there are.
 */
function parseKnown(
  syntax: Syntax,
  flags: readonly NamedFlag[],
  tokens: readonly string[],
  isNeeded: (flag: NamedFlag) => boolean | undefined,
): Parsed {
  const program = new Command()
  const bindings = flags.map((named) => {
    if (!isNeeded(named)) return named
    const option = createOption(named)
    program.addOption(option)
    return { ...named, option }
  })
  for (const { value, optional, repeatable } of Object.values(syntax.args ?? {})) {
    const name = repeatable ? `${value}...` : value
    program.addArgument(new Argument(optional ? `[${name}]` : `<${name}>`))
  }
  try {
    run(program, tokens)
  } catch (error) {
    const isUnknown = (error as CommanderError).code === 'commander.unknownOption'
    if (isUnknown && !flags.every(isNeeded)) return parseKnown(syntax, flags, tokens, () => true)
    throw error
  }
  const values = (isGlobal: boolean) =>
    Object.fromEntries(
      bindings.filter((one) => one.isGlobal === isGlobal).map((one) => [one.key, flagValue(program, one)]),
    )
  const globals = { ...globalDefaults, ...values(true) }
  return { help: false, args: argumentValues(program, syntax), flags: values(false), globals }
}

function mayOccur({ short, long }: NamedFlag, tokens: readonly string[]): boolean {
  return tokens.some(
    (token) =>
      token === long ||
      (long !== undefined && token.startsWith(`${long}=`)) ||
      (short !== undefined && /^-[^-]/.test(token) && token.includes(short[1])),
  )
}

/** The values of global flags whose names a command has taken. */
const globalDefaults: Values = Object.fromEntries(
  Object.entries<Flag>(globalFlags).map(([key, flag]) => [key, absentValue(flag)]),
)

function absentValue(flag: Flag): unknown {
  if (flag.value === undefined) return false
  return flag.repeatable ? [] : flag.default
}

function run(program: Command, tokens: readonly string[]): void {
  program
    .helpOption('-h, --help')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut() {}, writeErr() {} })
    // Help is made elsewhere; here it only ends the parsing.
    .configureHelp({ formatHelp: () => '' })
    .parse(tokens, { from: 'user' })
}

function createOption({ key, flag, short, long }: NamedFlag): Option {
  const names = [short, long].filter((name) => name !== undefined).join(', ')
  const option = new Option(flag.value === undefined ? names : `${names} <value>`)
  if (flag.required) option.makeOptionMandatory()
  if (flag.repeatable) option.argParser((value, before: string[] | undefined) => [...(before ?? []), value])
  else if (flag.value !== undefined) {
    option.argParser((value, before: unknown) => {
      // The last one counts; one that is wrong is not passed over for that.
      if (typeof before === 'string') parseValue(key, flag, before)
      return value
    })
  }
  return option
}

function argumentValues(program: Command, { args = {} }: Syntax): Values {
  return Object.fromEntries(
    Object.entries(args).map(([key, { value: name, choices, repeatable }], index) => {
      const value: unknown = program.processedArgs[index]
      for (const word of [value].flat()) checkChoice(name, choices, word)
      return [key, repeatable ? (value ?? []) : value]
    }),
  )
}

function flagValue(program: Command, { key, flag, option }: NamedFlag & { option?: Option }): unknown {
  if (option === undefined) return absentValue(flag)
  const given: unknown = program.getOptionValue(option.attributeName())
  if (flag.value === undefined) return option.negate ? given === false : given === true
  if (flag.repeatable) return ((given as string[] | undefined) ?? []).map((text) => parseValue(key, flag, text))
  // Where there is a `--no-x` beside `--x VALUE`, commander answers false for x.
  return typeof given === 'string' ? parseValue(key, flag, given) : flag.default
}

function parseValue(key: string, flag: Flag, text: string): unknown {
  checkChoice(longName(key), flag.choices, text)
  try {
    return flag.parse === undefined ? text : flag.parse(text)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(`${longName(key)}: ${error.message}`, { hint: error.hint })
  }
}

function checkChoice(what: string, choices: readonly string[] | undefined, word: unknown): void {
  if (choices === undefined || word === undefined || choices.includes(word as string)) return
  throw new UsageError(`${what}: '${word}' is not one of ${choices.join(', ')}`)
}

/** Commander's message as ktool's: what, and what to do. */
function usageError({ message }: CommanderError, path: string, flags: readonly NamedFlag[]): UsageError {
  const [first, suggestion] = message.replace(/^error: /, '').split('\n')
  const what = first
    .replace(/^option '(.*?)(?: <value>)?' argument missing$/, "option '$1' needs a value")
    .replace(/^required option '(.*?)(?: <value>)?' not specified$/, "option '$1' is required")
    .replace(/\.$/, '')
  const withValue = /^unknown option '(--[\w-]+)=/.exec(what)?.[1]
  if (flags.some(({ long, flag }) => long === withValue && flag.value === undefined)) {
    return new UsageError(`option '${withValue}' takes no value`, seeHelp(path))
  }
  const foreign = foreignHint(/^unknown option '(--[\w-]+|-.)/.exec(what)?.[1] ?? '', path)
  if (foreign !== undefined) return new UsageError(what, { hint: foreign })
  const meant = /Did you mean (.*)\?/.exec(suggestion ?? '')?.[1]
  return new UsageError(what, meant === undefined ? seeHelp(path) : { hint: `did you mean ${meant}?` })
}

function seeHelp(path: string): { hint: string } {
  return { hint: `\`${['ktool', path, '--help'].filter((word) => word !== '').join(' ')}\` shows the options` }
}
