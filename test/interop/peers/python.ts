// Python programs with confluent-kafka, in a virtual environment that is made once and stays in KTOOL_PEERS_CACHE.

import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { cache } from './maven.ts'
import { type RunOptions, type RunResult, run, succeeded } from './run.ts'

const PACKAGES = ['confluent-kafka[avro]==2.16.0']

let made: Promise<string> | undefined

/** Runs one of the Python files of this folder. */
export async function python(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  made ??= environment()
  return run(await made, [join(import.meta.dirname, file), ...args], options)
}

/** The path of its Python. */
export async function environment(): Promise<string> {
  const folder = join(cache, 'python-2.16.0')
  const program = join(folder, 'bin/python')
  const complete = join(folder, 'complete')
  if (existsSync(complete)) return program
  await mkdir(cache, { recursive: true })
  // An environment can't be moved: it is complete when the marker is there.
  succeeded(await run('python3', ['-m', 'venv', folder], { timeout: 120_000 }), 'python3 -m venv')
  const install = ['-m', 'pip', 'install', '-q', ...PACKAGES]
  succeeded(await run(program, install, { timeout: 300_000 }), 'pip install')
  await mkdir(`${complete}.part`, { recursive: true })
  await rename(`${complete}.part`, complete)
  return program
}
