// The errors ktool knows and the exit code of each: the one table. Libraries throw these; only cli/main.ts prints them
// and sets the exit code. A message says what happened and where; the hint says what to do about it.

/** Exit codes of the program. A closed pipe is 0 as well. */
export const ExitCode = {
  ok: 0,
  /** Something failed, in part or whole, or a check did not hold. */
  failure: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** Nobody answered, or not in time. */
  unreachable: 3,
  /** Not authenticated or not authorized. */
  denied: 4,
  interrupted: 130,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

export interface ErrorDetails {
  /** One line telling the user what to do. */
  hint?: string
  cause?: unknown
}

/** Base of all errors that a user may see. Anything else that reaches main is a bug in ktool. */
export class KtoolError extends Error {
  readonly exitCode: ExitCode = ExitCode.failure
  readonly hint: string | undefined

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.hint = details.hint
  }
}

/** A wrong option, argument or setting. */
export class UsageError extends KtoolError {
  override readonly exitCode = ExitCode.usage
}

/** No broker could be reached, or the connection was lost and could not be had again. */
export class UnreachableError extends KtoolError {
  override readonly exitCode = ExitCode.unreachable
}

/** An answer did not come in the time allowed. */
export class TimeoutError extends KtoolError {
  override readonly exitCode = ExitCode.unreachable
}

/** The login failed, or the principal may not do this. */
export class DeniedError extends KtoolError {
  override readonly exitCode = ExitCode.denied
}

/** Bytes that are not what the protocol or a file format says they should be. */
export class CorruptError extends KtoolError {}
