// Runs the real program, built: bin/ktool.js in a process of its own.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
export const binary = join(root, 'bin/ktool.js')

if (!existsSync(join(root, 'dist/start.cjs'))) throw new Error('these tests run the built program: npm run build first')

export interface Ended {
  /** null where a signal ended it. */
  code: number | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  env?: Record<string, string>
  stdin?: string
  /** Gets the process once it runs. */
  started?: (child: ChildProcessWithoutNullStreams) => void
}

/** Nothing of the user's own surroundings; the code cache is shared by all runs. */
const cleanEnvironment = {
  PATH: process.env.PATH ?? '',
  HOME: tmpdir(),
  XDG_CACHE_HOME: join(tmpdir(), 'ktool-test-cache'),
}

export function start(args: readonly string[], env: Record<string, string> = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [binary, ...args], { env: { ...cleanEnvironment, ...env } })
}

export function ktool(args: readonly string[], { env, stdin = '', started }: RunOptions = {}): Promise<Ended> {
  const child = start(args, env)
  const ended = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      ended[name] += text
    })
  }
  child.stdin.on('error', () => {}).end(stdin)
  started?.(child)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...ended }))
  })
}
