// Runs programs for the interop tests: bytes in from memory or a file, bytes out to memory or a file, a time limit on
// everything, and nothing left running when this process ends.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'

export interface RunOptions {
  /** Sent to standard input, which is then closed. Without it standard input is empty. */
  input?: string | Buffer
  /** A file to read standard input from, without passing through this process. */
  inputFile?: string
  /** A file to write standard output to; `stdout` is then empty. */
  outputFile?: string
  /** Milliseconds after which the program is killed and the call fails. Default: one minute. */
  timeout?: number
  env?: Record<string, string | undefined>
  cwd?: string
}

export interface RunResult {
  /** Exit code, or null when a signal ended the program. */
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** Wall time in milliseconds. */
  ms: number
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) killAll(child)
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

/** Keeps a child, and where it leads a process group its own children, from outliving this process. */
export function guard(child: ChildProcess): ChildProcess {
  running.add(child)
  child.once('close', () => running.delete(child))
  return child
}

function killAll(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

/** Runs a program to its end. Rejects only when it can't be started or takes longer than the time limit. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { input, inputFile, outputFile, timeout = 60_000 } = options
  const stdin = inputFile === undefined ? 'pipe' : openSync(inputFile, 'r')
  const stdout = outputFile === undefined ? 'pipe' : openSync(outputFile, 'w')
  const started = performance.now()
  const child = guard(
    spawn(command, args, {
      stdio: [stdin, stdout, 'pipe'],
      env: { ...process.env, ...options.env },
      cwd: options.cwd,
      // A group of its own, so that the time limit ends what a shell has started as well.
      detached: true,
    }),
  )
  if (typeof stdin === 'number') closeSync(stdin)
  if (typeof stdout === 'number') closeSync(stdout)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (piece: Buffer) => out.push(piece))
  child.stderr?.on('data', (piece: Buffer) => err.push(piece))
  // A program that leaves early closes its end; that is its own affair and shows in the exit code.
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      killAll(child)
      const tail = `${Buffer.concat(out).toString().slice(-500)}\n${Buffer.concat(err).toString().slice(-2000)}`
      reject(new Error(`${command} ${args.join(' ')}\nstill running after ${timeout} ms\n${tail}`))
    }, timeout)
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({
        code,
        signal,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
        ms: performance.now() - started,
      })
    })
  })
}

/** Fails with everything the program said unless it ended with exit code 0. */
export function succeeded(result: RunResult, what: string): RunResult {
  if (result.code === 0) return result
  const ended = result.code === null ? `was ended by ${result.signal}` : `ended with exit code ${result.code}`
  throw new Error(`${what} ${ended}\n${result.stdout.slice(-1000)}\n${result.stderr.slice(-4000)}`)
}

/** Ports of 127.0.0.1 that nobody listens on right now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(0, '127.0.0.1', resolve)
      })
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** Resolves with the first that a program prints; fails with what it said when it ends before. */
export function firstOutput(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (piece: Buffer) => {
      said = `${said}${piece}`.slice(-4000)
    })
    child.stdout!.once('data', () => resolve())
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`it ended with ${code ?? signal} before\n${said}`)))
  })
}

/** Ends a child with a signal and waits until it is gone; SIGKILL follows after `patience` milliseconds. */
export function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM', patience = 20_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), patience)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill(signal)
  })
}
