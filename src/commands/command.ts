// The shape of a command: data first (arguments, flags, help, examples), run() last.
//
// A command is one file `commands/NAME.ts` or `commands/NOUN/VERB.ts` and one line in cli/manifest.ts:
//
//   export const command = defineCommand({
//     path: 'topics delete',
//     summary: 'Delete topics',                                  // one line, as in the manifest
//     description: 'Longer text, wrapped by help.',
//     args: { names: { value: 'NAME', doc: 'Topic, glob or /regex/', repeatable: true, complete: 'topic' } },
//     flags: {
//       ifExists: { doc: 'Leave out topics that do not exist' },                     // --if-exists, boolean
//       partition: { short: 'p', value: 'N', parse: integer({ min: 0 }), doc: '…' }, // number | undefined
//       config: { short: 'c', value: 'KEY=VALUE', parse: keyValue, repeatable: true, doc: '…' }, // [string, string][]
//       order: { value: 'ORDER', choices: ['key', 'time'], default: 'key', doc: '…' },     // 'key' | 'time'
//     },
//     examples: [{ line: 'ktool topics delete orders', doc: 'Delete one topic' }],
//     async run(context, args, flags) { … },                     // args.names: string[], flags.ifExists: boolean
//   })
//
// The keys of `args` are their order on the command line; those of `flags` give the long names (`ifExists` is
// `--if-exists`, `noCommit` is `--no-commit`). Options that every command has (-b, -X, --json …) are not listed: they
// arrive in the context. A command imports what it needs at its top; only commands that run are loaded.
//
// run() writes data to stdout (context.rows(), or context.stdout through output/write.ts), everything else through the
// context. It throws for what ends the run and calls context.fail() for an item that failed while the others go on. It
// never calls process.exit, and returns an exit code only where main would choose another: 0, 1 after fail(), 130 after
// Ctrl-C. On Ctrl-C main ends a run at once, unless the command says `finishesOnSignal: true`: then run() must return
// soon after context.signal aborts, having finished what it began (a second Ctrl-C ends it all the same).

import type { Readable, Writable } from 'node:stream'
import type { Client } from '../client/client.ts'
import type { Settings } from '../config/settings.ts'
import type { ExitCode } from '../errors.ts'
import type { OutputForm, Rows, RowsSpec } from '../output/rows.ts'

/** What the shell completes: names looked up in the cluster or the schema registry, or paths. */
export type Completion = 'topic' | 'group' | 'broker' | 'transaction' | 'subject' | 'file' | 'directory'

export interface Argument {
  /** Its name in help, in capitals. */
  value: string
  doc: string
  optional?: boolean
  /** Takes all that follow; only the last argument can. */
  repeatable?: boolean
  /** The only words allowed; gives help and completion too. */
  choices?: readonly string[]
  complete?: Completion
}

export interface Flag {
  /** One letter, without the dash. */
  short?: string
  /** Name of the value in help, such as `KEY=VALUE`. A flag without one is a switch. */
  value?: string
  /** Text to value; throws a UsageError that says what was expected. Default: the text itself. */
  parse?: (text: string) => unknown
  /** The only values allowed; gives help and completion too. */
  choices?: readonly string[]
  /** May be given several times; the value is an array, empty where the flag is absent. */
  repeatable?: boolean
  /** The command makes no sense without it. */
  required?: boolean
  /** The value where the flag is absent. */
  default?: unknown
  /** What help says of the default, where the value alone does not say it. */
  defaultDoc?: string
  /** A line for help, without a full stop. */
  doc: string
  /** Heading in help. Default: `Options`. */
  category?: string
  complete?: Completion
}

export interface Example {
  line: string
  doc: string
}

type Word<A> = A extends { choices: readonly (infer Choice)[] } ? Choice : string

type ArgumentValue<A> = A extends { repeatable: true }
  ? Word<A>[]
  : A extends { optional: true }
    ? Word<A> | undefined
    : Word<A>

type Parsed<F> = F extends { choices: readonly (infer Choice)[] }
  ? Choice
  : F extends { parse: (text: string) => infer Value }
    ? Value
    : string

type FlagValue<F> = F extends { value: string }
  ? F extends { repeatable: true }
    ? Parsed<F>[]
    : F extends { default: infer Default }
      ? Parsed<F> | Default
      : F extends { required: true }
        ? Parsed<F>
        : Parsed<F> | undefined
  : boolean

