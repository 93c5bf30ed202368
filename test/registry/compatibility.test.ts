// JSON Schema and Protobuf: which changes are compatible, and what is said of those that are not.

import assert from 'node:assert/strict'
import test from 'node:test'
import { parseSchema, type SchemaType } from '../../src/registry/schema.ts'

/** What keeps the new schema from reading what was written with the old one. */
async function backward(schemaType: SchemaType, old: unknown, fresh: unknown): Promise<string[]> {
  const parse = (schema: unknown) =>
    parseSchema({ schemaType, schema: typeof schema === 'string' ? schema : JSON.stringify(schema) })
  return (await parse(fresh)).differences(await parse(old)).map(({ type, path }) => `${type} ${path}`)
}

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more })
const closed = { additionalProperties: false }
const text = { type: 'string' }
const number = { type: 'number' }

const json: [what: string, old: unknown, fresh: unknown, expected: string[]][] = [
  ['the same', object({ a: text }), object({ a: text }), []],
  ['a wider type', object({ a: { type: 'integer' } }), object({ a: number }), []],
  ['a narrower type', object({ a: number }), object({ a: { type: 'integer' } }), ['TYPE_CHANGED #/properties/a']],
  ['another type', object({ a: text }), object({ a: number }), ['TYPE_CHANGED #/properties/a']],
  ['one type less', { type: ['string', 'null'] }, text, ['TYPE_NARROWED #']],
  [
    'a property for an open object',
    object({}),
    object({ a: text }),
    ['PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/a'],
  ],
  ['one that allows all', object({}), object({ a: {} }), []],
  ['an optional property for a closed object', object({}, closed), object({ a: text }, closed), []],
  [
    'a required one',
    object({}, closed),
    object({ a: text }, { ...closed, required: ['a'] }),
    ['REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/a'],
  ],
  [
    'a required one with a default',
    object({}, closed),
    object({ a: { ...text, default: '' } }, { ...closed, required: ['a'] }),
    [],
  ],
  ['one taken from an open object', object({ a: text }), object({}), []],
  [
    'one taken from a closed object',
    object({ a: text }, closed),
    object({}, closed),
    ['PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/a'],
  ],
  [
    'required now',
    object({ a: text }),
    object({ a: text }, { required: ['a'] }),
    ['REQUIRED_ATTRIBUTE_ADDED #/required/a'],
  ],
  ['no others any more', object({}), object({}, closed), ['ADDITIONAL_PROPERTIES_REMOVED #/additionalProperties']],
  ['shorter', { ...text, maxLength: 9 }, { ...text, maxLength: 8 }, ['MAX_LENGTH_DECREASED #/maxLength']],
  ['longer', { ...text, maxLength: 9 }, { ...text, maxLength: 10 }, []],
  ['a new bound', number, { ...number, minimum: 0 }, ['MINIMUM_ADDED #/minimum']],
  ['more values', { enum: ['a'] }, { enum: ['a', 'b'] }, []],
  ['fewer values', { enum: ['a', 'b'] }, { enum: ['a'] }, ['ENUM_ARRAY_NARROWED #/enum']],
  ['another pattern', { ...text, pattern: 'a' }, { ...text, pattern: 'b' }, ['PATTERN_CHANGED #/pattern']],
  ['other items', { type: 'array', items: text }, { type: 'array', items: number }, ['TYPE_CHANGED #/items']],
  ['one of more', { oneOf: [text] }, { oneOf: [text, number] }, []],
  ['one of fewer', { oneOf: [text, number] }, { oneOf: [text] }, ['SUM_TYPE_NARROWED #/oneOf']],
  ['all of more', { allOf: [text] }, { allOf: [text, { maxLength: 1 }] }, ['PRODUCT_TYPE_EXTENDED #/allOf']],
  [
    'a type that contains itself',
    { $ref: '#/$defs/n', $defs: { n: object({ next: { $ref: '#/$defs/n' }, v: text }) } },
    { $ref: '#/$defs/n', $defs: { n: object({ next: { $ref: '#/$defs/n' }, v: number }) } },
    ['TYPE_CHANGED #/properties/v'],
  ],
]

