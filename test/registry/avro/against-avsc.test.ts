// Random schemas and values: what avsc encodes is decoded to the JSON of the value, and the other way round.

import assert from 'node:assert/strict'
import test from 'node:test'
import avsc from 'avsc'
import fc from 'fast-check'
import { AvroReader, avroDecoder } from '../../../src/registry/avro/decoder.ts'
import { AvroWriter, avroEncoder } from '../../../src/registry/avro/encoder.ts'
import { parseAvro } from '../../../src/registry/avro/schema.ts'
import { parseJsonExact } from '../../../src/util/json.ts'

interface Sample {
  /** JSON of the schema. */
  schema: unknown
  /** A value in the form that avsc takes, with unions wrapped. */
  value: fc.Arbitrary<unknown>
}

let names = 0

const leaf: fc.Arbitrary<Sample> = fc.constantFrom<Sample>(
  { schema: 'null', value: fc.constant(null) },
  { schema: 'boolean', value: fc.boolean() },
  { schema: 'int', value: fc.integer() },
  // Of 2^52 and more avsc itself gets the last bit wrong.
  { schema: 'long', value: fc.maxSafeInteger().map((value) => Math.trunc(value / 4)) },
  // Its JSON of -0 is 0.
  { schema: 'float', value: fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0) },
  { schema: 'double', value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0) },
  { schema: 'string', value: fc.string({ unit: 'grapheme' }) },
  { schema: 'bytes', value: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
)

const named: fc.Arbitrary<Sample> = fc.oneof(
  fc.constant(0).map((): Sample => {
    const symbols = ['A', 'B', 'C_1']
    return { schema: { type: 'enum', name: `E${names++}`, symbols }, value: fc.constantFrom(...symbols) }
  }),
  fc.integer({ min: 0, max: 20 }).map(
    (size): Sample => ({
      schema: { type: 'fixed', name: `F${names++}`, size },
      value: fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => Buffer.from(bytes)),
    }),
  ),
)

/** avsc's own JSON has lost the other one. */
const mapKey = fc.string({ minLength: 1 }).filter((key) => key !== '__proto__')

function samples(depth: number): fc.Arbitrary<Sample> {
  if (depth === 0) return fc.oneof(leaf, named)
  const inner = samples(depth - 1)
  return fc.oneof(
    leaf,
    named,
    inner.map(
      ({ schema, value }): Sample => ({
        schema: { type: 'array', items: schema },
        value: fc.array(value, { maxLength: 4 }),
      }),
    ),
    inner.map(
      ({ schema, value }): Sample => ({
        schema: { type: 'map', values: schema },
        value: fc.dictionary(mapKey, value, { maxKeys: 3, noNullPrototype: true }),
      }),
    ),
    fc.array(inner, { maxLength: 5 }).map(
      (list): Sample => ({
        schema: {
          type: 'record',
          name: `R${names++}`,
          fields: list.map(({ schema }, i) => ({ name: `f${i}`, type: schema })),
        },
        value: fc.record(Object.fromEntries(list.map(({ value }, i) => [`f${i}`, value])), { noNullPrototype: true }),
      }),
    ),
    inner
      .filter(({ schema }) => schema !== 'null' && !Array.isArray(schema))
      .map(
        (sample): Sample => ({
          schema: ['null', sample.schema],
          value: fc.option(sample.value.map((value) => ({ [nameOf(sample.schema)]: value }))),
        }),
      ),
    inner
      .filter(({ schema }) => !['string', 'int', 'null'].includes(schema as string) && !Array.isArray(schema))
      .map(
        (sample): Sample => ({
          schema: ['int', 'null', sample.schema, 'string'],
          value: fc.oneof(
            fc.integer().map((value) => ({ int: value })),
            fc.constant(null),
            fc.string().map((value) => ({ string: value })),
            sample.value.map((value) => ({ [nameOf(sample.schema)]: value })),
          ),
        }),
      ),
  )
}

function nameOf(schema: unknown): string {
  if (typeof schema === 'string') return schema
  const { name, type } = schema as { name?: string; type: string }
  return name ?? type
}

const reader = new AvroReader()
const writer = new AvroWriter()

test('bytes by avsc are the same JSON here, and this JSON the same bytes', () => {
  fc.assert(
    fc.property(
      samples(3).chain(({ schema, value }) => value.map((each) => ({ schema, value: each }))),
      ({ schema, value }) => {
        const theirs = avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: true })
        const ours = parseAvro(JSON.stringify(schema))
        const bytes = theirs.toBuffer(value)
        reader.used = 0
        avroDecoder(ours)(reader, bytes, 0, bytes.length)
        const text = reader.out.toString('utf8', 0, reader.used)
        writer.used = 0
        avroEncoder(ours, 'value')(writer, parseJsonExact(text))
        const encoded = writer.out.subarray(0, writer.used)
        assert.ok(encoded.equals(bytes), `${JSON.stringify(schema)}: ${text}`)
        // Avro's JSON encoding is read as well.
        writer.used = 0
        avroEncoder(ours, 'value')(writer, JSON.parse(theirs.toString(value)))
        assert.ok(writer.out.subarray(0, writer.used).equals(bytes), theirs.toString(value))
      },
    ),
    { numRuns: 400 },
  )
})

test('no bytes make the decoder do anything but decode or say what is wrong', () => {
  fc.assert(
    fc.property(samples(3), fc.uint8Array({ maxLength: 60 }), ({ schema }, bytes) => {
      reader.used = 0
      const source = Buffer.from(bytes)
      try {
        avroDecoder(parseAvro(JSON.stringify(schema)))(reader, source, 0, source.length)
      } catch (error) {
        assert.equal((error as Error).name, 'UndecodableError', String(error))
        return
      }
      JSON.parse(reader.out.toString('utf8', 0, reader.used))
    }),
    { numRuns: 400 },
  )
})

test('any key of a map is kept', () => {
  const schema = parseAvro('{"type":"map","values":"int"}')
  const text = '{"__proto__":1,"constructor":2,"":3}'
  writer.used = 0
  avroEncoder(schema, 'value')(writer, parseJsonExact(text))
  reader.used = 0
  avroDecoder(schema)(reader, writer.out, 0, writer.used)
  assert.equal(reader.out.toString('utf8', 0, reader.used), text)
})

test('-0 keeps its sign', () => {
  const schema = parseAvro('"double"')
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(-0)
  reader.used = 0
  avroDecoder(schema)(reader, bytes, 0, 8)
  const text = reader.out.toString('utf8', 0, reader.used)
  assert.equal(text, '-0.0')
  writer.used = 0
  avroEncoder(schema, 'value')(writer, parseJsonExact(text))
  assert.deepEqual(writer.out.subarray(0, writer.used), bytes)
})
