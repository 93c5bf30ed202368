// The program: finds the command, runs it, and is the only place that prints an error and sets the exit code.
//
//   arguments -> locate (manifest only) -> load the command -> parse -> settings -> context -> run -> exit code
//                    |-> help, version
//
// The first Ctrl-C (or SIGTERM, or SIGHUP of a terminal that is closed) aborts the context's signal, the second ends the process
// at once. A reader of stdout that goes away aborts it too, and ends the run with 0.

import { isatty } from 'node:tty'
import type { Command } from '../commands/command.ts'
import { ExitCode } from '../errors.ts'
import { packageVersion } from '../util/package-root.ts'
import { requestedPrint, resolveGlobals } from './client-settings.ts'
import { painter, wantsColour } from './colour.ts'
import { createRun } from './context.ts'
import type { GlobalValues } from './global-flags.ts'
import { helpOn, pageWidth, program } from './help.ts'
import { type Located, locate } from './locate.ts'
import { parseArguments } from './parse.ts'
import { flushed, print, stdoutTerminal } from './print.ts'
import { errorText, exitCodeOf, Interrupted } from './report.ts'

/** Runs the command line and ends the process. */
export async function main(argv: readonly string[]): Promise<void> {
  const stop = new AbortController()
  const verbose = argv.some((argument) => argument === '-v' || argument === '--verbose')
  watchProcess(stop, verbose)
  // Should nothing be left to wait for before the end is reached, that is no success.
  process.exitCode = ExitCode.failure
  let code: ExitCode
  try {
    code = await dispatch(argv, stop)
  } catch (error) {
    code = await report(error, verbose)
  }
  end(code)
}

/** How long what a command left behind, such as a connection that still opens, may keep the user waiting. */
const LEFT_BEHIND_MS = 50

/**
 * Has the process end by itself. process.exit() in the middle of work waits for V8's compiler threads, and one of them may
 * wait for the main thread to collect garbage, which it does not do any more (nodejs/node#54918).
 */
function end(code: ExitCode): void {
  process.exitCode = code
  setTimeout(() => process.exit(code), LEFT_BEHIND_MS).unref()
}

async function dispatch(argv: readonly string[], stop: AbortController): Promise<ExitCode> {
  const located = locate(argv)
  if (argv.length === 0) return showUsage(located)
  // Without the parser, which --help alone doesn't need.
  if (located.before.includes('-h') || located.before.includes('--help')) return showHelp(located)
  const before = located.before.length === 0 ? undefined : parseArguments(program, located.before)
  if (before?.help) return showHelp(located)
  if (before?.flags.version) return showVersion()
  if (located.entry === undefined) {
    const globals = before?.globals as GlobalValues | undefined
    return globals === undefined || requestedPrint(globals) === undefined
      ? showUsage(located)
      : run(undefined, globals, stop)
  }
  const { command } = await located.entry.load()
  const parsed = parseArguments(command, located.rest)
  if (parsed.help) return showHelp(located)
  const globals = merge(before?.globals ?? {}, parsed.globals) as GlobalValues
  return run({ command, args: parsed.args as never, flags: parsed.flags as never }, globals, stop)
}

/** Global options from both sides of the command's name: lists are joined, else the later one wins. */
function merge(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(after).map(([key, second]) => {
      const first = before[key]
      if (Array.isArray(first) && Array.isArray(second)) return [key, [...first, ...second]]
      return [key, second === undefined || second === false ? (first ?? second) : second]
    }),
  )
}

interface Invocation {
  command: Command
  args: never
  flags: never
}

