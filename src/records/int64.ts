// Signed 64-bit big-endian integers as JavaScript numbers, through two 32-bit halves: several times faster than bigint,
// and exact for every safe integer. What must not be rounded (offsets, producer ids) is read with readInt64, which
// throws beyond 2^53; a timestamp may hold any 64 bits, so it has a rounding reader and an exact one.

import { CorruptError } from '../errors.ts'

const TWO_32 = 0x1_0000_0000

/** Reads an int64 that has to be a safe integer; throws a CorruptError otherwise. */
export function readInt64(buffer: Buffer, at: number): number {
  const value = buffer.readInt32BE(at) * TWO_32 + buffer.readUInt32BE(at + 4)
  if (!Number.isSafeInteger(value)) throw outOfRange(buffer.readBigInt64BE(at), at)
  return value
}

/** Reads an int64 as the nearest number: exact up to 2^53. Beyond, `buffer.readBigInt64BE` is the exact one. */
export function readInt64Nearest(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * TWO_32 + buffer.readUInt32BE(at + 4)
}

/** Writes a safe integer, or any bigint of 64 bits; throws a RangeError for a number that is not a safe integer. */
export function writeInt64(buffer: Buffer, at: number, value: number | bigint): void {
  if (typeof value === 'bigint') {
    buffer.writeBigInt64BE(value, at)
    return
  }
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`)
  buffer.writeInt32BE(Math.floor(value / TWO_32), at)
  buffer.writeUInt32BE(value >>> 0, at + 4)
}

/** A number where a number can hold it, the bigint otherwise. */
export function exact(value: number | bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : BigInt(value)
}

function outOfRange(value: bigint, at: number): CorruptError {
  return new CorruptError(`the number ${value} at position ${at} is beyond what an offset or id can be`)
}