export type ArgumentValues<A> = { [Key in keyof A]: ArgumentValue<A[Key]> }
export type FlagValues<F> = { [Key in keyof F]: FlagValue<F[Key]> }

export interface CommandSpec<A = Record<string, Argument>, F = Record<string, Flag>> {
  /** Its words: `topics create`, `produce`. */
  path: string
  summary: string
  description?: string
  args?: A
  flags?: F
  examples: readonly Example[]
  /** Whether run() itself ends well after Ctrl-C, as produce does. Without it main ends the run at once. */
  finishesOnSignal?: boolean
  /** It asks before something that can't be undone, so that --yes has a meaning. */
  asks?: boolean
  /** Keys of further options of every command that have no meaning here: help and completion leave them out. */
  unused?: readonly string[]
  /** It asks no cluster: profiles and kcat's own file are not looked at, so that a fault in them is not in its way. */
  withoutCluster?: boolean | ((flags: FlagValues<F>) => boolean)
  run(context: Context, args: ArgumentValues<A>, flags: FlagValues<F>): Promise<ExitCode | undefined>
}

/** A command with the types of its values forgotten, as main and help see it. */
export interface Command extends Omit<CommandSpec, 'run' | 'withoutCluster'> {
  withoutCluster?: boolean | ((flags: never) => boolean)
  run(context: Context, args: never, flags: never): Promise<ExitCode | undefined>
}

/** What says which cluster, for `unused`. */
export const CONNECTION: readonly string[] = ['bootstrapServer', 'commandConfig', 'profile', 'resolve', 'timeout']
/** What says how rows are printed, for `unused`. */
export const FORMS: readonly string[] = ['output', 'json']

/** Gives run() the types of the values that `args` and `flags` describe. */
export function defineCommand<
  const A extends Record<string, Argument> = Record<never, Argument>,
  const F extends Record<string, Flag> = Record<never, Flag>,
>(spec: CommandSpec<A, F>): CommandSpec<A, F> {
  return spec
}

/** Flags on their own, for those that several commands share. */
export function defineFlags<const F extends Record<string, Flag>>(flags: F): F {
  return flags
}

export interface Progress {
  /** Replaces the text after the label, once it is drawn. Cheap enough for every batch. */
  update(text: () => string): void
  /** Takes the line away; `text` stays as a note. */
  done(text?: string): void
}

/** What a command gets from the outside. cli/context.ts makes it. */
export interface Context {
  readonly stdin: Readable
  /** Data only. */
  readonly stdout: Writable
  readonly stderr: Writable
  readonly isTerminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean }
  /** Colour on stdout. */
  readonly colour: boolean
  readonly form: OutputForm
  /** Whether the form was asked for (--json, --output), not chosen by the kind of stdout. */
  readonly formGiven: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly yes: boolean
  /** The time allowed for an answer from the cluster, in milliseconds. */
  readonly timeoutMs: number
  /** The client's settings by their Java names. */
  readonly settings: Settings
  /** Aborts on Ctrl-C, SIGTERM, or when the reader of stdout went away. */
  readonly signal: AbortSignal
  /** The shared client, loaded and made on first use, closed by main. */
  client(): Promise<Client>
  /** A writer of rows to stdout in the form asked for. */
  rows<Item extends object, Row extends object = Item>(spec: RowsSpec<Item, Row>): Rows<Item>
  /** A line on stderr, not with --quiet. */
  note(text: string): void
  /** A warning on stderr, with --quiet too. */
  warn(text: string): void
  /**
   * Reports an item that failed; the run goes on and ends with 1 (or the code that all failures share). `item` names it
   * where the error doesn't.
   */
  fail(error: unknown, item?: string): void
  /** A line of progress on a terminal, shown when the work takes a while. */
  progress(label: string): Progress
  /**
   * Asks before something that can't be undone: yes with --yes; else asks on a terminal; else goes on, or where
   * `required` is set (a pattern chose the items) throws a UsageError naming --yes.
   */
  confirm(question: string, options?: { required?: boolean }): Promise<boolean>
  /** What the user types at a question, which the terminal does not show. Throws a UsageError where nobody is there. */
  askSecret(question: string): Promise<string>
}
