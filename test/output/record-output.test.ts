// Records in all their printed forms, and the way from a sink to its file.

import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { compileFormat, type RecordWriter, valueDelimiter } from '../../src/output/record-format.ts'
import { writeJson } from '../../src/output/record-json.ts'
import { RecordSink } from '../../src/output/record-sink.ts'
import { BatchBuilder } from '../../src/records/builder.ts'
import { RecordCursor } from '../../src/records/cursor.ts'
import { encodeHeaders, type Header } from '../../src/records/headers.ts'

interface Sample {
  key: Buffer | null
  value: Buffer | null
  headers?: Header[]
  timestamp?: number | bigint
}

function batchOf(samples: Sample[], baseOffset = 40): Buffer {
  const builder = new BatchBuilder(1 << 20)
  for (const { key, value, headers = [], timestamp = 1_700_000_000_123 } of samples) {
    const bytes = Buffer.concat([key ?? Buffer.alloc(0), value ?? Buffer.alloc(0)])
    const keyEnd = key?.length ?? 0
    const from = value === null ? -1 : keyEnd
    builder.tryAppend(timestamp, bytes, key === null ? -1 : 0, keyEnd, from, bytes.length, encodeHeaders(headers))
  }
  return Buffer.from(
    builder.close({ baseOffset, partitionLeaderEpoch: 3, producerId: 77, producerEpoch: 0, baseSequence: 0 }),
  )
}

async function print(samples: Sample[], write: RecordWriter): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-sink-'))
  const file = join(folder, 'out')
  const fd = openSync(file, 'w')
  try {
    const sink = new RecordSink(fd)
    const cursor = new RecordCursor()
    const batch = batchOf(samples)
    cursor.open(batch, 0)
    const view = { cursor, topic: 'orders', partition: 2, batch, batchAt: 0 }
    while (cursor.next()) {
      write(view, sink)
      await sink.pace()
    }
    await sink.flush()
    return readFileSync(file)
  } finally {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  }
}

const text = (value: string) => Buffer.from(value)
const formatted = async (format: string, samples: Sample[], options = {}) =>
  (await print(samples, compileFormat(format, options))).toString('latin1')

test('every token of a format', async () => {
  const sample = {
    key: text('k1'),
    value: text('v\xff'),
    headers: [
      { key: 'a', value: text('1') },
      { key: 'b', value: null },
      { key: 'a', value: text('2') },
    ],
  }
  const cases: [string, string][] = [
    ['%t/%p/%o\\n', 'orders/2/40\n'],
    ['%k=%s', 'k1=v\xc3\xbf'],
    ['%v', 'v\xc3\xbf'],
    ['%K %S', '2 3'],
    ['%R', '\0\0\0\x03'],
    ['%T', '1700000000123'],
    ['%d{iso}', '2023-11-14T22:13:20.123Z'],
    ['%h', 'a=1,b=NULL,a=2'],
    ['%h{a}|%h{b}|%h{c}', '1||'],
    ['%e %P', '3 77'],
    ['%k{hex} %s{base64} %s{json}', '6b31 dsO/ "v\xc3\xbf"'],
    ['100%%\\t\\x41\\101\\\\', '100%\tAe\\'],
    ['%k{x', 'k1{x'],
    ['%o{a}', '40{a}'],
  ]
  for (const [format, wanted] of cases) assert.equal(await formatted(format, [sample]), wanted, format)
})

test('null is told from empty', async () => {
  const samples = [
    { key: null, value: null },
    { key: text(''), value: text('') },
  ]
  assert.equal(await formatted('%K %S [%k] [%s];', samples), '-1 -1 [] [];0 0 [] [];')
  assert.equal(await formatted('[%k] [%s];', samples, { showNull: true }), '[NULL] [NULL];[] [];')
  assert.equal(await formatted('[%k{hex}] [%s{base64}];', samples, { showNull: true }), '[NULL] [NULL];[] [];')
  assert.equal(await formatted('%R', samples), '\xff\xff\xff\xff\0\0\0\0')
})

test('a format that makes no sense is a usage error that names the place', () => {
  const usage = (message: RegExp) => ({ name: 'UsageError', message })
  assert.throws(() => compileFormat('%s %y'), usage(/%y is not a format token/))
  assert.throws(() => compileFormat('%s%'), usage(/ends in a single %/))
  assert.throws(() => compileFormat('%s\\q'), usage(/'\\q' is not an escape/))
  assert.throws(() => compileFormat('%k{hax}'), { ...usage(/%k\{hax\} is not a form/), hint: 'did you mean %k{hex}?' })
  assert.throws(() => compileFormat('%d'), usage(/%d needs a time format/))
  assert.throws(() => compileFormat('%d{unix}'), usage(/%d\{unix\} is not a time format/))
})

test('formats that are a value and one byte', () => {
  const delimiters = { '%s\\n': 10, '%v\\0': 0, '%s;': 59, '%s\\x80': 128, '%s\n': 10 }
  for (const [format, byte] of Object.entries(delimiters)) assert.equal(valueDelimiter(format), byte, format)
  for (const format of ['%s', '%s\\r\\n', '%k\\n', '%s%%', '%s%s', ' %s\\n', '%s{hex}', '%s{', '%s é', '%S\\n', '']) {
    assert.equal(valueDelimiter(format), undefined, format)
  }
})

