// The error of this layer. It carries the name of the error that Kafka's protocol has for the case; the broker maps
// names to codes.

import { CorruptError, type ErrorDetails, KtoolError } from '../errors.ts'

/** Names of Kafka's protocol errors that a log can answer with (org.apache.kafka.common.protocol.Errors). */
export type StorageErrorName =
  | 'CORRUPT_MESSAGE'
  | 'INVALID_PRODUCER_EPOCH'
  | 'INVALID_RECORD'
  | 'INVALID_TIMESTAMP'
  | 'INVALID_TXN_STATE'
  | 'KAFKA_STORAGE_ERROR'
  | 'MESSAGE_TOO_LARGE'
  | 'OFFSET_OUT_OF_RANGE'
  | 'OUT_OF_ORDER_SEQUENCE_NUMBER'
  | 'RECORD_LIST_TOO_LARGE'
  | 'TRANSACTION_COORDINATOR_FENCED'
  | 'UNKNOWN_SERVER_ERROR'

export class StorageError extends KtoolError {
  /** Kafka's name of the error. */
  readonly error: StorageErrorName
  /** The records at fault, by their place in the batch, where single ones are. */
  records: { index: number; message: string }[] = []

  constructor(error: StorageErrorName, message: string, details: ErrorDetails = {}) {
    super(message, details)
    this.error = error
  }
}

/**
 * The error for a failed call to the file system, or for bytes that are not what they should be: says what could not be
 * done, where, and the reason.
 */
export function ioError(what: string, cause: unknown): StorageError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const isCorrupt =
    cause instanceof CorruptError || (cause instanceof StorageError && cause.error === 'CORRUPT_MESSAGE')
  const error = isCorrupt ? 'CORRUPT_MESSAGE' : 'KAFKA_STORAGE_ERROR'
  return new StorageError(error, `${what}: ${reason}`, { cause, hint: hintFor(errnoOf(cause)) })
}

/** The system's error code, such as 'ENOENT'; undefined when there is none. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return typeof code === 'string' ? code : undefined
}

function hintFor(errno: string | undefined): string | undefined {
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'make room on the disk, or shorten the retention of the largest topics'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'make the data directory writable for this user'
    case 'EMFILE':
    case 'ENFILE':
      return 'raise the limit of open files (ulimit -n)'
    default:
      return undefined
  }
}
