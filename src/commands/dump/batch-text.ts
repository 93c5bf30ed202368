// Batches and records as Kafka's DumpLogSegments prints them, line for line. Nothing is made per record.

import { CountingText, FixedText } from '../../output/fixed-text.ts'
import type { RecordSink } from '../../output/record-sink.ts'
import {
  baseOffset,
  baseSequence,
  batchLength,
  compressionId,
  crc,
  deleteHorizon,
  isControl,
  isTransactional,
  LOG_OVERHEAD,
  lastOffset,
  lastSequence,
  MAX_TIMESTAMP_AT,
  magic,
  maxTimestamp,
  NO_SEQUENCE,
  PRODUCER_ID_AT,
  partitionLeaderEpoch,
  producerEpoch,
  recordCount,
  timestampType,
} from '../../records/batch.ts'
import { compressionName } from '../../records/compression/index.ts'
import { ControlType, controlTypeName, readControlType, readCoordinatorEpoch } from '../../records/control.ts'
import type { RecordView } from '../../records/view.ts'
import { controlJson, type Decoder } from './decoders.ts'

const text = (value: string) => new FixedText(value)

const BASE_OFFSET = text('baseOffset: ')
const LAST_OFFSET = text(' lastOffset: ')
const COUNT = text(' count: ')
const BASE_SEQUENCE = text(' baseSequence: ')
const LAST_SEQUENCE = text(' lastSequence: ')
const PRODUCER_ID = text(' producerId: ')
const PRODUCER_EPOCH = text(' producerEpoch: ')
const LEADER_EPOCH = text(' partitionLeaderEpoch: ')
const TRANSACTIONAL = [text(' isTransactional: false'), text(' isTransactional: true')]
const CONTROL = [text(' isControl: false'), text(' isControl: true')]
const NO_HORIZON = text(' deleteHorizonMs: OptionalLong.empty')
const LEGACY_OFFSET = text('offset: ')
const POSITION = text(' position: ')
const SIZE = text(' size: ')
const MAGIC = text(' magic: ')
const CODEC = text(' compresscodec: ')
const CRC = text(' crc: ')
const VALID = [text(' isvalid: false\n'), text(' isvalid: true\n')]

const RECORD = text('| offset: ')
const TIMES = [text(' CreateTime: '), text(' LogAppendTime: ')]
const NO_TIME = text(' NoTimestampType: ')
const KEY_SIZE = text(' keySize: ')
const VALUE_SIZE = text(' valueSize: ')
const SEQUENCE = text(' sequence: ')
const HEADER_KEYS = text(' headerKeys: [')
const NO_KEY_VALUE_SIZE = text(' keySize: -1 valueSize: ')
const NO_SEQUENCE_TEXT = text(' sequence: -1')
const NO_HEADERS = text(' headerKeys: []')
const NO_HEADERS_PAYLOAD = text(' headerKeys: [] payload: ')
const KEY = text(' key: ')
const PAYLOAD = text(' payload: ')

const LINE_FEED = 0x0a
const COMMA = 0x2c
const CLOSE = 0x5d

// Most of a record's numbers are those of the record before, or the next ones.
const offsetText = new CountingText()
const timestampText = new CountingText()
const sizeText = new CountingText()
const sequenceText = new CountingText()

export function writeBatch(sink: RecordSink, buffer: Buffer, at: number, position: number, isValid: boolean): void {
  const format = magic(buffer, at)
  if (format === 2) {
    sink.fixed(BASE_OFFSET)
    sink.integer(baseOffset(buffer, at))
    sink.fixed(LAST_OFFSET)
    sink.integer(lastOffset(buffer, at))
    sink.fixed(COUNT)
    sink.integer(recordCount(buffer, at))
    sink.fixed(BASE_SEQUENCE)
    sink.integer(baseSequence(buffer, at))
    sink.fixed(LAST_SEQUENCE)
    sink.integer(lastSequence(buffer, at))
    sink.fixed(PRODUCER_ID)
    exactInteger(sink, buffer, at + PRODUCER_ID_AT)
    sink.fixed(PRODUCER_EPOCH)
    sink.integer(producerEpoch(buffer, at))
    sink.fixed(LEADER_EPOCH)
    sink.integer(partitionLeaderEpoch(buffer, at))
    sink.fixed(TRANSACTIONAL[Number(isTransactional(buffer, at))])
    sink.fixed(CONTROL[Number(isControl(buffer, at))])
    const horizon = deleteHorizon(buffer, at)
    if (horizon === undefined) sink.fixed(NO_HORIZON)
    else sink.text(` deleteHorizonMs: OptionalLong[${horizon}]`)
  } else {
    sink.fixed(LEGACY_OFFSET)
    sink.integer(lastOffset(buffer, at))
  }
  sink.fixed(POSITION)
  sink.integer(position)
  sink.fixed(format === 0 ? NO_TIME : TIMES[timestampType(buffer, at)])
  const newest = maxTimestamp(buffer, at)
  if (Number.isSafeInteger(newest)) sink.integer(newest)
  else sink.text(String(format === 2 ? buffer.readBigInt64BE(at + MAX_TIMESTAMP_AT) : newest))
  sink.fixed(SIZE)
  sink.integer(LOG_OVERHEAD + batchLength(buffer, at))
  sink.fixed(MAGIC)
  sink.integer(format)
  sink.fixed(CODEC)
  sink.text(compressionName(compressionId(buffer, at)))
  sink.fixed(CRC)
  sink.integer(crc(buffer, at))
  sink.fixed(VALID[Number(isValid)])
}

