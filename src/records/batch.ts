// The header of a record batch (message format 2, KIP-98) as plain functions over (buffer, position of the batch).
//
//    0  baseOffset            int64    offset of the first record
//    8  batchLength           int32    bytes after this field
//   12  partitionLeaderEpoch  int32
//   16  magic                 int8     2
//   17  crc                   uint32   CRC-32C of byte 21 up to the end
//   21  attributes            int16    0-2 codec, 3 log append time, 4 transactional, 5 control, 6 has a delete horizon
//   23  lastOffsetDelta       int32
//   27  baseTimestamp         int64    with bit 6: the delete horizon
//   35  maxTimestamp          int64
//   43  producerId            int64    -1: none
//   51  producerEpoch         int16
//   53  baseSequence          int32
//   57  recordCount           int32
//   61  records                        compressed as one piece when a codec is set
//
// The base offset and the leader epoch lie outside the CRC: a broker sets them without reading the records.
// Messages of the older formats 0 and 1 share the first 17 bytes, with their own CRC-32 in the place of the leader epoch;
// the functions that also read those say so.

import { CorruptError } from '../errors.ts'
import { crc32c } from './crc32c.ts'
import { readInt64, readInt64Nearest, writeInt64 } from './int64.ts'

export const BASE_OFFSET_AT = 0
export const LENGTH_AT = BASE_OFFSET_AT + 8
export const PARTITION_LEADER_EPOCH_AT = LENGTH_AT + 4
export const MAGIC_AT = PARTITION_LEADER_EPOCH_AT + 4
export const CRC_AT = MAGIC_AT + 1
export const ATTRIBUTES_AT = CRC_AT + 4
export const LAST_OFFSET_DELTA_AT = ATTRIBUTES_AT + 2
export const BASE_TIMESTAMP_AT = LAST_OFFSET_DELTA_AT + 4
export const MAX_TIMESTAMP_AT = BASE_TIMESTAMP_AT + 8
export const PRODUCER_ID_AT = MAX_TIMESTAMP_AT + 8
export const PRODUCER_EPOCH_AT = PRODUCER_ID_AT + 8
export const BASE_SEQUENCE_AT = PRODUCER_EPOCH_AT + 2
export const RECORD_COUNT_AT = BASE_SEQUENCE_AT + 4
export const RECORDS_AT = RECORD_COUNT_AT + 4

/** Offset and length: the bytes that `batchLength` does not count. */
export const LOG_OVERHEAD = PARTITION_LEADER_EPOCH_AT
/** Bytes that tell what follows: offset, length, leader epoch and magic. */
export const HEADER_SIZE_UP_TO_MAGIC = MAGIC_AT + 1
/** Messages of format 0 and 1 carry their CRC-32 and their attributes here. */
export const LEGACY_CRC_AT = LENGTH_AT + 4
export const LEGACY_ATTRIBUTES_AT = MAGIC_AT + 1
/** Smallest `batchLength` of each format: a message with a null key and a null value, an empty batch. */
const SMALLEST_LENGTH = [14, 22, RECORDS_AT - LOG_OVERHEAD]

export const CODEC_MASK = 0x07
export const LOG_APPEND_TIME = 0x08
export const TRANSACTIONAL = 0x10
export const CONTROL = 0x20
export const HAS_DELETE_HORIZON = 0x40

export const NO_TIMESTAMP = -1
export const NO_PRODUCER_ID = -1
export const NO_PRODUCER_EPOCH = -1
export const NO_SEQUENCE = -1
export const NO_PARTITION_LEADER_EPOCH = -1

/** 0: the producer's CreateTime, 1: the broker's LogAppendTime. */
export type TimestampType = 0 | 1

/** Offset of the first record. Of an older message: its offset, which for a compressed set is that of the last record. */
export function baseOffset(buffer: Buffer, at: number): number {
  return readInt64(buffer, at + BASE_OFFSET_AT)
}

/** The length field: bytes after it. Any format. */
export function batchLength(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + LENGTH_AT)
}

/** Bytes of the whole batch. Any format. */
export function sizeInBytes(buffer: Buffer, at: number): number {
  return LOG_OVERHEAD + buffer.readInt32BE(at + LENGTH_AT)
}

export function partitionLeaderEpoch(buffer: Buffer, at: number): number {
  return magic(buffer, at) < 2 ? NO_PARTITION_LEADER_EPOCH : buffer.readInt32BE(at + PARTITION_LEADER_EPOCH_AT)
}

/** The message format: 0, 1 or 2. */
export function magic(buffer: Buffer, at: number): number {
  return buffer.readInt8(at + MAGIC_AT)
}

