// What a log checks of the batches that are appended to it, before it gives them their offsets.
// (Kafka: UnifiedLog.analyzeAndValidateRecords, LogValidator.)

import { CorruptError } from '../errors.ts'
import {
  ATTRIBUTES_AT,
  baseOffset,
  baseSequence,
  batchEnd,
  CONTROL,
  compressionId,
  isValid,
  lastOffset,
  lastOffsetDelta,
  magic,
  maxTimestamp,
  NO_PRODUCER_ID,
  NO_TIMESTAMP,
  producerId,
  recordCount,
  timestampType,
} from '../records/batch.ts'
import { NONE } from '../records/compression/index.ts'
import { RecordCursor } from '../records/cursor.ts'
import type { LogConfig } from './log-config.ts'
import type { AppendOrigin } from './producer-state.ts'
import { StorageError } from './storage-error.ts'

/** What is needed of the batches, found on the way through their headers. One is used for all appends. */
export interface BatchesInfo {
  /** Bytes of the whole batches; what follows is a part of one and is left out. */
  bytes: number
  /** How many batches. */
  count: number
  /** Offsets that the batches take, when they are numbered one after another. */
  offsets: number
  maxTimestamp: number
  /** Of a client's batch: the largest time of its records, as its header may say anything; a bigint beyond 2^53. */
  recordsMaxTimestamp: number | bigint
  hasProducer: boolean
}

const cursor = new RecordCursor()
/** zstd. */
const LAST_CODEC = 4

/** Checks all batches and fills `info`. Throws a StorageError for what has to be refused; nothing is changed then. */
export function checkBatches(
  buffer: Buffer,
  origin: AppendOrigin,
  config: LogConfig,
  nowMs: number,
  name: string,
  info: BatchesInfo,
): void {
  info.count = 0
  info.offsets = 0
  info.maxTimestamp = NO_TIMESTAMP
  info.hasProducer = false
  let at = 0
  for (let end = 0; (end = endOf(buffer, at, name)) !== -1; at = end) {
    if (origin === 'client' && info.count > 0) throw invalid(name, 'a produce request has one batch for a partition')
    checkBatch(buffer, at, end, origin, config, name)
    info.count++
    if (origin === 'client') info.recordsMaxTimestamp = checkClientBatch(buffer, at, config, nowMs, name)
    const timestamp = origin === 'client' ? Number(info.recordsMaxTimestamp) : maxTimestamp(buffer, at)
    if (timestamp > info.maxTimestamp) info.maxTimestamp = timestamp
    if (magic(buffer, at) === 2) {
      info.offsets += lastOffsetDelta(buffer, at) + 1
      if (producerId(buffer, at) !== NO_PRODUCER_ID) info.hasProducer = true
    }
  }
  if (info.count === 0) throw invalid(name, 'there is no whole record batch')
  info.bytes = at
}

function checkBatch(
  buffer: Buffer,
  at: number,
  end: number,
  origin: AppendOrigin,
  config: LogConfig,
  name: string,
): void {
  const size = end - at
  if (origin !== 'replication' && size > config.maxMessageBytes) {
    const message = `a record batch of ${size} bytes for ${name} is larger than its limit of ${config.maxMessageBytes}`
    throw new StorageError('MESSAGE_TOO_LARGE', message)
  }
  if (origin !== 'replication' && magic(buffer, at) < 2) {
    throw invalid(name, `its format is ${magic(buffer, at)}, only 2 is accepted`)
  }
  if (!isValid(buffer, at, end)) throw corrupt(name, 'its checksum is wrong')
  if (origin === 'replication') return
  if (magic(buffer, at) !== 2) throw invalid(name, `its format is ${magic(buffer, at)}, only 2 is accepted`)
  const count = recordCount(buffer, at)
  if (count <= 0) throw invalid(name, `it counts ${count} records`)
  if (lastOffsetDelta(buffer, at) !== count - 1) {
    throw invalid(name, `it counts ${count} records, its last offset is ${lastOffsetDelta(buffer, at)}`)
  }
}

/** The largest time of its records. */
function checkClientBatch(buffer: Buffer, at: number, config: LogConfig, nowMs: number, name: string): number | bigint {
  const attributes = buffer.readInt16BE(at + ATTRIBUTES_AT)
  if (baseOffset(buffer, at) !== 0) throw invalid(name, `its base offset is ${baseOffset(buffer, at)}, not 0`)
  if ((attributes & CONTROL) !== 0) throw invalid(name, 'a client may not write control records')
  if (producerId(buffer, at) >= 0 && baseSequence(buffer, at) < 0) {
    throw invalid(name, `it has a producer id and the sequence number ${baseSequence(buffer, at)}`)
  }
  if (compressionId(buffer, at) > LAST_CODEC) {
    throw new StorageError('UNKNOWN_SERVER_ERROR', `a record batch for ${name} has an unknown codec`)
  }
  return checkRecords(buffer, at, config, nowMs, name)
}

