// The JSON envelope of a record, one object a line, without loss:
//
//   {"topic":"orders","partition":0,"offset":5,"timestamp":1700000000000,"timestampType":"create",
//    "key":"k","value":"v","headers":[["name","value"]],"leaderEpoch":0}
//
// Bytes that are UTF-8 are text; other bytes are base64 and say so: "keyEncoding":"base64", "valueEncoding":"base64", and
// in a header a third element, ["name","AAH/","base64"], and a fourth where the name is not UTF-8. null stays null.

import { isUtf8 } from 'node:buffer'
import { leaderEpochOf, type RecordView, timestampTypeOf } from '../records/view.ts'
import type { RecordSink } from './record-sink.ts'

const PLAIN = 0
const ESCAPED = 1
const HIGH = 2
/** What each byte needs inside a JSON string. */
const NEEDS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 ? HIGH : byte < 0x20 || byte === 0x22 || byte === 0x5c || byte === 0x7f ? ESCAPED : PLAIN,
)
const QUOTE = 0x22
const ESCAPES = Array.from({ length: 128 }, (_, byte) => {
  const text = JSON.stringify(String.fromCharCode(byte)).slice(1, -1)
  return Buffer.from(byte === 0x7f ? '\\u007f' : text)
})

const PARTITION = Buffer.from(',"partition":')
const OFFSET = Buffer.from(',"offset":')
const TIMESTAMP = Buffer.from(',"timestamp":')
const TIMESTAMP_TYPE = Buffer.from(',"timestampType":"')
const KEY = Buffer.from(',"key":')
const KEY_BASE64 = Buffer.from(',"keyEncoding":"base64"')
const VALUE = Buffer.from(',"value":')
const VALUE_BASE64 = Buffer.from(',"valueEncoding":"base64"')
const HEADERS = Buffer.from(',"headers":[')
const LEADER_EPOCH = Buffer.from(',"leaderEpoch":')
const NULL = Buffer.from('null')
const BASE64 = Buffer.from(',"base64"')
const TEXT = Buffer.from(',"text"')

/** Writes the envelope and a line feed. */
export function writeJson(view: RecordView, sink: RecordSink): void {
  const { cursor } = view
  sink.bytes(topicStart(view.topic))
  sink.bytes(PARTITION)
  sink.integer(view.partition)
  sink.bytes(OFFSET)
  sink.integer(cursor.offset)
  sink.bytes(TIMESTAMP)
  const { timestamp } = cursor
  if (Number.isSafeInteger(timestamp)) sink.integer(timestamp)
  else sink.text(String(cursor.timestampExact))
  sink.bytes(TIMESTAMP_TYPE)
  sink.text(timestampTypeOf(view))
  sink.byte(QUOTE)
  sink.bytes(KEY)
  if (!jsonBytes(sink, cursor.bytes, cursor.keyStart, cursor.keyEnd)) sink.bytes(KEY_BASE64)
  sink.bytes(VALUE)
  if (!jsonBytes(sink, cursor.bytes, cursor.valueStart, cursor.valueEnd)) sink.bytes(VALUE_BASE64)
  sink.bytes(HEADERS)
  if (cursor.headerCount > 0) writeHeaders(view, sink)
  sink.byte(0x5d)
  sink.bytes(LEADER_EPOCH)
  sink.integer(leaderEpochOf(view))
  sink.byte(0x7d)
  sink.byte(0x0a)
}

/** Writes bytes as a JSON string, or null; false where they had to be base64. */
export function jsonBytes(sink: RecordSink, bytes: Buffer, start: number, end: number): boolean {
  if (start < 0) {
    sink.bytes(NULL)
    return true
  }
  let at = start
  while (at < end && NEEDS[bytes[at]] === PLAIN) at++
  if (at < end && !isText(bytes, at, end)) {
    sink.byte(QUOTE)
    sink.text(bytes.toString('base64', start, end))
    sink.byte(QUOTE)
    return false
  }
  sink.byte(QUOTE)
  let from = start
  for (; at < end; at++) {
    if (NEEDS[bytes[at]] !== ESCAPED) continue
    sink.range(bytes, from, at)
    sink.bytes(ESCAPES[bytes[at]])
    from = at + 1
  }
  sink.range(bytes, from, end)
  sink.byte(QUOTE)
  return true
}

function isText(bytes: Buffer, at: number, end: number): boolean {
  while (at < end && NEEDS[bytes[at]] !== HIGH) at++
  return at === end || isUtf8(bytes.subarray(at, end))
}

function writeHeaders({ cursor }: RecordView, sink: RecordSink): void {
  cursor.rewindHeaders()
  for (let first = true; cursor.nextHeader(); first = false) {
    if (!first) sink.byte(0x2c)
    sink.byte(0x5b)
    const nameIsText = jsonBytes(sink, cursor.bytes, cursor.headerKeyStart, cursor.headerKeyEnd)
    sink.byte(0x2c)
    const valueIsText = jsonBytes(sink, cursor.bytes, cursor.headerValueStart, cursor.headerValueEnd)
    if (!valueIsText) sink.bytes(BASE64)
    if (!nameIsText) {
      if (valueIsText) sink.bytes(TEXT)
      sink.bytes(BASE64)
    }
    sink.byte(0x5d)
  }
}

const starts = new Map<string, Buffer>()

function topicStart(topic: string): Buffer {
  let start = starts.get(topic)
  if (start === undefined) starts.set(topic, (start = Buffer.from(`{"topic":${JSON.stringify(topic)}`)))
  return start
}
