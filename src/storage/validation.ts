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
} from '../records/batch.ts'
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
    checkBatch(buffer, at, end, origin, config, nowMs, name)
    info.count++
    const timestamp = maxTimestamp(buffer, at)
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
  nowMs: number,
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
  if (origin === 'client') checkClientBatch(buffer, at, config, nowMs, name)
}

function checkClientBatch(buffer: Buffer, at: number, config: LogConfig, nowMs: number, name: string): void {
  const attributes = buffer.readInt16BE(at + ATTRIBUTES_AT)
  if (baseOffset(buffer, at) !== 0) throw invalid(name, `its base offset is ${baseOffset(buffer, at)}, not 0`)
  if ((attributes & CONTROL) !== 0) throw invalid(name, 'a client may not write control records')
  if (producerId(buffer, at) >= 0 && baseSequence(buffer, at) < 0) {
    throw invalid(name, `it has a producer id and the sequence number ${baseSequence(buffer, at)}`)
  }
  const createTime = config.messageTimestampType === 'CreateTime'
  // The largest time tells whether one is too late; for one that is too early each record has to be looked at.
  if (compressionId(buffer, at) > LAST_CODEC) {
    throw new StorageError('UNKNOWN_SERVER_ERROR', `a record batch for ${name} has an unknown codec`)
  }
  const checkTimes =
    createTime &&
    (config.messageTimestampBeforeMaxMs < Number.MAX_SAFE_INTEGER ||
      maxTimestamp(buffer, at) - nowMs > config.messageTimestampAfterMaxMs)
  checkRecords(buffer, at, config, checkTimes, nowMs, name)
}

function open(buffer: Buffer, at: number): string | undefined {
  try {
    cursor.open(buffer, at)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Every record is looked at: one that can't be read would end the reading of the partition there, for everybody. */
function checkRecords(
  buffer: Buffer,
  at: number,
  config: LogConfig,
  checkTimes: boolean,
  nowMs: number,
  name: string,
): void {
  const { messageTimestampBeforeMaxMs: before, messageTimestampAfterMaxMs: after } = config
  const refused: StorageError['records'] = []
  let wrongTime = false
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
      if (config.compact && cursor.keyStart === -1) {
        const message = `Compacted topic cannot accept message without key in topic partition ${name}`
        refused.push({ index, message })
      } else if (checkTimes) {
        const { timestamp } = cursor
        if (timestamp === NO_TIMESTAMP || (nowMs - timestamp <= before && timestamp - nowMs <= after)) continue
        refused.push({ index, message: timestampProblem(timestamp, index, nowMs, config) })
        wrongTime = true
      }
    }
  } catch (error) {
    throw invalid(name, (error as Error).message)
  }
  if (refused.length === 0) return
  const message = `${refused.length} records of a batch for ${name} are refused: ${refused[0].message}`
  const error = new StorageError(wrongTime ? 'INVALID_TIMESTAMP' : 'INVALID_RECORD', message)
  error.records = refused
  throw error
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

/** In Kafka's words, with Java's arithmetic where there is no limit. */
function timestampProblem(timestamp: number, offset: number, nowMs: number, config: LogConfig): string {
  const { messageTimestampBeforeMaxMs: before, messageTimestampAfterMaxMs: after } = config
  const long = (ms: number) => (ms >= Number.MAX_SAFE_INTEGER ? NO_LIMIT : BigInt(ms))
  const first = BigInt.asIntN(64, BigInt(nowMs) - long(before))
  const last = BigInt.asIntN(64, BigInt(nowMs) + long(after))
  return (
    `Timestamp ${timestamp} of message with offset ${offset} is out of range. ` +
    `The timestamp should be within [${first}, ${last}]`
  )
}

function invalid(name: string, problem: string): StorageError {
  return new StorageError('INVALID_RECORD', `a record batch for ${name} is refused: ${problem}`)
}

function corrupt(name: string, problem: string): StorageError {
  return new StorageError('CORRUPT_MESSAGE', `a record batch for ${name} is corrupt: ${problem}`)
}
