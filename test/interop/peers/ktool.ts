// The program under test, as a user runs it: bin/ktool.js on the package's own Node, without the user's configuration.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { end, freePorts, guard, type RunOptions, type RunResult, run } from './run.ts'

const root = resolve(import.meta.dirname, '../../..')
/** The command and first argument that start ktool. */
export const program = [join(root, 'node_modules/.bin/node'), join(root, 'bin/ktool.js')] as const

/** Settings that keep what the user of this machine has configured out of the tests. */
const nothing = join(tmpdir(), 'ktool-no-configuration')
export const environment = { XDG_CONFIG_HOME: nothing, KTOOL_BOOTSTRAP: undefined, KCAT_CONFIG: undefined }

/** Runs ktool to its end. */
export function ktool(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return run(program[0], [program[1], ...args], { ...options, env: { ...environment, ...options.env } })
}

export interface Serve {
  port: number
  /** `127.0.0.1:port` */
  bootstrap: string
  data: string
  process: ChildProcess
  /** What it printed so far, on both outputs. */
  printed(): string
  /** Ends it with a signal and waits until it is gone; SIGTERM is the clean way. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Ends it at once and removes its data. */
  wipe(): Promise<void>
}

export interface ServeOptions {
  /** The data directory; default a new one. */
  data?: string
  /** `host:port`; default a free port. */
  listen?: string
  args?: readonly string[]
  /** Killed after so many milliseconds, also when it does not answer by then. */
  killAfterMs?: number
  /** Makes another command of the usual one, such as one in a shell. */
  wrap?: (command: readonly string[]) => readonly string[]
  /** The listeners come with `args`; `listen` is one of them. */
  ownListeners?: boolean
}

/** Starts `ktool serve` on a free port and resolves when it has printed its listener's line. */
export async function serve(options: ServeOptions = {}): Promise<Serve> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'ktool-serve-')))
  const bootstrap = options.listen ?? `127.0.0.1:${(await freePorts(1))[0]}`
  const port = Number(bootstrap.split(':')[1])
  const args = [
    program[1],
    'serve',
    ...(options.ownListeners ? [] : ['--listen', bootstrap]),
    '--data',
    data,
    ...(options.args ?? []),
  ]
  const [command, ...rest] = (options.wrap ?? ((usual) => usual))([program[0], ...args])
  const child = guard(
    spawn(command!, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } }),
  )
  if (options.killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), options.killAfterMs)
  let text = ''
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`ktool serve did not answer in 20 seconds\n${text}`)), 20_000)
    const left = () => {
      clearTimeout(timer)
      reject(new Error(`ktool serve ended with exit code ${child.exitCode}\n${text}`))
    }
    const look = (piece: Buffer) => {
      text += piece
      if (!text.includes(bootstrap)) return
      clearTimeout(timer)
      child.off('exit', left)
      resolve()
    }
    child.stdout!.on('data', look)
    child.stderr!.on('data', look)
    child.once('exit', left)
    child.once('error', reject)
  })
  return {
    port,
    bootstrap,
    data,
    process: child,
    printed: () => text,
    stop: (signal) => end(child, signal),
    async wipe() {
      await end(child, 'SIGKILL')
      await rm(data, { recursive: true, force: true })
    },
  }
}
