// An error that a handler answers with, for the whole request or for the item at hand.

import { type ErrorName, errorCode, errorText } from '../protocol/errors.ts'
import { StorageError } from '../storage/storage-error.ts'

export class ApiError extends Error {
  readonly error: ErrorName

  /** Without a message: Kafka's own text for the error. */
  constructor(error: ErrorName, message = errorText(errorCode(error))) {
    const { stackTraceLimit } = Error
    // A request may name half a million partitions that are not there, and nobody sees where such an answer was made.
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = stackTraceLimit
    this.error = error
  }

  get code(): number {
    return errorCode(this.error)
  }
}

/** The code and message to answer with; throws on what is not an answer but a failure of this program. */
export function answerOf(error: unknown): { errorCode: number; errorMessage: string } {
  if (error instanceof ApiError) return { errorCode: error.code, errorMessage: error.message }
  if (error instanceof StorageError) return { errorCode: errorCode(error.error), errorMessage: error.message }
  throw error
}

/** Kafka tells nothing more of an error that it did not expect. */
export function alterError(error: unknown): { errorCode: number; errorMessage: string | null } {
  const answer = answerOf(error)
  return answer.errorCode === -1 ? { ...answer, errorMessage: null } : answer
}
