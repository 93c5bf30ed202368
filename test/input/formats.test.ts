// JSON lines and templates: what is understood, what is refused and where.

import assert from 'node:assert/strict'
import test from 'node:test'
import { type InputReader, InputRecordError } from '../../src/input/input-record.ts'
import { JsonLineReader } from '../../src/input/jsonl.ts'
import { TemplateReader, templateParts } from '../../src/input/template.ts'
import { BatchBuilder } from '../../src/records/builder.ts'
import { readRecords } from '../../src/records/plain.ts'

type Plain = {
  key: string | null
  value: string | null
  timestamp?: number | bigint
  partition?: number
  topic?: string
  headers?: (string | null)[][]
}

/** All records of a text, or the message of what is wrong with one. */
function read(reader: InputReader, text: string): (Plain | string)[] {
  const found: (Plain | string)[] = []
  const take = (step: () => boolean) => {
    for (;;) {
      try {
        if (!step()) return
      } catch (error) {
        assert.ok(error instanceof InputRecordError)
        found.push(error.message)
        continue
      }
      const { buffer, keyStart, keyEnd, valueStart, valueEnd, timestamp, partition, topic, headers } = reader
      const builder = new BatchBuilder(1 << 20)
      builder.tryAppend(0, buffer, keyStart, keyEnd, valueStart, valueEnd, headers ?? undefined)
      const [record] = readRecords(Buffer.from(builder.close()))
      const string = (bytes: Buffer | null) => bytes?.toString('latin1') ?? null
      found.push({
        key: string(record.key),
        value: string(record.value),
        ...(timestamp === null ? {} : { timestamp }),
        ...(partition === null ? {} : { partition }),
        ...(topic === null ? {} : { topic }),
        ...(headers === null ? {} : { headers: record.headers.map(({ key, value }) => [string(key), string(value)]) }),
      })
    }
  }
  for (const piece of [text.slice(0, 7), text.slice(7)]) {
    reader.feed(Buffer.from(piece))
    take(() => reader.next())
  }
  take(() => reader.finish())
  return found
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const json = (text: string) => read(new JsonLineReader(), text)

test('JSON lines, as consume writes them and as people do', () => {
  assert.deepEqual(
    json(
      '{"topic":"t","partition":3,"offset":1,"timestamp":17,"timestampType":"create","key":"k","value":null,"headers":[["a","1"],["a",null]],"leaderEpoch":0}\n' +
        '{"key":"/wA=","keyEncoding":"base64","value":"","headers":[["/w==","gA==","base64","base64"]]}\n' +
        '{"value":{"any":["JSON",1]}}\n{"value":42,"headers":{"h":"v"}}\n{"value":null,"timestamp":"2023-11-14T22:13:20Z"}\n{"key":null,"timestamp":9223372036854775807}',
    ),
    [
      {
        key: 'k',
        value: null,
        timestamp: 17,
        partition: 3,
        topic: 't',
        headers: [
          ['a', '1'],
          ['a', null],
        ],
      },
      { key: '\xff\0', value: '', headers: [['\xff', '\x80']] },
      { key: null, value: '{"any":["JSON",1]}' },
      { key: null, value: '42', headers: [['h', 'v']] },
      { key: null, value: null, timestamp: 1_700_000_000_000 },
      { key: null, value: null, timestamp: 2n ** 63n - 1n },
    ],
  )
})

test('JSON that is no string stands for its own text, to the last character', () => {
  const texts = [
    '10.00',
    '1e400',
    '-0',
    ' { "b" : 1, "1":[ 1.0, 12345678901234567890 ] , "c":"]}\\"" }',
    'true',
    nested(100_000),
  ]
  for (const text of texts) {
    const record = { key: text.trim(), value: text.trim() }
    assert.deepEqual(json(`{"value":0,"key":${text},"value":${text} }`), [record])
  }
  assert.deepEqual(json('{"value":"v","headers":[["a",1.0],["b",null],["c","c"],["d",{"e":10.0}]]}'), [
    {
      key: null,
      value: 'v',
      headers: [
        ['a', '1.0'],
        ['b', null],
        ['c', 'c'],
        ['d', '{"e":10.0}'],
      ],
    },
  ])
})

test('what kcat -J writes', () => {
  const lines = [
    '{"topic":"t","partition":1,"offset":0,"tstype":"create","ts":1700000000123,"broker":1,' +
      '"headers":["a","1","a","2","n",null],"key":"k","payload":"v \\"q\\""}',
    '{"topic":"t","partition":1,"offset":1,"tstype":"create","ts":-1,"broker":1,"key":null,"payload":null}',
  ]
  assert.deepEqual(json(`${lines.join('\n')}\n`), [
    {
      topic: 't',
      partition: 1,
      timestamp: 1_700_000_000_123,
      key: 'k',
      value: 'v "q"',
      headers: [
        ['a', '1'],
        ['a', '2'],
        ['n', null],
      ],
    },
    { topic: 't', partition: 1, timestamp: -1, key: null, value: null },
  ])
})

test('a value of many megabytes in base64', () => {
  const value = Buffer.alloc(12 << 20, 'any bytes')
  const reader = new JsonLineReader()
  reader.feed(Buffer.from(`{"value":"${value.toString('base64')}","valueEncoding":"base64"}\n`))
  assert.ok(reader.next())
  assert.ok(reader.buffer.subarray(reader.valueStart, reader.valueEnd).equals(value))
})

test('bytes that are no text are refused', () => {
  const reader = new JsonLineReader()
  reader.feed(Buffer.from('{"value":"a\xff"}\n', 'latin1'))
  assert.throws(() => reader.next(), /record 1 of the input: it is not UTF-8/)
})

test('a key for the lines that say nothing of one', () => {
  const reader = new JsonLineReader(undefined, Buffer.from('k'))
  const lines = ['{"value":"a"}', '{"key":null,"value":"b"}', '{"key":"own","value":"c"}']
  assert.deepEqual(
    read(reader, `${lines.join('\n')}\n`).map((found) => (found as Plain).key),
    ['k', null, 'own'],
  )
})

test('a wrong line is named, and the next ones are read', () => {
  const wrong = [
    ['nonsense', /it is not JSON/],
    ['[1]', /not a JSON object/],
    ['{"key":"a","keyEncoding":"hex"}', /encoding of its key is "hex"/],
    ['{"value":"a","valueEncoding":"base64"}', /its value is not base64/],
    ['{"value":1,"partition":-1}', /its partition is not a whole number/],
    ['{"value":1,"topic":1}', /its topic is not a string/],
    ['{"key":"k","load":"v"}', /'load' is not a field of a record/],
    ['{"offset":1}', /neither a key nor a value/],
    ['{"value":1,"timestamp":1.5}', /its timestamp is not a whole number/],
    ['{"value":1,"timestamp":"soon"}', /'soon' is not a time/],
    ['{"value":1,"timestamp":9223372036854775808}', /more than 64 bits/],
    ['{"value":1,"headers":5}', /neither a list of pairs nor an object/],
    ['{"value":1,"headers":[["a"],"b"]}', /not a pair/],
    ['{"value":"v","payload":"v"}', /'value' and 'payload' are the same/],
    ['{"value":"v","ts":1,"timestamp":1}', /'timestamp' and 'ts' are the same/],
    ['{"payload":"v","headers":["a","b","c"]}', /not a pair/],
    ['{"value":1,"headers":[["h",1234,"base64"]]}', /its header h is not base64/],
    [`{"value":1,"headers":[["a",${nested(100_000)}]]}`, /its headers are nested too deeply/],
    ['{"value":"\\ud800"}', /half of a surrogate pair/],
    ['{"value":"abcde","valueEncoding":"base64"}', /its value is not base64/],
    ['{"value":"a=b=","valueEncoding":"base64"}', /its value is not base64/],
  ] as const
  for (const [line, message] of wrong) {
    const [problem, next] = json(`${line}\n{"value":"next"}\n`)
    assert.match(problem as string, message)
    assert.match(problem as string, /^record 1 of the input/)
    assert.deepEqual(next, { key: null, value: 'next' })
  }
})

test('templates', () => {
  const by = (template: string, text: string, options = {}) =>
    read(new TemplateReader(templateParts(template), options), text)
  assert.deepEqual(by('%k\\t%v\\n', 'a\tb\nc\td\te'), [
    { key: 'a', value: 'b' },
    { key: 'c', value: 'd\te' },
  ])
  assert.deepEqual(by('<%t|%p|%T|%h|%k||%s>\\0', '<t|2|-5|a=1,b,=x|k||v>\0'), [
    {
      key: 'k',
      value: 'v',
      topic: 't',
      partition: 2,
      timestamp: -5,
      headers: [
        ['a', '1'],
        ['b', null],
        ['', 'x'],
      ],
    },
  ])
  const optional = {
    before: Buffer.of(),
    parts: [
      { field: 'k', until: Buffer.from(':'), isOptional: true },
      { field: 'v', until: Buffer.from('\n') },
    ],
  }
  assert.deepEqual(read(new TemplateReader(optional, { key: Buffer.from('own') }), 'a:1\n2\n'), [
    { key: 'a', value: '1' },
    { key: 'own', value: '2' },
  ])
  assert.deepEqual(by('%v\\n', 'a\n\n', { key: Buffer.from('k'), emptyIsNull: true }), [
    { key: 'k', value: 'a' },
    { key: 'k', value: null },
  ])
  assert.deepEqual(by('%p:%v\\n', 'x:1\n2\n3:4\n'), [
    "record 1 of the input: its partition 'x' is not a whole number",
    "record 2 of the input: nothing ends its partition: no ':' after byte 0",
    { key: null, value: '4', partition: 3 },
  ])
  for (const [template, message] of [
    ['%k%v\\n', /nothing ends %k/],
    ['%k\\t%v', /nothing ends %v/],
    ['%y\\n', /%y is not a field/],
    ['plain', /names no field/],
    ['100%%\\n', /%% is not possible/],
  ] as const) {
    assert.throws(() => templateParts(template), { name: 'UsageError', message })
  }
})
