// A record of the input as byte ranges: what the readers of the input formats step through and the producer appends.

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
}

/** Reads one input format out of pieces: feed(), next() until false, feed() …; finish() after the last piece. */
export interface InputReader extends InputRecord {
  feed(piece: Buffer): void
  next(): boolean
  /** Steps to a record that nothing ends; false where there is none. */
  finish(): boolean
}

/** A file as one record. */
export function wholeRecord(value: Buffer, key: Buffer | undefined, emptyIsNull: boolean, number: number): InputRecord {
  const isNull = emptyIsNull && value.length === 0
  const keyLength = key?.length ?? 0
  return {
    buffer: key === undefined ? value : Buffer.concat([key, value]),
    keyStart: key === undefined ? -1 : 0,
    keyEnd: key === undefined ? -1 : keyLength,
    valueStart: isNull ? -1 : keyLength,
    valueEnd: isNull ? -1 : keyLength + value.length,
    number,
  }
}