/** Runs a command, or where there is none (or -X asks for it) prints the settings. */
async function run(
  invocation: Invocation | undefined,
  globals: GlobalValues,
  stop: AbortController,
): Promise<ExitCode> {
  const { signal } = stop
  process.stdout.on('error', (error) => {
    stop.abort(isClosedPipe(error) ? new Interrupted('stdout was closed', ExitCode.ok) : error)
  })
  const resolved = resolveGlobals(globals, process.env, { withoutCluster: isWithoutCluster(invocation) })
  const paintErrors = await painter(wantsColour(globals.noColor, process.env, { isTTY: isatty(2) }))
  const { context, failureCode, close } = createRun(globals, resolved.settings, signal, process, paintErrors)
  if (globals.verbose) {
    for (const { name, source } of resolved.ignored) context.note(`${source}: ${name} has no meaning in ktool`)
  }
  const print = requestedPrint(globals)
  let code: ExitCode | undefined
  try {
    if (print !== undefined || invocation === undefined) {
      const { printSettings } = await import('./print-settings.ts')
      await printSettings(context, print ?? 'list', resolved)
    } else {
      const { command, args, flags } = invocation
      const running = command.run(context, args, flags)
      code = await (command.finishesOnSignal ? running : Promise.race([running, aborted(signal)]))
    }
  } catch (error) {
    // What was told to end says so in several ways; anything else it says is worth reporting.
    throw signal.aborted && (error as Error)?.name === 'AbortError' ? signal.reason : error
  } finally {
    await close()
  }
  // The last write may have failed when the command was over already.
  if (signal.aborted && (code === undefined || !(signal.reason instanceof Interrupted))) throw signal.reason
  return code ?? failureCode()
}

function isWithoutCluster(invocation: Invocation | undefined): boolean {
  const { withoutCluster = false } = invocation?.command ?? {}
  return typeof withoutCluster === 'function' ? withoutCluster(invocation?.flags as never) : withoutCluster
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

async function showHelp(located: Located): Promise<ExitCode> {
  await print(await helpFor(located, stdoutTerminal()))
  return ExitCode.ok
}

/** Help where there was to be a command: no data, and no success for a script that left it out. */
async function showUsage(located: Located): Promise<ExitCode> {
  const { stderr } = process
  stderr.write(await helpFor(located, stderr.isTTY ? stderr : undefined))
  await flushed(stderr)
  return ExitCode.usage
}

/** As the terminal wants it, where there is one. */
async function helpFor(located: Located, terminal: ReturnType<typeof stdoutTerminal>): Promise<string> {
  const paint = await painter(wantsColour(false, process.env, terminal ?? {}))
  return helpOn(located, { width: pageWidth(terminal), paint })
}

async function showVersion(): Promise<ExitCode> {
  await print(`ktool ${packageVersion()}\n`)
  return ExitCode.ok
}

/** Prints an error that ended the run. An interruption says nothing: the user knows. */
async function report(error: unknown, verbose: boolean): Promise<ExitCode> {
  if (isClosedPipe(error)) return ExitCode.ok
  if (!(error instanceof Interrupted)) {
    const paint = await painter(wantsColour(false, process.env, process.stderr))
    process.stderr.write(errorText(error, { verbose, paint }))
    await flushed(process.stderr)
  }
  return exitCodeOf(error)
}

function isClosedPipe(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException
  // Windows says EOF.
  return (code === 'EPIPE' || code === 'EOF') && syscall === 'write'
}

function watchProcess(stop: AbortController, verbose: boolean): void {
  const told = new Set<NodeJS.Signals>()
  const interrupt = (signal: NodeJS.Signals) => {
    // Signals of different kinds are one wish: bin/ktool.js hands on what a terminal has sent here as well.
    const isNews = told.size > 0 && !told.has(signal)
    if (stop.signal.aborted && !isNews) process.exit(ExitCode.interrupted)
    told.add(signal)
    stop.abort(new Interrupted('interrupted'))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
  process.on('uncaughtException', (error) => report(error, verbose).then((code) => process.exit(code)))
  // Warnings of Node and of libraries are for developers.
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (verbose) process.stderr.write(`${warning.stack ?? warning.message}\n`)
  })
}
