// Logical types as text, unions, defaults, and what is told of values that do not fit.

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { AvroReader, avroDecoder } from '../../../src/registry/avro/decoder.ts'
import { AvroWriter, avroEncoder } from '../../../src/registry/avro/encoder.ts'
import { printAvro } from '../../../src/registry/avro/print.ts'
import { parseAvro } from '../../../src/registry/avro/schema.ts'
import { parseJsonExact } from '../../../src/util/json.ts'

function encoded(schema: unknown, value: unknown): Buffer {
  const writer = new AvroWriter()
  avroEncoder(parseAvro(JSON.stringify(schema)), 'value')(writer, value)
  return Buffer.from(writer.out.subarray(0, writer.used))
}

function decoded(schema: unknown, bytes: Buffer): string {
  const reader = new AvroReader()
  avroDecoder(parseAvro(JSON.stringify(schema)))(reader, bytes, 0, bytes.length)
  return reader.out.toString('utf8', 0, reader.used)
}

/** JSON text in, JSON text out. */
function through(schema: unknown, text: string): string {
  return decoded(schema, encoded(schema, parseJsonExact(text)))
}

function problem(schema: unknown, value: unknown): string {
  try {
    encoded(schema, value)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

const logical = (type: string, logicalType: string, more = {}) => ({ type, logicalType, ...more })
const fixed = (size: number, logicalType: string, more = {}) => ({
  type: 'fixed',
  name: 'F',
  size,
  logicalType,
  ...more,
})

test('text of logical types comes back as it was', () => {
  const decimal = logical('bytes', 'decimal', { precision: 20, scale: 3 })
  const cases: [unknown, string][] = [
    [logical('int', 'date'), '"2024-02-29"'],
    [logical('int', 'date'), '"0001-01-01"'],
    [logical('int', 'date'), '"9999-12-31"'],
    [logical('int', 'time-millis'), '"23:59:59.999"'],
    [logical('long', 'time-micros'), '"00:00:00.000001"'],
    [logical('long', 'timestamp-millis'), '"1969-12-31T23:59:59.999Z"'],
    [logical('long', 'timestamp-micros'), '"2026-01-31T13:45:30.123456Z"'],
    [logical('long', 'timestamp-nanos'), '"2026-01-31T13:45:30.123456789Z"'],
    [logical('long', 'timestamp-nanos'), '"1969-12-31T23:59:59.999999999Z"'],
    [logical('long', 'local-timestamp-millis'), '"2026-01-31T13:45:30.123"'],
    [logical('long', 'local-timestamp-micros'), '"2026-01-31T13:45:30.123456"'],
    [decimal, '"-12.340"'],
    [decimal, '"0.001"'],
    [decimal, '"12345678901234567.890"'],
    [fixed(8, 'decimal', { precision: 10, scale: 2 }), '"-99999999.99"'],
    [logical('string', 'uuid'), '"5f4e2a10-9b7c-4d3e-8f21-0123456789ab"'],
    [fixed(16, 'uuid'), '"5f4e2a10-9b7c-4d3e-8f21-0123456789ab"'],
    [fixed(12, 'duration'), '"P1M2DT3.500S"'],
    ['long', '-9223372036854775808'],
    ['long', '9223372036854775807'],
    ['double', '"NaN"'],
    ['double', '-0.0'],
    ['float', '0.1'],
    ['float', '3.4028235e+38'],
    ['bytes', '"\\u0000\\u00ff\\"\\\\"'],
  ]
  for (const [schema, text] of cases) assert.equal(through(schema, text), text, JSON.stringify(schema))
})

test('other forms of the same are read too', () => {
  const cases: [unknown, string, string][] = [
    [logical('long', 'timestamp-millis'), '"2026-01-31T13:45+02:00"', '"2026-01-31T11:45:00.000Z"'],
    [logical('long', 'timestamp-millis'), '"2026-01-31"', '"2026-01-31T00:00:00.000Z"'],
    [logical('long', 'timestamp-millis'), '0', '"1970-01-01T00:00:00.000Z"'],
    [logical('long', 'timestamp-millis'), '9e15', '9000000000000000'],
    [logical('int', 'date'), '-800000', '-800000'],
    [logical('bytes', 'decimal', { precision: 6, scale: 2 }), '12.5', '"12.50"'],
    [logical('bytes', 'decimal', { precision: 6, scale: 2 }), '"1.25e2"', '"125.00"'],
    // A logical type that does not fit its type does not count.
    [logical('string', 'date'), '"x"', '"x"'],
    [fixed(2, 'decimal', { precision: 9, scale: 2 }), '"ab"', '"ab"'],
  ]
  for (const [schema, text, expected] of cases) assert.equal(through(schema, text), expected, JSON.stringify(schema))
})

test('a decimal that came as a number has all its digits, or is refused', () => {
  const schema = logical('bytes', 'decimal', { precision: 30, scale: 9 })
  assert.equal(through(schema, '123456789012.345'), '"123456789012.345000000"')
  assert.equal(through(schema, '0.000001'), '"0.000001000"')
  assert.equal(through(schema, '9007199254740991'), '"9007199254740991.000000000"')
  assert.equal(through(schema, '123456789012345678901'), '"123456789012345678901.000000000"')
  assert.equal(
    problem(schema, parseJsonExact('1234567890123.4567')),
    'value: 1234567890123.4568 has too many digits for a number of JSON; write it as text',
  )
  assert.equal(through(schema, '"1234567890123.4567"'), '"1234567890123.456700000"')
})

test('every day is written as JavaScript writes it', () => {
  const schema = logical('long', 'timestamp-millis')
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (ms) => {
      assert.equal(through(schema, String(ms)), JSON.stringify(new Date(ms).toISOString()))
    }),
  )
})

