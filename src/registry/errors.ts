// What can be wrong with schemas, with records that should follow them, and with what a registry answers.

import { ExitCode, KtoolError } from '../errors.ts'

/** A text that is no schema. */
export class InvalidSchemaError extends KtoolError {}

/** A value that does not fit its schema; `path` leads to it from the top: `items[3].price`, or nothing. */
export class DoesNotFitError extends KtoolError {
  readonly path: string

  constructor(path: string, problem: string) {
    super(path === '' ? problem : `${path}: ${problem}`)
    this.path = path
  }
}

/** Bytes that are no record of their schema. */
export class UndecodableError extends KtoolError {}

/** A registry answered with an error. */
export class RegistryError extends KtoolError {
  override readonly exitCode: ExitCode
  /** HTTP's. */
  readonly status: number
  /** The registry's own, such as 40401; the status where it gave none. */
  readonly code: number

  constructor(message: string, status: number, code: number, hint?: string) {
    super(message, { hint })
    this.status = status
    this.code = code
    this.exitCode = status === 401 || status === 403 ? ExitCode.denied : ExitCode.failure
  }
}