test('large blocks and small ranges come out in their order', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-sink-'))
  const file = join(folder, 'out')
  const fd = openSync(file, 'w')
  const source = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) & 0xff))
  const sink = new RecordSink(fd)
  const expected: Buffer[] = []
  for (const [start, end] of [
    [5, 20],
    [20, 290_000],
    [1, 2],
    [0, 65_535],
    [0, 65_536],
    [7, 8],
  ]) {
    if (end - start > 1000) sink.block(source, start, end)
    else sink.range(source, start, end)
    expected.push(source.subarray(start, end))
  }
  await sink.flush()
  closeSync(fd)
  assert.ok(readFileSync(file).equals(Buffer.concat(expected)))
  rmSync(folder, { recursive: true })
})

test('the JSON envelope', async () => {
  const samples: Sample[] = [
    {
      key: text('k"\\\n\u007f'),
      value: text('grüße'),
      headers: [
        { key: 'h', value: text('1') },
        { key: 'h', value: null },
      ],
    },
    { key: null, value: Buffer.from([0xff, 0]), headers: [{ key: 'raw', value: Buffer.from([0x80]) }], timestamp: -1 },
  ]
  const lines = (await print(samples, writeJson)).toString().trimEnd().split('\n')
  assert.equal(
    lines[0],
    '{"topic":"orders","partition":2,"offset":40,"timestamp":1700000000123,"timestampType":"create",' +
      '"key":"k\\"\\\\\\n\\u007f","value":"grüße","headers":[["h","1"],["h",null]],"leaderEpoch":3}',
  )
  assert.deepEqual(JSON.parse(lines[1]), {
    topic: 'orders',
    partition: 2,
    offset: 41,
    timestamp: -1,
    timestampType: 'none',
    key: null,
    value: '/wA=',
    valueEncoding: 'base64',
    headers: [['raw', 'gA==', 'base64']],
    leaderEpoch: 3,
  })
})

test('the JSON envelope loses nothing, whatever the bytes and times', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 50 }),
    fc.string({ unit: 'binary' }).map((s) => Buffer.from(s)),
  )
  const maybe = fc.option(
    bytes.map((b) => Buffer.from(b)),
    { nil: null },
  )
  const sample = fc.record({
    key: maybe,
    value: maybe,
    headers: fc.array(fc.record({ key: bytes.map((b) => Buffer.from(b)), value: maybe }), { maxLength: 3 }),
    timestamp: fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  })
  const back = (value: string | null, encoding?: string) =>
    value === null ? null : Buffer.from(value, encoding === 'base64' ? 'base64' : 'utf8')
  await fc.assert(
    fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 5 }), async (samples) => {
      const lines = (await print(samples, writeJson)).toString().trimEnd().split('\n')
      assert.equal(lines.length, samples.length)
      for (const [i, line] of lines.entries()) {
        const record = JSON.parse(line)
        assert.deepEqual(back(record.key, record.keyEncoding), samples[i].key)
        assert.deepEqual(back(record.value, record.valueEncoding), samples[i].value)
        assert.equal(/"timestamp":(-?\d+)/.exec(line)?.[1], String(samples[i].timestamp))
        assert.deepEqual(
          record.headers.map(([name, value, form, nameForm]: (string | null)[]) => [
            back(name, nameForm ?? undefined),
            back(value, form ?? undefined),
          ]),
          samples[i].headers.map(({ key, value }) => [key, value]),
        )
      }
    }),
    { numRuns: 150 },
  )
})

test('integers are written as JavaScript prints them', async () => {
  const numbers = [
    0,
    7,
    10,
    99,
    100,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32,
    10 ** 15,
    Number.MAX_SAFE_INTEGER,
    -1,
    -12345678901,
  ]
  const out = await print([{ key: null, value: text('') }], (_view, sink) => {
    for (const number of numbers) {
      sink.integer(number)
      sink.byte(0x20)
    }
  })
  assert.equal(out.toString(), `${numbers.join(' ')} `)
})

test('much more than a piece arrives whole and in order, a slow reader or not', async () => {
  const value = Buffer.alloc(300_000, 'x')
  const out = await print(
    Array.from({ length: 3 }, () => ({ key: null, value })),
    (view, sink) => {
      for (let i = 0; i < 20; i++) sink.range(view.cursor.bytes, view.cursor.valueStart, view.cursor.valueEnd)
      sink.range(Buffer.alloc(3 << 20, 'y'), 0, 3 << 20)
    },
  )
  const round = Buffer.concat([Buffer.alloc(20 * 300_000, 'x'), Buffer.alloc(3 << 20, 'y')])
  assert.ok(out.equals(Buffer.concat([round, round, round])))
})

test('a write that fails is told by flush()', async () => {
  const fd = openSync('/dev/null', 'r')
  const sink = new RecordSink(fd)
  sink.text('lost')
  await assert.rejects(() => sink.flush(), { code: 'EBADF' })
  closeSync(fd)
})

test('bytes that are no UTF-8 come out as text, wherever a piece is cut', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-sink-'))
  try {
    // Parts of characters, whole ones, and none.
    const parts = [[0x61], [0xd0], [0xbd], [0xe2, 0x82, 0xac], [0xe2, 0x82], [0xf0, 0x9f, 0x98, 0x80], [0xf0], [0xff]]
    let state = 7
    const bytes = Buffer.from(
      Array.from({ length: 120_000 }, () => parts[(state = (state * 48271) % 0x7fff_ffff) % parts.length]).flat(),
    )
    const fd = openSync(join(folder, 'out'), 'w')
    const sink = new RecordSink(fd, undefined, { asText: true })
    sink.range(bytes, 0, bytes.length)
    await sink.flush()
    closeSync(fd)
    assert.ok(readFileSync(join(folder, 'out')).equals(Buffer.from(bytes.toString('utf8'))))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
