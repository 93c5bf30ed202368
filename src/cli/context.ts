// Makes the context that commands get, from the global options and the process around it.

import type { Client } from '../client/client.ts'
import type { Context } from '../commands/command.ts'
import type { Settings } from '../config/settings.ts'
import { ExitCode, UsageError } from '../errors.ts'
import { createRows, type OutputForm } from '../output/rows.ts'
import { clientOptions } from './client-settings.ts'
import { type Paint, wantsColour } from './colour.ts'
import type { GlobalValues } from './global-flags.ts'
import { flushed } from './print.ts'
import { silentProgress, spinner } from './progress.ts'
import { errorText, exitCodeOf } from './report.ts'

/** The parts of the process that a run uses. Node makes its streams when they are first looked at: look late. */
export type Surroundings = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>

export interface Run {
  context: Context
  /** The code of what failed on the way: 0 where nothing did, the common code of all failures, else 1. */
  failureCode(): ExitCode
  /** Lets go of the cluster, and waits until everything is written. */
  close(): Promise<void>
}

export function createRun(
  globals: GlobalValues,
  settings: Settings,
  signal: AbortSignal,
  around: Surroundings,
  paintErrors: Paint,
): Run {
  const { quiet, verbose, yes } = globals
  const colour = wantsColour(globals.noColor, around.env, around.stdout)
  const form = outputForm(globals) ?? (around.stdout.isTTY ? 'table' : 'tsv')
  const codes = new Set<ExitCode>()
  let client: Promise<Client> | undefined
  let stderrUsed = false

  const stderr = () => {
    stderrUsed = true
    return around.stderr
  }
  const connectLater = async () => {
    const { Client } = await import('../client/client.ts')
    return new Client(await clientOptions(settings, signal, context.askSecret))
  }
  const say = (text: string) => stderr().write(`${text}\n`)
  const note = (text: string) => {
    if (!quiet) say(text)
  }

  const context: Context = {
    get stdin() {
      return around.stdin
    },
    get stdout() {
      return around.stdout
    },
    get stderr() {
      return stderr()
    },
    isTerminal: {
      get stdin() {
        return around.stdin.isTTY === true
      },
      get stdout() {
        return around.stdout.isTTY === true
      },
      get stderr() {
        return around.stderr.isTTY === true
      },
    },
    colour,
    form,
    formGiven: outputForm(globals) !== undefined,
    quiet,
    verbose,
    yes,
    timeoutMs: settings['default.api.timeout.ms'],
    settings,
    signal,
    client() {
      client ??= connectLater()
      return client
    },
    rows: (spec) => createRows(spec, { form, stream: around.stdout, colour }),
    note,
    warn: (text) => say(`warning: ${text}`),
    fail(error, item) {
      codes.add(exitCodeOf(error))
      stderr().write(errorText(error, { verbose, paint: paintErrors, item }))
    },
    progress: (label) =>
      // A terminal without a width is none that could be drawn on.
      quiet || !around.stderr.isTTY || !around.stderr.columns
        ? silentProgress(note)
        : spinner(label, around.stderr, wantsColour(globals.noColor, around.env, around.stderr), note),
    askSecret: (question) => askSecret(question, around, signal),
    async confirm(question, { required = false } = {}) {
      if (yes) return true
      if (around.stdin.isTTY && around.stderr.isTTY) {
        return ask(question, around, signal)
      }
      if (!required) return true
      throw new UsageError(`${question} Nobody is there to answer`, {
        hint: 'give --yes to go on without the question',
      })
    },
  }

  return {
    context,
    failureCode() {
      if (codes.size === 0) return ExitCode.ok
      return codes.size === 1 ? [...codes][0] : ExitCode.failure
    },
    async close() {
      const made = await client?.catch(() => undefined)
      made?.close()
      await flushed(around.stdout)
      if (stderrUsed) await flushed(around.stderr)
    },
  }
}

/** The form asked for on the command line. */
function outputForm({ json, output }: GlobalValues): OutputForm | undefined {
  return output ?? (json ? 'json' : undefined)
}

/** The answer is not shown. */
async function askSecret(question: string, around: Surroundings, signal: AbortSignal): Promise<string> {
  const { stdin, stderr } = around
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new UsageError(`${question} Nobody is there to answer`, {
      hint: `take the secret from elsewhere: \${env:NAME}, \${file:PATH} or \${command:COMMAND}`,
    })
  }
  const { createInterface } = await import('node:readline')
  const { Writable } = await import('node:stream')
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true })
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  stderr.write(`${question.trim()} `)
  const answer = await new Promise<string>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    lines.once('line', resolve)
    lines.once('close', () => resolve(''))
  }).finally(() => {
    lines.close()
    stderr.write('\n')
  })
  return answer
}

async function ask(question: string, around: Surroundings, signal: AbortSignal): Promise<boolean> {
  const { createInterface } = await import('node:readline')
  const lines = createInterface({ input: around.stdin, output: around.stderr })
  // On a terminal Ctrl-C is a key that readline reads; main waits for the signal.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  const answer = await new Promise<string>((resolve) => {
    lines.once('close', () => resolve(''))
    lines.question(`${question} [y/N] `, { signal }, resolve)
  })
  lines.close()
  return /^\s*y(es)?\s*$/i.test(answer)
}
