// Sets up the programs in this folder: their libraries come from the public package registries, in the versions that are
// written here, once, into the folder that holds downloaded peers.

import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { program } from '../peers/ktool.ts'
import { cache } from '../peers/maven.ts'
import { type RunOptions, run, succeeded } from '../peers/run.ts'

const here = import.meta.dirname
const MINUTES = 60_000

/** A command and its first arguments. */
export type Command = readonly string[]

/** Runs a program of a family, and says what is missing where that is not there. */
async function tool(command: string, args: readonly string[], install: string, options: RunOptions = {}) {
  const result = await run(command, args, { timeout: 10 * MINUTES, ...options }).catch((error) => {
    if (error.code !== 'ENOENT') throw error
    throw new Error(`${command} is not there; install it with: ${install}`, { cause: error })
  })
  return succeeded(result, `${command} ${args.join(' ')}`)
}

/** A folder that `make` fills once per machine. Its name says what is in it. */
export async function made(name: string, content: string, make: (folder: string) => Promise<void>): Promise<string> {
  const home = join(cache, `${name}-${createHash('sha256').update(content).digest('hex').slice(0, 12)}`)
  if (existsSync(home)) return home
  await mkdir(cache, { recursive: true })
  const part = await mkdtemp(`${home}.part-`)
  await make(part)
  // Two processes may get here at once; either one's folder is as good.
  await rename(part, home).catch(() => rm(part, { recursive: true }))
  return home
}

/** A Python program of this folder with what it needs from PyPI. */
export async function python(file: string, packages: readonly string[]): Promise<Command> {
  const install = 'apt-get install python3 python3-venv'
  const home = await made('python', packages.join(), async (folder) => {
    const pip = ['install', '-q', '--disable-pip-version-check', '--target', folder, ...packages]
    const venv = await mkdtemp(join(cache, 'venv-'))
    await tool('python3', ['-m', 'venv', venv], install)
    await tool(join(venv, 'bin/pip'), pip, install)
    await rm(venv, { recursive: true })
  })
  return ['env', `PYTHONPATH=${home}`, 'PYTHONDONTWRITEBYTECODE=1', 'python3', join(here, file)]
}

/** A Node program of this folder with what it needs from npm. */
export async function node(file: string, packages: readonly string[]): Promise<Command> {
  const source = readFileSync(join(here, file), 'utf8')
  const home = await made('node', packages.join() + source, async (folder) => {
    await writeFile(join(folder, 'package.json'), '{ "private": true }')
    const install = ['install', '--silent', '--no-audit', '--no-fund', ...packages]
    await tool('npm', install, 'apt-get install npm', { cwd: folder })
    await writeFile(join(folder, file), source)
  })
  return [program[0], join(home, file)]
}

/** A Go program, built from a folder of this one. */
export async function go(name: string): Promise<Command> {
  const folder = join(here, name)
  const source = readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join()
  const home = await made(`go-${name}`, source, async (part) => {
    cpSync(folder, part, { recursive: true })
    await tool('go', ['build', '-o', 'program', '.'], 'apt-get install golang-go', { cwd: part })
  })
  return [join(home, 'program')]
}
