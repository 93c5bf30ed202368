// The JSON envelope of a record, one object a line, without loss:
//
//   {"topic":"orders","partition":0,"offset":5,"timestamp":1700000000000,"timestampType":"create",
//    "key":"k","value":"v","headers":[["name","value"]],"leaderEpoch":0}
//
// Bytes that are UTF-8 are text; other bytes are base64 and say so: "keyEncoding":"base64", "valueEncoding":"base64", and
// in a header a third element, ["name","AAH/","base64"], and a fourth where the name is not UTF-8. null stays null.
// Decoded keys and values are JSON in their place, with "keySchemaId" and "valueSchemaId"; what could not be decoded is as
// above, with "keyError" or "valueError".

import { isUtf8 } from 'node:buffer'
import { leaderEpochOf, type RecordView, timestampTypeOf } from '../records/view.ts'
import { RangeCopier } from '../util/range-copier.ts'
import { FixedText } from './fixed-text.ts'
import type { PartText, RecordWriter } from './record-format.ts'
import type { RecordSink } from './record-sink.ts'

const QUOTE = 0x22
const scanner = new RangeCopier()
/** What stands for each byte inside a JSON string. */
const ESCAPES = Array.from({ length: 128 }, (_, byte) =>
  Buffer.from(byte === 0x7f ? '\\u007f' : JSON.stringify(String.fromCharCode(byte)).slice(1, -1)),
)

const OFFSET = new FixedText(',"offset":')
const TIMESTAMP = new FixedText(',"timestamp":')
const TYPE_AND_KEY = {
  create: new FixedText(',"timestampType":"create","key":'),
  logappend: new FixedText(',"timestampType":"logappend","key":'),
  none: new FixedText(',"timestampType":"none","key":'),
}
const KEY_BASE64 = new FixedText(',"keyEncoding":"base64"')
const VALUE = new FixedText(',"value":')
const VALUE_BASE64 = new FixedText(',"valueEncoding":"base64"')
const HEADERS = new FixedText(',"headers":[')
const NO_HEADERS = new FixedText(',"headers":[],"leaderEpoch":')
const LEADER_EPOCH = new FixedText('],"leaderEpoch":')
const END = new FixedText('}\n')
const NULL = new FixedText('null')
const BASE64 = new FixedText(',"base64"')
const TEXT = new FixedText(',"text"')

/** Writes the envelope and a line feed. */
export function writeJson(view: RecordView, sink: RecordSink): void {
  const { cursor } = view
  writeStart(view, sink)
  if (!jsonBytes(sink, cursor.bytes, cursor.keyStart, cursor.keyEnd)) sink.fixed(KEY_BASE64)
  sink.fixed(VALUE)
  if (!jsonBytes(sink, cursor.bytes, cursor.valueStart, cursor.valueEnd)) sink.fixed(VALUE_BASE64)
  writeEnd(view, sink)
}

/** Up to the key. */
function writeStart(view: RecordView, sink: RecordSink): void {
  const { cursor } = view
  sink.fixed(topicStart(view))
  sink.integer(view.partition)
  sink.fixed(OFFSET)
  sink.integer(cursor.offset)
  sink.fixed(TIMESTAMP)
  const { timestamp } = cursor
  if (Number.isSafeInteger(timestamp)) sink.integer(timestamp)
  else sink.text(String(cursor.timestampExact))
  sink.fixed(TYPE_AND_KEY[timestampTypeOf(view)])
}

/** From after the value on. */
function writeEnd(view: RecordView, sink: RecordSink): void {
  const { cursor } = view
  if (cursor.headerCount === 0) sink.fixed(NO_HEADERS)
  else {
    sink.fixed(HEADERS)
    writeHeaders(view, sink)
    sink.fixed(LEADER_EPOCH)
  }
  sink.integer(leaderEpochOf(view))
  sink.fixed(END)
}

/** A part of a record that may be JSON, and says by which schema. */
export interface JsonPart extends PartText {
  readonly isJson: boolean
  readonly schemaId: number
  readonly error: string | null
}

const SCHEMA_ID = { key: new FixedText(',"keySchemaId":'), value: new FixedText(',"valueSchemaId":') }
const ERROR = { key: new FixedText(',"keyError":'), value: new FixedText(',"valueError":') }

/** The same with decoded keys and values: JSON as it is, the id of its schema, and why a part could not be decoded. */
export function jsonWriter(decoded: { readonly key: JsonPart; readonly value: JsonPart }): RecordWriter {
  const write = (sink: RecordSink, name: 'key' | 'value', part: JsonPart, isBase64: FixedText) => {
    if (part.isJson) sink.range(part.bytes, part.start, part.end)
    else if (!jsonBytes(sink, part.bytes, part.start, part.end)) sink.fixed(isBase64)
    if (part.schemaId >= 0) {
      sink.fixed(SCHEMA_ID[name])
      sink.integer(part.schemaId)
    }
    if (part.error === null) return
    sink.fixed(ERROR[name])
    sink.text(JSON.stringify(part.error))
  }
  return (view, sink) => {
    writeStart(view, sink)
    write(sink, 'key', decoded.key, KEY_BASE64)
    sink.fixed(VALUE)
    write(sink, 'value', decoded.value, VALUE_BASE64)
    writeEnd(view, sink)
  }
}

/** Writes bytes as a JSON string, or null; false where they had to be base64. */
export function jsonBytes(sink: RecordSink, bytes: Buffer, start: number, end: number): boolean {
  if (start < 0) {
    sink.fixed(NULL)
    return true
  }
  sink.byte(QUOTE)
  const text = isText(bytes, start, end)
  if (text) sink.escaped(bytes, start, end, ESCAPES)
  else sink.text(bytes.toString('base64', start, end))
  sink.byte(QUOTE)
  return text
}

function isText(bytes: Buffer, start: number, end: number): boolean {
  return scanner.isAscii(bytes, start, end) || isUtf8(bytes.subarray(start, end))
}

function writeHeaders({ cursor }: RecordView, sink: RecordSink): void {
  cursor.rewindHeaders()
  for (let first = true; cursor.nextHeader(); first = false) {
    if (!first) sink.byte(0x2c)
    sink.byte(0x5b)
    const nameIsText = jsonBytes(sink, cursor.bytes, cursor.headerKeyStart, cursor.headerKeyEnd)
    sink.byte(0x2c)
    const valueIsText = jsonBytes(sink, cursor.bytes, cursor.headerValueStart, cursor.headerValueEnd)
    if (!valueIsText) sink.fixed(BASE64)
    if (!nameIsText) {
      if (valueIsText) sink.fixed(TEXT)
      sink.fixed(BASE64)
    }
    sink.byte(0x5d)
  }
}

const starts = new Map<string, FixedText>()
let lastTopic = ''
let lastStart = new FixedText('')

function topicStart({ topic }: RecordView): FixedText {
  if (topic === lastTopic) return lastStart
  let start = starts.get(topic)
  if (start === undefined) starts.set(topic, (start = new FixedText(`{"topic":${JSON.stringify(topic)},"partition":`)))
  lastTopic = topic
  lastStart = start
  return start
}
