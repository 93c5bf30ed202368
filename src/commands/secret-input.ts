// A secret that the user gives now: typed without being shown, or the first line of standard input. It never is an argument,
// which everybody on the machine can see.

import { UsageError } from '../errors.ts'
import type { Context } from './command.ts'

const LONGEST = 1 << 20

/** `name` is what messages call it; with `twice` what is typed is asked for again. Throws a UsageError where there is none. */
export async function secretInput(context: Context, name: string, { twice = false } = {}): Promise<string> {
  if (context.isTerminal.stdin) {
    const typed = await context.askSecret(`${name}:`)
    if (typed === '') throw new UsageError(`no ${name} was typed`)
    if (twice && (await context.askSecret(`${name} again:`)) !== typed) {
      throw new UsageError('what was typed is not the same twice')
    }
    return typed
  }
  context.stdin.setEncoding('utf8')
  let text = ''
  for await (const piece of context.stdin) {
    text += piece
    if (text.length > LONGEST) throw new UsageError(`standard input is no ${name}`)
  }
  const [line] = text.split(/\r?\n/)
  if (line === '') throw new UsageError(`standard input has no line for ${name}`)
  return line
}
