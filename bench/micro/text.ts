// Micro benchmarks of what stands between records and text: input formats, output formats, filters, and the wire's codec.
// One line each:
//   node bench/micro/text.ts

import { openSync } from 'node:fs'
import { bytesMatcher } from '../../src/filter/bytes-matcher.ts'
import { compileExpression } from '../../src/filter/expression.ts'
import type { InputReader } from '../../src/input/input-record.ts'
import { JsonLineReader } from '../../src/input/jsonl.ts'
import { LineReader } from '../../src/input/lines.ts'
import { TemplateReader, templateParts } from '../../src/input/template.ts'
import { compileFormat } from '../../src/output/record-format.ts'
import { writeJson } from '../../src/output/record-json.ts'
import { RecordSink } from '../../src/output/record-sink.ts'
import { Metadata } from '../../src/protocol/apis/03-metadata.ts'
import { Writer } from '../../src/protocol/writer.ts'
import { BatchBuilder } from '../../src/records/builder.ts'
import { RecordCursor } from '../../src/records/cursor.ts'
import type { RecordView } from '../../src/records/view.ts'
import { measure } from './measure.ts'

const COUNT = 9000
const values = Array.from({ length: COUNT }, (_, i) => {
  const order = {
    order: 100_000 + i,
    city: i % 3 === 0 ? 'Köln' : 'Lyon',
    total: i / 7,
    state: 'paid',
    note: 'x'.repeat(20),
  }
  return JSON.stringify(order)
})
const keyed = Buffer.from(values.map((value, i) => `c-${i % 300}\t${value}\n`).join(''))
const jsonl = Buffer.from(values.map((value, i) => `${JSON.stringify({ key: `c-${i % 300}`, value })}\n`).join(''))

const inputs: Record<string, { piece: Buffer; reader: () => InputReader }> = {
  lines: { piece: keyed, reader: () => new LineReader({ delimiter: Buffer.from('\n') }) },
  'lines with keys': {
    piece: keyed,
    reader: () => new LineReader({ delimiter: Buffer.from('\n'), keyDelimiter: Buffer.from('\t') }),
  },
  template: { piece: keyed, reader: () => new TemplateReader(templateParts('%k\\t%v\\n'), { emptyIsNull: false }) },
  'JSON lines': { piece: jsonl, reader: () => new JsonLineReader() },
}
let sum = 0
for (const [name, { piece, reader: make }] of Object.entries(inputs)) {
  const reader = make()
  measure(`input: ${name}`, COUNT, 'records', () => {
    reader.feed(piece)
    while (reader.next()) sum += reader.valueEnd - reader.valueStart
  })
}

const builder = new BatchBuilder(0x7fffffff)
for (const [i, value] of values.entries()) {
  const bytes = Buffer.from(`c-${i % 300}${value}`)
  const keyEnd = bytes.indexOf('{')
  builder.tryAppend(1_700_000_000_000 + i, bytes, 0, keyEnd, keyEnd, bytes.length)
}
const batch = builder.close()
const view: RecordView = { cursor: new RecordCursor(), topic: 'orders', partition: 3, batch, batchAt: 0 }
const each = (work: () => void) => () => {
  view.cursor.open(batch, 0)
  while (view.cursor.next()) work()
}

const sink = new RecordSink(openSync('/dev/null', 'w'))
for (const format of ['%s\\n', '%k\\t%s\\n', '%t %p %o %T %k %s\\n', '%d{iso} %k{hex}\\n']) {
  const write = compileFormat(format)
  measure(
    `output: ${format}`,
    COUNT,
    'records',
    each(() => write(view, sink)),
  )
}
measure(
  'output: JSON',
  COUNT,
  'records',
  each(() => writeJson(view, sink)),
)

for (const pattern of [/espresso/, /K.ln.*paid/]) {
  const matches = bytesMatcher(pattern)
  const { cursor } = view
  measure(
    `filter: ${pattern}`,
    COUNT,
    'records',
    each(() => void (sum += Number(matches(cursor, cursor.valueStart, cursor.valueEnd)))),
  )
}
const { test } = compileExpression('value.total > 100.0 && value.city == "Lyon"')
measure(
  'filter: an expression on JSON',
  COUNT,
  'records',
  each(() => void (sum += Number(test(view)))),
)

const writer = new Writer()
Metadata.response.write(
  writer,
  {
    brokers: [{ nodeId: 1, host: '127.0.0.1', port: 9092, rack: null }],
    clusterId: 'c',
    controllerId: 1,
    topics: Array.from({ length: 100 }, (_, i) => ({
      name: `topic-${i}`,
      partitions: Array.from({ length: 10 }, (_, partitionIndex) => ({
        partitionIndex,
        leaderId: 1,
        replicaNodes: [1, 2, 3],
        isrNodes: [1, 2, 3],
      })),
    })),
  },
  12,
)
const response = writer.concat()
measure('wire: decode Metadata, 1,000 partitions', 1000, 'partitions', () => {
  sum += Metadata.response.decode(response, 12).topics.length
})
if (sum === 0) throw new Error('nothing was done')