function open(buffer: Buffer, at: number): string | undefined {
  try {
    cursor.open(buffer, at)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/**
 * Every record is looked at: one that can't be read would end the reading of the partition there, for everybody. The
 * largest time of the records.
 */
function checkRecords(buffer: Buffer, at: number, config: LogConfig, nowMs: number, name: string): number | bigint {
  const refused: StorageError['records'] = []
  const checkTimes = config.messageTimestampType === 'CreateTime'
  const isAppendTime = timestampType(buffer, at) === 1
  // Without a limit every time is right that a number can hold exactly; the others are looked at as what they are.
  const earliest = Math.max(Number.MIN_SAFE_INTEGER, nowMs - config.messageTimestampBeforeMaxMs)
  const latest = Math.min(Number.MAX_SAFE_INTEGER, nowMs + config.messageTimestampAfterMaxMs)
  let wrongTime = false
  let isExact = true
  let max = NO_TIMESTAMP
  const problem = open(buffer, at)
  if (problem !== undefined) {
    // Bytes that are not what their codec makes are nothing that Kafka expects.
    throw new StorageError('UNKNOWN_SERVER_ERROR', `a record batch for ${name} can't be decompressed: ${problem}`)
  }
  try {
    for (let index = 0; cursor.next(); index++) {
      if (cursor.offsetDelta !== index) {
        throw new CorruptError(`its record ${index} has the offset delta ${cursor.offsetDelta}`)
      }
      const { timestamp } = cursor
      if (timestamp > max) max = timestamp
      else if (timestamp < Number.MIN_SAFE_INTEGER) isExact = false
      if (config.compact && cursor.keyStart === -1) {
        const message = `Compacted topic cannot accept message without key in topic partition ${name}`
        refused.push({ index, message })
      } else if (checkTimes && timestamp !== NO_TIMESTAMP) {
        if (timestamp >= earliest && timestamp <= latest) continue
        const message = timestampProblem(cursor.timestampExact, index, nowMs, config)
        if (message === undefined) continue
        refused.push({ index, message })
        wrongTime = true
      } else if (isAppendTime) {
        refused.push({ index, message: appendTimeProblem(buffer, at, config) })
        wrongTime = true
      }
    }
  } catch (error) {
    throw invalid(name, (error as Error).message)
  }
  if (refused.length === 0) return isExact && max <= Number.MAX_SAFE_INTEGER ? max : exactMaxTimestamp()
  const message = `${refused.length} records of a batch for ${name} are refused: ${refused[0].message}`
  const error = new StorageError(wrongTime ? 'INVALID_TIMESTAMP' : 'INVALID_RECORD', message)
  error.records = refused
  throw error
}

/** Of the batch that the cursor has been through. */
function exactMaxTimestamp(): bigint {
  let max = BigInt(NO_TIMESTAMP)
  cursor.rewind()
  while (cursor.next()) if (cursor.timestampExact > max) max = cursor.timestampExact
  return max
}

function endOf(buffer: Buffer, at: number, name: string): number {
  try {
    const end = batchEnd(buffer, at)
    // Offsets and ids that no number can hold throw here, before anything is done with the batch.
    if (end !== -1 && magic(buffer, at) === 2) producerId(buffer, at)
    if (end !== -1) lastOffset(buffer, at)
    return end
  } catch (error) {
    throw corrupt(name, (error as Error).message)
  }
}

const NO_LIMIT = 0x7fff_ffff_ffff_ffffn

/** In Kafka's words and with Java's arithmetic; undefined where it is in range. */
function timestampProblem(timestamp: bigint, offset: number, nowMs: number, config: LogConfig): string | undefined {
  const long = (ms: number) => (ms >= Number.MAX_SAFE_INTEGER ? NO_LIMIT : BigInt(ms))
  const before = long(config.messageTimestampBeforeMaxMs)
  const after = long(config.messageTimestampAfterMaxMs)
  const now = BigInt(nowMs)
  const age = BigInt.asIntN(64, now - timestamp)
  if (age <= before && BigInt.asIntN(64, -age) <= after) return undefined
  return (
    `Timestamp ${timestamp} of message with offset ${offset} is out of range. ` +
    `The timestamp should be within [${BigInt.asIntN(64, now - before)}, ${BigInt.asIntN(64, now + after)}]`
  )
}

/** In Kafka's words, for the record that the cursor is at; of one that it need not write anew it has not looked at the key. */
function appendTimeProblem(buffer: Buffer, at: number, { compression }: LogConfig): string {
  const codec = compressionId(buffer, at)
  const isWhole = codec === NONE || (compression !== 'producer' && (compression.codec?.id ?? NONE) !== codec)
  const { offsetDelta, timestampExact, keyStart, keyEnd, valueStart, valueEnd } = cursor
  const kind = isWhole ? 'DefaultRecord' : 'PartialDefaultRecord'
  const key = keyStart < 0 && !isWhole ? -1 : keyEnd - keyStart
  const value = valueStart < 0 && !isWhole ? -1 : valueEnd - valueStart
  return (
    `Invalid timestamp type in message ${kind}(offset=${offsetDelta}, timestamp=${timestampExact}, key=${key} bytes, ` +
    `value=${value} bytes). Producer should not set timestamp type to LogAppendTime.`
  )
}

function invalid(name: string, problem: string): StorageError {
  return new StorageError('INVALID_RECORD', `a record batch for ${name} is refused: ${problem}`)
}

function corrupt(name: string, problem: string): StorageError {
  return new StorageError('CORRUPT_MESSAGE', `a record batch for ${name} is corrupt: ${problem}`)
}