/** A record and, unless it is a control record, its key and value as text or as `decode` has them. */
export function writeRecord(
  sink: RecordSink,
  { cursor, batch, batchAt }: RecordView,
  decode: Decoder | null,
  isSound: boolean,
): void {
  const format = magic(batch, batchAt)
  const { bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor
  const isMarker = isControl(batch, batchAt)
  sink.fixed(RECORD)
  sink.fixed(offsetText.of(cursor.offset))
  const { timestamp } = cursor
  sink.fixed(format === 0 ? NO_TIME : TIMES[timestampType(batch, batchAt)])
  if (Number.isSafeInteger(timestamp)) sink.fixed(timestampText.of(timestamp))
  else sink.text(String(cursor.timestampExact))
  if (keyStart < 0) sink.fixed(NO_KEY_VALUE_SIZE)
  else {
    sink.fixed(KEY_SIZE)
    sink.integer(keyEnd - keyStart)
    sink.fixed(VALUE_SIZE)
  }
  sink.fixed(sizeText.of(valueStart < 0 ? -1 : valueEnd - valueStart))
  if (format === 2) {
    const first = baseSequence(batch, batchAt)
    if (first === NO_SEQUENCE) sink.fixed(NO_SEQUENCE_TEXT)
    else {
      sink.fixed(SEQUENCE)
      sink.fixed(sequenceText.of((first + cursor.offsetDelta) % 0x8000_0000))
    }
    if (cursor.headerCount > 0) headerKeys(sink, cursor)
    else if (keyStart < 0 && valueStart >= 0 && decode === null && !isMarker) {
      sink.fixed(NO_HEADERS_PAYLOAD)
      sink.utf8(bytes, valueStart, valueEnd)
      sink.byte(LINE_FEED)
      return
    } else sink.fixed(NO_HEADERS)
    if (isMarker) sink.text(controlText(cursor))
  } else sink.text(` isValid: ${isSound} crc: ${cursor.legacyChecksum}`)
  if (!isMarker) {
    if (decode === null) {
      if (keyStart >= 0) {
        sink.fixed(KEY)
        sink.utf8(bytes, keyStart, keyEnd)
      }
      if (valueStart >= 0) {
        sink.fixed(PAYLOAD)
        sink.utf8(bytes, valueStart, valueEnd)
      }
    } else {
      const { key, payload } = decode(cursor)
      if (key !== null) sink.text(` key: ${key}`)
      if (payload !== null) sink.text(` payload: ${payload}`)
    }
  }
  sink.byte(LINE_FEED)
}

/** Of a batch with a wrong checksum it may be any number. */
function exactInteger(sink: RecordSink, buffer: Buffer, at: number): void {
  const value = buffer.readBigInt64BE(at)
  if (value === -1n) sink.integer(-1)
  else sink.text(String(value))
}

function headerKeys(sink: RecordSink, cursor: RecordView['cursor']): void {
  sink.fixed(HEADER_KEYS)
  cursor.rewindHeaders()
  for (let first = true; cursor.nextHeader(); first = false) {
    if (!first) sink.byte(COMMA)
    sink.utf8(cursor.bytes, cursor.headerKeyStart, cursor.headerKeyEnd)
  }
  sink.byte(CLOSE)
}

function controlText(cursor: RecordView['cursor']): string {
  const type = readControlType(cursor)
  const name = controlTypeName(type)
  if (type === ControlType.ABORT || type === ControlType.COMMIT) {
    return ` endTxnMarker: ${name} coordinatorEpoch: ${readCoordinatorEpoch(cursor)}`
  }
  const message = controlJson(type, cursor)
  // Kafka has a colon after the first of these alone.
  if (message !== undefined) return ` ${message.title}${type === ControlType.LEADER_CHANGE ? ':' : ''} ${message.json}`
  return ` controlType: ${name}(${type})`
}
