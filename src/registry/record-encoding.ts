// Keys and values of records from JSON text to bytes that name their schema. A part without a schema stays as it is.

import { type InputReader, type InputRecord, InputRecordError } from '../input/input-record.ts'
import { parseJsonExact } from '../util/json.ts'
import { AvroWriter } from './avro/encoder.ts'
import { DoesNotFitError } from './errors.ts'
import type { RecordEncoder } from './schema.ts'
import { HEADER_BYTES, writeHeader } from './wire.ts'

export interface PartEncoding {
  schemaId: number
  encode: RecordEncoder
  /** Whether the schema is that of a text: it need not be quoted. */
  isText: boolean
}

const QUOTE = 0x22

/** The record that encode() made last. */
export class RecordEncoding implements InputRecord {
  keyStart = -1
  keyEnd = -1
  valueStart = -1
  valueEnd = -1
  number = 0
  topic: string | null = null
  partition: number | null = null
  timestamp: number | bigint | null = null
  headers: Buffer | null = null
  private readonly key: PartEncoding | undefined
  private readonly value: PartEncoding | undefined
  private readonly writer = new AvroWriter()

  constructor(key: PartEncoding | undefined, value: PartEncoding | undefined) {
    this.key = key
    this.value = value
  }

  get buffer(): Buffer {
    return this.writer.out
  }

  /** Throws an InputRecordError that names the place in the record. */
  encode(record: InputRecord): InputRecord {
    const { writer } = this
    writer.used = 0
    this.number = record.number
    this.topic = record.topic
    this.partition = record.partition
    this.timestamp = record.timestamp
    this.headers = record.headers
    const { buffer, keyStart, keyEnd, valueStart, valueEnd, number } = record
    this.keyStart = keyStart < 0 ? -1 : writer.used
    if (keyStart >= 0) this.part(this.key, 'key', buffer, keyStart, keyEnd, number)
    this.keyEnd = keyStart < 0 ? -1 : writer.used
    this.valueStart = valueStart < 0 ? -1 : writer.used
    if (valueStart >= 0) this.part(this.value, 'value', buffer, valueStart, valueEnd, number)
    this.valueEnd = valueStart < 0 ? -1 : writer.used
    return this
  }

  private part(
    encoding: PartEncoding | undefined,
    name: string,
    bytes: Buffer,
    start: number,
    end: number,
    number: number,
  ): void {
    const { writer } = this
    if (encoding === undefined) {
      writer.raw(bytes.subarray(start, end))
      return
    }
    writer.room(HEADER_BYTES)
    writeHeader(writer.out, writer.used, encoding.schemaId)
    writer.used += HEADER_BYTES
    try {
      encoding.encode(writer, jsonOf(encoding, name, bytes, start, end))
    } catch (error) {
      if (!(error instanceof DoesNotFitError)) throw error
      throw new InputRecordError(number, error.message)
    }
  }
}

function jsonOf({ isText }: PartEncoding, name: string, bytes: Buffer, start: number, end: number): unknown {
  const text = bytes.toString('utf8', start, end)
  if (isText && bytes[start] !== QUOTE) return text
  try {
    return parseJsonExact(text)
  } catch (error) {
    if (isText) return text
    throw new DoesNotFitError(name, `it is not JSON: ${(error as Error).message}`)
  }
}

/** A reader of input whose records are encoded. */
export class EncodingReader implements InputReader {
  private readonly reader: InputReader
  private readonly encoding: RecordEncoding

  constructor(reader: InputReader, encoding: RecordEncoding) {
    this.reader = reader
    this.encoding = encoding
  }

  feed(piece: Buffer): void {
    this.reader.feed(piece)
  }

  next(): boolean {
    return this.reader.next() && this.step()
  }

  finish(): boolean {
    return this.reader.finish() && this.step()
  }

  private step(): boolean {
    this.encoding.encode(this.reader)
    return true
  }

  get buffer(): Buffer {
    return this.encoding.buffer
  }
  get keyStart(): number {
    return this.encoding.keyStart
  }
  get keyEnd(): number {
    return this.encoding.keyEnd
  }
  get valueStart(): number {
    return this.encoding.valueStart
  }
  get valueEnd(): number {
    return this.encoding.valueEnd
  }
  get number(): number {
    return this.encoding.number
  }
  get topic(): string | null {
    return this.encoding.topic
  }
  get partition(): number | null {
    return this.encoding.partition
  }
  get timestamp(): number | bigint | null {
    return this.encoding.timestamp
  }
  get headers(): Buffer | null {
    return this.encoding.headers
  }
}
