// An error as the user sees it: a line saying what, a line saying what to do; and the exit code that goes with it.

import { getSystemErrorMessage } from 'node:util'
import { ExitCode, KtoolError } from '../errors.ts'
import { type Paint, plain } from './colour.ts'

/** Why a run ends early: Ctrl-C, SIGTERM, or the reader of stdout is gone. The reason of the context's signal. */
export class Interrupted extends KtoolError {
  override readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = ExitCode.interrupted) {
    super(message)
    this.exitCode = exitCode
  }
}

export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof KtoolError ? error.exitCode : ExitCode.failure
}

export interface ErrorStyle {
  /** Adds the causes, and the stack of an error that is a bug. */
  verbose?: boolean
  paint?: Paint
  /** What failed, where the message doesn't name it. */
  item?: string
}

/** Lines for stderr, with a newline at the end. */
export function errorText(error: unknown, { verbose, paint = plain, item }: ErrorStyle = {}): string {
  const what = message(error)
  const named = item === undefined || what.includes(item) ? what : `${item}: ${what}`
  const lines = [`${paint('red', 'ktool:')} ${oneLine(named)}`]
  const hint = hintOf(error)
  if (hint !== undefined) lines.push(paint('dim', `  ${oneLine(hint)}`))
  if (verbose) {
    for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause)) {
      const because = oneLine(message(cause))
      if (!lines.some((line) => line.includes(because))) lines.push(paint('dim', `  because: ${because}`))
    }
    if (!isExpected(error) && error instanceof Error) lines.push(paint('dim', error.stack ?? ''))
  }
  return `${lines.join('\n')}\n`
}

interface SystemError extends Error {
  errno: number
  code?: string
  syscall: string
  path?: string
}

/** An error of the operating system, such as a file that is not there: no bug, and no class of ours. */
function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number' && 'syscall' in error
}

function isExpected(error: unknown): boolean {
  return error instanceof KtoolError || isSystemError(error)
}

function message(error: unknown): string {
  if (isSystemError(error)) {
    if (error.code === 'ENOENT' && error.path !== undefined) return `no such file: ${error.path}`
    const what = error.path ?? (error.syscall === 'write' ? 'the output' : error.syscall)
    return `${what}: ${getSystemErrorMessage(error.errno)}`
  }
  if (error instanceof KtoolError) return error.message
  return error instanceof Error ? `internal error: ${error.name}: ${error.message}` : `internal error: ${String(error)}`
}

function hintOf(error: unknown): string | undefined {
  if (error instanceof KtoolError) return error.hint
  if (isSystemError(error)) return undefined
  return 'this is a bug in ktool: run it again with -v and report what it prints'
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

/** Line ends and other control characters, which a broker's message may hold, must not break up or steer the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
}