for (const [what, old, fresh, expected] of json) {
  test(`JSON Schema: ${what}`, async () => assert.deepEqual(await backward('JSON', old, fresh), expected))
}

const proto = (body: string, head = '') => `syntax = "proto3"; ${head} message M { ${body} }`
const protobuf: [what: string, old: string, fresh: string, expected: string[]][] = [
  ['the same', proto('int32 a = 1;'), proto('int32 a = 1;'), []],
  ['another name', proto('int32 a = 1;'), proto('int32 b = 1;'), []],
  ['a field more', proto('int32 a = 1;'), proto('int32 a = 1; string b = 2;'), []],
  ['a field less', proto('int32 a = 1; string b = 2;'), proto('int32 a = 1;'), []],
  ['a number of the same kind', proto('int32 a = 1;'), proto('uint64 a = 1;'), []],
  ['a number of another kind', proto('int32 a = 1;'), proto('sint32 a = 1;'), ['FIELD_SCALAR_KIND_CHANGED #/M/1']],
  ['bytes for a text', proto('string a = 1;'), proto('bytes a = 1;'), []],
  [
    'a message for a number',
    proto('int32 a = 1;', 'message N {}'),
    proto('N a = 1;', 'message N {}'),
    ['FIELD_KIND_CHANGED #/M/1'],
  ],
  [
    'another message',
    proto('N a = 1;', 'message N {} message O {}'),
    proto('O a = 1;', 'message N {} message O {}'),
    ['FIELD_NAMED_TYPE_CHANGED #/M/1'],
  ],
  ['a message less', proto('int32 a = 1;', 'message N {}'), proto('int32 a = 1;'), ['MESSAGE_REMOVED #/N']],
  ['another package', proto('', 'package a;'), proto('', 'package b;'), ['PACKAGE_CHANGED #/']],
  ['a number repeated', proto('int32 a = 1;'), proto('repeated int32 a = 1;'), ['FIELD_NUMERIC_LABEL_CHANGED #/M/1']],
  ['a text repeated', proto('string a = 1;'), proto('repeated string a = 1;'), []],
  [
    'one field into a oneof',
    proto('int32 a = 1; int32 b = 2;'),
    proto('oneof o { int32 a = 1; int32 c = 3; } int32 b = 2;'),
    [],
  ],
  [
    'two fields into a oneof',
    proto('int32 a = 1; int32 b = 2;'),
    proto('oneof o { int32 a = 1; int32 b = 2; }'),
    ['MULTIPLE_FIELDS_MOVED_TO_ONEOF #/M/o'],
  ],
  [
    'one out of a oneof',
    proto('oneof o { int32 a = 1; int32 b = 2; }'),
    proto('oneof o { int32 a = 1; }'),
    ['ONEOF_FIELD_REMOVED #/M/2'],
  ],
  [
    'into one that was there',
    proto('oneof o { int32 a = 1; } int32 b = 2;'),
    proto('oneof o { int32 a = 1; int32 b = 2; }'),
    ['FIELD_MOVED_TO_EXISTING_ONEOF #/M/o'],
  ],
]

for (const [what, old, fresh, expected] of protobuf) {
  test(`Protobuf: ${what}`, async () => assert.deepEqual(await backward('PROTOBUF', old, fresh), expected))
}

test('a .proto file is the same in its normal form, however it is written, and as a descriptor', async () => {
  const parse = (schema: string) => parseSchema({ schemaType: 'PROTOBUF', schema })
  const one = await parse(
    'syntax="proto3";package p;// note\nmessage M{map<string,int64> m=2;optional int32 a=1;oneof o{string s=3;}enum E{X=0;}}',
  )
  const other = await parse(one.normalized())
  assert.equal(other.normalized(), one.normalized())
  assert.equal(
    one.normalized(),
    'syntax = "proto3";\npackage p;\n\nmessage M {\n  optional int32 a = 1;\n  map<string, int64> m = 2;\n  oneof o {\n    string s = 3;\n  }\n  enum E {\n    X = 0;\n  }\n}\n',
  )
})
