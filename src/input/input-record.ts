// A record of the input as byte ranges: what the readers of the input formats step through and the producer appends.

import { KtoolError } from '../errors.ts'

export interface InputRecord {
  /** Where the positions point; good until the reader goes on. */
  readonly buffer: Buffer
  /** -1 for a null key. */
  readonly keyStart: number
  readonly keyEnd: number
  /** -1 for a null value. */
  readonly valueStart: number
  readonly valueEnd: number
  /** Its number in the input, from 1. */
  readonly number: number
  /** What only some formats say; null where the record leaves it to the options. */
  readonly topic: string | null
  readonly partition: number | null
  readonly timestamp: number | bigint | null
  /** As encodeHeaders makes them. */
  readonly headers: Buffer | null
}

/** Reads one input format out of pieces: feed(), next() until false, feed() …; finish() after the last piece. */
export interface InputReader extends InputRecord {
  /** Takes the next piece of input; it may be used again at once. */
  feed(piece: Buffer): void
  /** Steps to the next record; false where its end has not come yet. Throws an InputRecordError for one that is wrong. */
  next(): boolean
  /** After the last piece: steps to a record that nothing ends; false where there is none. */
  finish(): boolean
}

/** One record of the input is wrong; reading goes on after it. */
export class InputRecordError extends KtoolError {
  constructor(number: number, problem: string, hint?: string) {
    super(`record ${number} of the input: ${problem}`, { hint })
  }
}

/** A record that is put together from its parts. */
export function recordOf(
  number: number,
  key: Buffer | null,
  value: Buffer | null,
  more: Partial<Pick<InputRecord, 'topic' | 'partition' | 'timestamp' | 'headers'>> = {},
): InputRecord {
  const keyLength = key?.length ?? 0
  return {
    buffer: key === null ? (value ?? NO_BYTES) : value === null ? key : Buffer.concat([key, value]),
    keyStart: key === null ? -1 : 0,
    keyEnd: key === null ? -1 : keyLength,
    valueStart: value === null ? -1 : keyLength,
    valueEnd: value === null ? -1 : keyLength + value.length,
    number,
    topic: more.topic ?? null,
    partition: more.partition ?? null,
    timestamp: more.timestamp ?? null,
    headers: more.headers ?? null,
  }
}

const NO_BYTES = Buffer.alloc(0)