test('unions: named, plain, and what could be taken for named', () => {
  const inner = { type: 'record', name: 'n.Inner', fields: [{ name: 'x', type: 'int' }] }
  const wide = ['null', 'string', 'long', inner, { type: 'map', values: 'int' }]
  assert.equal(through(wide, '"a"'), '{"string":"a"}')
  assert.equal(through(wide, '5'), '{"long":5}')
  assert.equal(through(wide, '{"x":1}'), '{"n.Inner":{"x":1}}')
  assert.equal(through(wide, '{"Inner":{"x":1}}'), '{"n.Inner":{"x":1}}')
  assert.equal(through(wide, '{"y":1}'), '{"map":{"y":1}}')
  assert.equal(through(wide, 'null'), 'null')
  const optional = ['null', { type: 'map', values: { type: 'map', values: 'int' } }]
  assert.equal(through(optional, '{"a":{"b":1}}'), '{"a":{"b":1}}')
  assert.equal(through(optional, '{"map":{"map":{"b":1}}}'), '{"map":{"map":{"b":1}}}')
  assert.equal(problem(wide, true), 'value: expected one of null, string, long, n.Inner, map, got true')
  assert.equal(problem(wide, { 'n.Inner': { x: 'a' } }), 'value.n.Inner.x: expected int, got "a"')
})

test('defaults are filled in, of all kinds', () => {
  const schema = {
    type: 'record',
    name: 'R',
    fields: [
      { name: 'b', type: 'bytes', default: 'ÿ' },
      { name: 'u', type: ['null', 'string'], default: null },
      { name: 'e', type: { type: 'enum', name: 'E', symbols: ['A', 'B'] }, default: 'B' },
      { name: 'r', type: { type: 'record', name: 'S', fields: [{ name: 'x', type: 'int', default: 3 }] }, default: {} },
      { name: 'm', type: { type: 'map', values: 'int' }, default: { k: 1 } },
      { name: 'd', type: { type: 'int', logicalType: 'date' }, default: 1 },
    ],
  }
  assert.equal(through(schema, '{}'), '{"b":"\\u00ff","u":null,"e":"B","r":{"x":3},"m":{"k":1},"d":"1970-01-02"}')
})

test('what does not fit is told with its place', () => {
  const schema = {
    type: 'record',
    name: 'R',
    fields: [{ name: 'list', type: { type: 'array', items: { type: 'map', values: 'int' } } }],
  }
  assert.equal(
    problem(schema, { list: [{}, { a: 1, 'b c': 2 ** 31 }] }),
    'value.list[1].b c: 2147483648 has more than 32 bits',
  )
  assert.equal(problem(schema, {}), 'value.list: is missing, and R has no default for it')
  assert.equal(problem(schema, { list: [], more: 1 }), 'value.more: R has no such field')
  assert.equal(problem('long', 2n ** 63n), 'value: 9223372036854775808 has more than 64 bits')
  assert.match(problem(logical('int', 'date'), '2026-02-30'), /expected date/)
  assert.match(
    problem(logical('long', 'timestamp-millis'), '2026-01-31T00:00:00.0001Z'),
    /expected timestamp in milliseconds/,
  )
})

test('schemas are printed as Java prints them', () => {
  const texts = [
    '{"type":"record","name":"A","namespace":"n","doc":"d","fields":[{"name":"x","type":{"type":"enum","name":"E","symbols":["P"],"default":"P"},"default":"P"},{"name":"y","type":"E","order":"ignore","aliases":["z"]},{"name":"next","type":["null","A"],"default":null},{"name":"o","type":{"type":"fixed","name":"F","namespace":"m","size":3}}],"aliases":["B","o.C"]}',
    '{"type":"record","name":"A","fields":[{"name":"x","type":"double","default":1.0},{"name":"d","type":{"type":"int","logicalType":"date"}}]}',
  ]
  for (const text of texts) assert.equal(printAvro(parseAvro(text)), text)
  assert.equal(printAvro(parseAvro('{"type":"int"}')), '"int"')
  assert.equal(
    printAvro(parseAvro('{"name":"n.A","fields":[],"type":"record","extra":9007199254740993}')),
    '{"type":"record","name":"A","namespace":"n","fields":[],"extra":9007199254740993}',
  )
})

test('what is no schema is refused with the reason', () => {
  const cases: [string, RegExp][] = [
    ['{"type":"record","name":"A"}', /has no fields/],
    ['{"type":"record","name":"1A","fields":[]}', /Illegal initial character/],
    ['["int","int"]', /Duplicate in union: int/],
    ['["int",["string"]]', /Nested union/],
    ['{"type":"enum","name":"E","symbols":["A","A"]}', /Duplicate enum symbol/],
    [
      '{"type":"record","name":"A","fields":[{"name":"x","type":"int","default":"a"}]}',
      /Invalid default for field x: "a" not a "int"/,
    ],
    ['{"type":"nope"}', /Undefined name: "nope"/],
    ['{', /it is not JSON/],
  ]
  for (const [text, expected] of cases) assert.throws(() => parseAvro(text), expected, text)
})
