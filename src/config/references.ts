// References in values: what stands for a text that is kept elsewhere.
//
//   ${env:NAME}            an environment variable              ${file:PATH}        a file, without the newline at its end
//   ${file:PATH:KEY}       a line of a Java properties file     ${directory:PATH:NAME}   a file in a folder
//   ${command:COMMAND}     what a command prints                ${ask} ${ask:TEXT}  a question on the terminal
//
// The first ones are Java's (KIP-297, KIP-421) and count in every value; the last two in secrets alone, when they are needed.
// Everything else in ${} is text.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../errors.ts'
import { fileProblem } from '../util/file-problem.ts'

const REFERENCE = /\$\{(env|file|directory|command|ask)(?::([^}]*))?\}/g

/** How long a command may take; people may have to type into it. */
const COMMAND_MS = 120_000

/** Asks on the terminal without showing what is typed. Rejects where nobody is there. */
export type Ask = (question: string) => Promise<string>

/** Whether it would run a command. */
export function runsCommand(text: string): boolean {
  return text.includes('${command:')
}

/** A value that is no secret. Throws a UsageError. */
export function expand(text: string): string {
  if (!text.includes('${')) return text
  return text.replaceAll(REFERENCE, (_, kind: string, what = '') => {
    if (kind === 'command' || kind === 'ask') {
      throw new UsageError(`\${${kind}} stands for a secret, and this setting is none`)
    }
    return lookUp(kind, what)
  })
}

/** A secret's value. Throws a UsageError, never with a value in it. */
export async function expandSecret(text: string, setting: string, ask: Ask): Promise<string> {
  if (!text.includes('${')) return text
  let expanded = ''
  let at = 0
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, kind, what = ''] = match
    expanded += text.slice(at, match.index)
    if (kind === 'ask') expanded += await ask(what || `${setting}:`)
    else expanded += kind === 'command' ? await run(what, setting) : lookUp(kind, what)
    at = match.index + whole.length
  }
  return expanded + text.slice(at)
}

function lookUp(kind: string, what: string): string {
  if (kind === 'env') {
    const value = process.env[what]
    if (value === undefined) throw new UsageError(`the environment has no ${what}, which \${env:${what}} wants`)
    return value
  }
  const colon = what.lastIndexOf(':')
  if (kind === 'directory') {
    const name = what.slice(colon + 1)
    if (colon < 1 || /[/\\]/.test(name)) throw new UsageError(`\${directory:${what}} is not \${directory:PATH:NAME}`)
    return withoutNewline(read(join(what.slice(0, colon), name)))
  }
  if (colon < 2 || existsSync(what)) return withoutNewline(read(what))
  return keyIn(what.slice(0, colon), what.slice(colon + 1))
}

function keyIn(path: string, key: string): string {
  for (const line of read(path).split(/\r?\n/)) {
    const match = /^\s*([^\s=:#!]+)\s*[=:]\s*(.*)$/.exec(line)
    if (match?.[1] === key) return match[2]
  }
  throw new UsageError(`${path} has no ${key}`)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`a setting refers to it: ${fileProblem(error, path)}`, { cause: error })
  }
}

async function run(command: string, setting: string): Promise<string> {
  const { spawnSync } = await import('node:child_process')
  const { status, error, signal, stdout } = spawnSync(command, {
    shell: true,
    stdio: ['inherit', 'pipe', 'inherit'],
    timeout: COMMAND_MS,
    encoding: 'utf8',
  })
  if (status === 0) return withoutNewline(stdout)
  const how = error ? `can't be run (${(error as NodeJS.ErrnoException).code})` : `ended with ${status ?? signal}`
  throw new UsageError(`the command that setting ${setting} takes its value from ${how}`)
}

function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, '')
}
