// Batches and records as Kafka's DumpLogSegments prints them, line for line. Nothing is made per record.

import { FixedText } from '../../output/fixed-text.ts'
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
import type { RecordCursor } from '../../records/cursor.ts'
import type { RecordView } from '../../records/view.ts'
import type { DecodedPart, RecordDecoding } from '../../registry/record-decoding.ts'
import type { ControlDecoder, FileDecoders } from './decoder.ts'
import { LineStart } from './line-start.ts'

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
const NO_HEADERS = text(' headerKeys: []')
const KEY = text(' key: ')
const PAYLOAD = text(' payload: ')

const LINE_FEED = 0x0a
const COMMA = 0x2c
const CLOSE = 0x5d

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

/** Writes the records of a batch. The sink has to be one for text. */
export class RecordText {
  private readonly sink: RecordSink
  private readonly lineStart = new LineStart()
  private readonly decoders: FileDecoders
  private readonly schemas: RecordDecoding | null
  private isSound = true
  private format = 2
  private type = 0
  private isMarker = false
  private firstSequence = NO_SEQUENCE

  /** Without decoders keys and values are printed as they are; with schemas as those decoded them last. */
  constructor(sink: RecordSink, decoders: FileDecoders, schemas: RecordDecoding | null) {
    this.sink = sink
    this.decoders = decoders
    this.schemas = schemas
  }

  /** The batch of the records that follow. */
  open({ batch, batchAt }: RecordView, isSound: boolean): void {
    this.isSound = isSound
    this.format = magic(batch, batchAt)
    this.type = timestampType(batch, batchAt)
    this.isMarker = isControl(batch, batchAt)
    this.firstSequence = this.format === 2 ? baseSequence(batch, batchAt) : NO_SEQUENCE
  }

  record(cursor: RecordCursor): void {
    const { sink, decoders } = this
    this.start(cursor)
    if (this.isMarker) sink.text(controlText(cursor, decoders.control))
    else if (this.schemas !== null) {
      this.part(KEY, this.schemas.key, 'key')
      this.part(PAYLOAD, this.schemas.value, 'payload')
    } else if (decoders.record === null) {
      const { bytes, keyStart, valueStart } = cursor
      if (keyStart >= 0) {
        sink.fixed(KEY)
        sink.range(bytes, keyStart, cursor.keyEnd)
      }
      if (valueStart >= 0) {
        sink.fixed(PAYLOAD)
        sink.range(bytes, valueStart, cursor.valueEnd)
      }
    } else {
      const { key, payload } = decoders.record(cursor)
      if (key !== null) sink.text(` key: ${key}`)
      if (payload !== null) sink.text(` payload: ${payload}`)
    }
    sink.byte(LINE_FEED)
  }

  private part(title: FixedText, { bytes, start, end, error }: DecodedPart, name: string): void {
    const { sink } = this
    if (start < 0) return
    sink.fixed(title)
    sink.range(bytes, start, end)
    if (error !== null) sink.text(` ${name}Error: ${error}`)
  }

  private start(cursor: RecordCursor): void {
    const { sink, type, format, firstSequence } = this
    const { offset, timestamp, keyStart, valueStart } = cursor
    const keySize = keyStart < 0 ? -1 : cursor.keyEnd - keyStart
    const valueSize = valueStart < 0 ? -1 : cursor.valueEnd - valueStart
    const isSafe = Number.isSafeInteger(timestamp)
    if (format === 2) {
      const sequence = firstSequence === NO_SEQUENCE ? NO_SEQUENCE : (firstSequence + cursor.offsetDelta) % 0x8000_0000
      if (isSafe && cursor.headerCount === 0) {
        const start = this.lineStart.of(offset, type, timestamp, keySize, valueSize, sequence)
        if (start !== null) {
          sink.fixed(start)
          return
        }
      }
      writeNumbers(sink, cursor, TIMES[type], isSafe, keySize, valueSize)
      sink.fixed(SEQUENCE)
      sink.integer(sequence)
      if (cursor.headerCount === 0) sink.fixed(NO_HEADERS)
      else headerKeys(sink, cursor)
    } else {
      writeNumbers(sink, cursor, format === 0 ? NO_TIME : TIMES[type], isSafe, keySize, valueSize)
      sink.text(` isValid: ${this.isSound} crc: ${cursor.legacyChecksum}`)
    }
  }
}

function writeNumbers(
  sink: RecordSink,
  cursor: RecordCursor,
  time: FixedText,
  isSafe: boolean,
  keySize: number,
  valueSize: number,
): void {
  sink.fixed(RECORD)
  sink.integer(cursor.offset)
  sink.fixed(time)
  if (isSafe) sink.integer(cursor.timestamp)
  else sink.text(String(cursor.timestampExact))
  sink.fixed(KEY_SIZE)
  sink.integer(keySize)
  sink.fixed(VALUE_SIZE)
  sink.integer(valueSize)
}

/** Of a batch with a wrong checksum it may be any number. */
function exactInteger(sink: RecordSink, buffer: Buffer, at: number): void {
  const value = buffer.readBigInt64BE(at)
  if (value === -1n) sink.integer(-1)
  else sink.text(String(value))
}

function headerKeys(sink: RecordSink, cursor: RecordCursor): void {
  sink.fixed(HEADER_KEYS)
  cursor.rewindHeaders()
  for (let first = true; cursor.nextHeader(); first = false) {
    if (!first) sink.byte(COMMA)
    sink.range(cursor.bytes, cursor.headerKeyStart, cursor.headerKeyEnd)
  }
  sink.byte(CLOSE)
}

function controlText(cursor: RecordCursor, decode: ControlDecoder | null): string {
  const type = readControlType(cursor)
  const name = controlTypeName(type)
  if (type === ControlType.ABORT || type === ControlType.COMMIT) {
    return ` endTxnMarker: ${name} coordinatorEpoch: ${readCoordinatorEpoch(cursor)}`
  }
  const message = decode?.(type, cursor)
  // Kafka has a colon after the first of these alone.
  if (message !== undefined) return ` ${message.title}${type === ControlType.LEADER_CHANGE ? ':' : ''} ${message.json}`
  return ` controlType: ${name}(${type})`
}