/** The checksum as stored, unsigned. Any format. */
export function crc(buffer: Buffer, at: number): number {
  return buffer.readUInt32BE(at + (magic(buffer, at) < 2 ? LEGACY_CRC_AT : CRC_AT))
}

/** The attribute bits. Any format: codec and timestamp type lie in the same bits. */
export function attributes(buffer: Buffer, at: number): number {
  return magic(buffer, at) < 2 ? buffer[at + LEGACY_ATTRIBUTES_AT] : buffer.readInt16BE(at + ATTRIBUTES_AT)
}

export function lastOffsetDelta(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT)
}

/** Offset of the last record. Any format. */
export function lastOffset(buffer: Buffer, at: number): number {
  const base = readInt64(buffer, at + BASE_OFFSET_AT)
  return magic(buffer, at) < 2 ? base : base + buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT)
}

/** Offset after the last record: where a reader goes on. Any format. */
export function nextOffset(buffer: Buffer, at: number): number {
  return lastOffset(buffer, at) + 1
}

/** Milliseconds, rounded beyond 2^53; `buffer.readBigInt64BE(at + BASE_TIMESTAMP_AT)` is exact. */
export function baseTimestamp(buffer: Buffer, at: number): number {
  return readInt64Nearest(buffer, at + BASE_TIMESTAMP_AT)
}

/** Milliseconds, rounded beyond 2^53; `buffer.readBigInt64BE(at + MAX_TIMESTAMP_AT)` is exact. -1 for an old format 0. */
export function maxTimestamp(buffer: Buffer, at: number): number {
  const format = magic(buffer, at)
  if (format === 0) return NO_TIMESTAMP
  return readInt64Nearest(buffer, at + (format === 1 ? LEGACY_ATTRIBUTES_AT + 1 : MAX_TIMESTAMP_AT))
}

export function producerId(buffer: Buffer, at: number): number {
  return readInt64(buffer, at + PRODUCER_ID_AT)
}

export function producerEpoch(buffer: Buffer, at: number): number {
  return buffer.readInt16BE(at + PRODUCER_EPOCH_AT)
}

export function baseSequence(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + BASE_SEQUENCE_AT)
}

/** Sequence number of the last record; sequences wrap from 2^31-1 to 0. */
export function lastSequence(buffer: Buffer, at: number): number {
  const first = baseSequence(buffer, at)
  return first === NO_SEQUENCE ? NO_SEQUENCE : (first + lastOffsetDelta(buffer, at)) % 0x8000_0000
}

export function recordCount(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + RECORD_COUNT_AT)
}

/** Id of the codec: a key of the table in compression/index.ts, or not one. Any format. */
export function compressionId(buffer: Buffer, at: number): number {
  return attributes(buffer, at) & CODEC_MASK
}

/** Any format. */
export function timestampType(buffer: Buffer, at: number): TimestampType {
  return (attributes(buffer, at) & LOG_APPEND_TIME) === 0 ? 0 : 1
}

export function isTransactional(buffer: Buffer, at: number): boolean {
  return magic(buffer, at) === 2 && (buffer.readInt16BE(at + ATTRIBUTES_AT) & TRANSACTIONAL) !== 0
}

export function isControl(buffer: Buffer, at: number): boolean {
  return magic(buffer, at) === 2 && (buffer.readInt16BE(at + ATTRIBUTES_AT) & CONTROL) !== 0
}

/** When a compacted log may drop the tombstones and markers in this batch (ms), or undefined when that is not yet set. */
export function deleteHorizon(buffer: Buffer, at: number): number | undefined {
  const set = magic(buffer, at) === 2 && (buffer.readInt16BE(at + ATTRIBUTES_AT) & HAS_DELETE_HORIZON) !== 0
  return set ? baseTimestamp(buffer, at) : undefined
}

/** Outside the CRC. Any format. */
export function setBaseOffset(buffer: Buffer, at: number, offset: number): void {
  writeInt64(buffer, at + BASE_OFFSET_AT, offset)
}

/** Moves the batch so that its last record gets this offset. Outside the CRC. */
export function setLastOffset(buffer: Buffer, at: number, offset: number): void {
  setBaseOffset(buffer, at, offset - lastOffsetDelta(buffer, at))
}

/** Outside the CRC. */
export function setPartitionLeaderEpoch(buffer: Buffer, at: number, epoch: number): void {
  buffer.writeInt32BE(epoch, at + PARTITION_LEADER_EPOCH_AT)
}

