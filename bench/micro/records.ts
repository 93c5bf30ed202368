// Micro benchmarks of the record batches: checksum, walk, build, each codec. One line each:
//   node bench/micro/records.ts

import { batchEnd, sizeInBytes } from '../../src/records/batch.ts'
import { BatchBuilder } from '../../src/records/builder.ts'
import { codecs, DECOMPRESSED_LIMIT, Scratch } from '../../src/records/compression/index.ts'
import { makeSnappy, scriptBlocks } from '../../src/records/compression/snappy.ts'
import { crc32c, crc32cTable } from '../../src/records/crc32c.ts'
import { RecordCursor } from '../../src/records/cursor.ts'
import { LineEncoder } from '../../src/records/line-encoder.ts'
import { measure } from './measure.ts'

const LINE = 99
const LINES = 10_000

/** Lines like those of an order log: they compress to about 40 %. */
function makeLines(): Buffer {
  let seed = 1
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return seed % below
  }
  const cities = ['Berlin', 'London', 'Paris', 'Wien', 'Roma']
  let text = ''
  for (let i = 0; i < LINES; i++) {
    const line = `{"order":${random(1e9)},"customer":"c${random(1e5)}","city":"${cities[random(5)]}","note":"`
    const note = `${random(1e9).toString(36)}${random(1e9).toString(36)}${random(1e9).toString(36)}`
    text += `${(line + note).padEnd(LINE - 2, 'x').slice(0, LINE - 2)}"}`
  }
  return Buffer.from(text)
}

/** Copies of a batch, side by side, over more memory than the caches hold. */
function manyBatches(lines: Buffer, perBatch: number, total: number): Buffer {
  const builder = new BatchBuilder(0x7fffffff)
  for (let i = 0; i < perBatch; i++) builder.tryAppend(1_700_000_000_000 + i, lines, -1, -1, i * LINE, (i + 1) * LINE)
  const batch = builder.close()
  const out = Buffer.alloc(Math.ceil(total / batch.length) * batch.length)
  for (let at = 0; at < out.length; at += batch.length) batch.copy(out, at)
  return out
}

const lines = makeLines()
const megabyte = lines.subarray(0, LINE * LINES)

measure('crc32c', megabyte.length, 'B', () => crc32c(megabyte))
measure('crc32c, in JavaScript', megabyte.length, 'B', () => crc32cTable(megabyte))
measure('crc32c, 150 bytes', 150, 'B', () => crc32c(megabyte, 0, 150))

{
  const text = Buffer.from(megabyte.map((byte, i) => (i % LINE === LINE - 1 ? 10 : byte)))
  const builder = new BatchBuilder(0x7fffffff)
  measure('build, lines one by one', LINES, 'records', () => {
    builder.reset()
    for (let at = 0, end = 0; (end = text.indexOf(10, at)) >= 0; at = end + 1)
      builder.tryAppend(0, text, -1, -1, at, end)
  })
  const encoder = LineEncoder.load(10, false) as LineEncoder
  measure('build, many lines at once', LINES, 'records', () => {
    builder.reset()
    builder.tryAppend(0, text, -1, -1, 0, LINE - 1)
    for (let at = LINE; at < text.length; at += encoder.taken) {
      builder.tryAppendLines(encoder, 0, text, at, text.length, LINES)
    }
  })
}

let checksum = 0
for (const perBatch of [1, 150, 9000]) {
  const log = manyBatches(lines, perBatch, 64 * 1024 * 1024)
  const cursor = new RecordCursor()
  const records = Math.round((log.length / sizeInBytes(log, 0)) * perBatch)
  measure(`walk, ${perBatch} records of ${LINE} bytes a batch`, records, 'records', () => {
    for (let at = 0, next = 0; (next = batchEnd(log, at)) !== -1; at = next) {
      cursor.open(log, at)
      while (cursor.next()) checksum += cursor.valueEnd - cursor.valueStart
    }
  })
  measure(`walk with offset, timestamp, ${perBatch} a batch`, records, 'records', () => {
    for (let at = 0, next = 0; (next = batchEnd(log, at)) !== -1; at = next) {
      cursor.open(log, at)
      while (cursor.next()) checksum += cursor.offset + cursor.timestamp
    }
  })
}
if (Number.isNaN(checksum)) throw new Error('the walk made no number')

const builder = new BatchBuilder(1_000_000)
measure(`append ${LINE} bytes`, LINES, 'records', () => {
  builder.reset()
  for (let i = 0; i < LINES; i++) {
    if (builder.tryAppend(1_700_000_000_000, lines, -1, -1, i * LINE, (i + 1) * LINE)) continue
    builder.close()
    builder.reset()
    i--
  }
  builder.close()
})
measure('append 9 bytes of key, 90 of value', LINES, 'records', () => {
  builder.reset()
  for (let i = 0, at = 0; i < LINES; i++, at += LINE) {
    if (builder.tryAppend(1_700_000_000_000 + i, lines, at, at + 9, at + 9, at + LINE)) continue
    builder.close()
    builder.reset()
    i--
    at -= LINE
  }
  builder.close()
})

const scratch = new Scratch()
for (const codec of [...codecs, { ...makeSnappy(scriptBlocks), name: 'snappy, in JavaScript' }]) {
  for (const size of [1000, megabyte.length]) {
    const packed = codec.compress(megabyte, 0, size)
    const name = `${codec.name}, ${size} bytes to ${Math.round((packed.length / size) * 100)} %`
    measure(`${name}: compress`, size, 'B', () => codec.compress(megabyte, 0, size))
    measure(`${name}: decompress`, size, 'B', () =>
      codec.decompress(packed, 0, packed.length, DECOMPRESSED_LIMIT, scratch),
    )
  }
}
for (const codec of [undefined, ...codecs]) {
  measure(`build and read back 9,000, ${codec?.name ?? 'none'}`, 9000, 'records', () => {
    builder.reset()
    for (let i = 0; i < 9000; i++) builder.tryAppend(1_700_000_000_000, lines, -1, -1, i * LINE, (i + 1) * LINE)
    const batch = builder.close({ codec })
    const cursor = new RecordCursor()
    cursor.open(batch, 0)
    while (cursor.next()) checksum += cursor.valueEnd
  })
}