/** Sets the timestamp type and the largest timestamp (ms), and the CRC when that changed anything. */
export function setMaxTimestamp(buffer: Buffer, at: number, type: TimestampType, timestamp: number | bigint): void {
  const old = buffer.readInt16BE(at + ATTRIBUTES_AT)
  const bits = type === 1 ? old | LOG_APPEND_TIME : old & ~LOG_APPEND_TIME
  if (bits === old && buffer.readBigInt64BE(at + MAX_TIMESTAMP_AT) === BigInt(timestamp)) return
  buffer.writeInt16BE(bits, at + ATTRIBUTES_AT)
  writeInt64(buffer, at + MAX_TIMESTAMP_AT, timestamp)
  writeCrc(buffer, at)
}

/** Gives all records of the batch the time of the append (ms). */
export function setLogAppendTime(buffer: Buffer, at: number, timestamp: number): void {
  setMaxTimestamp(buffer, at, 1, timestamp)
}

/** Numbers the batch anew for another producer id, epoch or sequence (after an epoch was raised), and sets the CRC. */
export function setProducerState(
  buffer: Buffer,
  at: number,
  id: number,
  epoch: number,
  sequence: number,
  transactional: boolean,
): void {
  const old = buffer.readInt16BE(at + ATTRIBUTES_AT)
  buffer.writeInt16BE(transactional ? old | TRANSACTIONAL : old & ~TRANSACTIONAL, at + ATTRIBUTES_AT)
  writeInt64(buffer, at + PRODUCER_ID_AT, id)
  buffer.writeInt16BE(epoch, at + PRODUCER_EPOCH_AT)
  buffer.writeInt32BE(sequence, at + BASE_SEQUENCE_AT)
  writeCrc(buffer, at)
}

/** Computes and stores the CRC-32C of a whole batch of format 2. */
export function writeCrc(buffer: Buffer, at: number): void {
  buffer.writeUInt32BE(computeCrc(buffer, at), at + CRC_AT)
}

/** The checksum that the bytes of the batch should have. Any format; the batch has to be whole. */
export function computeCrc(buffer: Buffer, at: number): number {
  const end = at + sizeInBytes(buffer, at)
  if (magic(buffer, at) < 2) return process.getBuiltinModule('node:zlib').crc32(buffer.subarray(at + MAGIC_AT, end))
  return crc32c(buffer, at + ATTRIBUTES_AT, end)
}

/** Whether the batch is whole and its checksum right. Any format; never throws. */
export function isValid(buffer: Buffer, at: number, end = buffer.length): boolean {
  return problemAt(buffer, at, end) === undefined && at + sizeInBytes(buffer, at) <= end && crcMatches(buffer, at)
}

/** Throws a CorruptError when the checksum of a whole batch is wrong. Any format. */
export function checkCrc(buffer: Buffer, at: number): void {
  if (!crcMatches(buffer, at)) {
    throw corrupt(buffer, at, `its checksum is ${crc(buffer, at)}, its bytes give ${computeCrc(buffer, at)}`)
  }
}

function crcMatches(buffer: Buffer, at: number): boolean {
  return crc(buffer, at) === computeCrc(buffer, at)
}

/**
 * Position after the batch at `at`, or -1 when the bytes up to `end` do not hold all of it (a torn last batch is normal
 * in a fetch answer and at the end of a log). Throws a CorruptError where no batch can begin like that. Any format.
 */
export function batchEnd(buffer: Buffer, at: number, end = buffer.length): number {
  if (end - at < HEADER_SIZE_UP_TO_MAGIC) return -1
  const problem = problemAt(buffer, at, end)
  if (problem !== undefined) throw corrupt(buffer, at, problem)
  const next = at + LOG_OVERHEAD + buffer.readInt32BE(at + LENGTH_AT)
  return next <= end ? next : -1
}

/** Positions of the whole batches in buffer[start, end), by the rules of `batchEnd`. */
export function* batches(buffer: Buffer, start = 0, end = buffer.length): Generator<number, void, void> {
  for (let at = start, next = 0; (next = batchEnd(buffer, at, end)) !== -1; at = next) yield at
}

function problemAt(buffer: Buffer, at: number, end: number): string | undefined {
  if (end - at < HEADER_SIZE_UP_TO_MAGIC) return 'it is cut off'
  const format = magic(buffer, at)
  if (format < 0 || format > 2) return `its format is ${format}, known are 0, 1 and 2`
  const length = batchLength(buffer, at)
  if (length < SMALLEST_LENGTH[format]) return `its length is ${length}, at least ${SMALLEST_LENGTH[format]} is needed`
  return undefined
}

/** The error for the batch at `at`: names its offset and its place in the buffer. */
export function corrupt(buffer: Buffer, at: number, problem: string): CorruptError {
  const offset = buffer.length - at < 8 ? 'unknown' : buffer.readBigInt64BE(at + BASE_OFFSET_AT)
  return new CorruptError(`the record batch at position ${at} (offset ${offset}) is corrupt: ${problem}`)
}
