import assert from 'node:assert/strict'
import test from 'node:test'
import { UsageError } from '../../src/errors.ts'
import { compileExpression, decodeJson } from '../../src/filter/expression.ts'
import { BatchBuilder } from '../../src/records/builder.ts'
import { RecordCursor } from '../../src/records/cursor.ts'
import { encodeHeaders } from '../../src/records/headers.ts'
import type { RecordView } from '../../src/records/view.ts'

interface Given {
  key?: string
  value?: string
  headers?: { key: string; value: Buffer | null }[]
  timestamp?: number
}

function recordWith({ key, value, headers = [], timestamp = 0 }: Given): RecordView {
  const builder = new BatchBuilder(1 << 16)
  const source = Buffer.from((key ?? '') + (value ?? ''))
  const keyEnd = Buffer.byteLength(key ?? '')
  const [k, v] = [key === undefined ? -1 : 0, value === undefined ? -1 : keyEnd]
  assert.ok(builder.tryAppend(timestamp, source, k, keyEnd, v, source.length, encodeHeaders(headers)))
  const batch = Buffer.from(builder.close({ producerId: -1, producerEpoch: -1, baseSequence: -1 }))
  const cursor = new RecordCursor()
  cursor.open(batch, 0)
  cursor.next()
  return { cursor, topic: 'orders', partition: 3, batch, batchAt: 0 }
}

const order = recordWith({
  key: 'eu-17',
  value: '{"amount":150,"big":9007199254740993,"items":[{"q":2},{"q":5}],"type":"refund"}',
  headers: [
    { key: 'type', value: Buffer.from('first') },
    { key: 'type', value: Buffer.from('refund') },
    { key: 'none', value: null },
  ],
  timestamp: Date.parse('2026-03-02T06:30:00Z'),
})

const cases: [expression: string, holds: boolean][] = [
  ['value.amount > 100 && headers.type == "refund"', true],
  ['value.amount * 2 == 300.0', true],
  ['value.amount % 4 == 2', true],
  ['2 * value.amount - 1 > 299', false],
  ['value.items.exists(i, i.q > 4)', true],
  ['value.items.all(i, i.q > 4)', false],
  ['value.big == 9007199254740993', true],
  ['key.startsWith("eu-")', true],
  ['key.matches("^eu-[0-9]+$")', true],
  ['topic == "orders" && partition == 3 && offset == 0', true],
  ['timestamp >= timestamp("2026-03-02T06:30:00Z") && timestamp < timestamp("2026-03-02T06:30:01Z")', true],
  ['timestampType == "create"', true],
  ['headers.none == null', true],
  ['"absent" in headers', false],
  ['has(value.absent)', false],
  ['value.?absent.orValue(7) == 7', true],
]
for (const [expression, holds] of cases) {
  test(expression, () => {
    const { test, unevaluated } = compileExpression(expression)
    assert.equal(test(order), holds, unevaluated.reason)
    assert.equal(unevaluated.count, 0, unevaluated.reason)
  })
}

test('null and text', () => {
  assert.ok(compileExpression('key == null && value == null').test(recordWith({})))
  assert.ok(compileExpression('value == "42"').test(recordWith({ value: '42' })))
  assert.ok(compileExpression('value == ""').test(recordWith({ value: '' })))
})

test('a record that lacks what is asked for is left out and counted', () => {
  const { test, unevaluated } = compileExpression('value.amount > 1')
  assert.equal(test(recordWith({ value: '{}' })), false)
  assert.equal(test(recordWith({ value: 'text' })), false)
  assert.equal(test(order), true)
  assert.equal(unevaluated.count, 2)
  assert.equal(unevaluated.reason, 'No such key: amount')
  assert.equal(unevaluated.where, 'offset 0 of partition 3 of orders')
})

for (const [text, problem] of [
  ['valu.amount > 1', /Unknown variable: valu/],
  ['value.amount >', /Unexpected token/],
  ['offset', /it is int, not true or false/],
  ['', /./],
  ['('.repeat(100_000), /./],
] as const) {
  test(`refused: ${text.slice(0, 20)}`, () => {
    assert.throws(
      () => compileExpression(text),
      (error) => error instanceof UsageError && problem.test(error.message),
    )
  })
}

test('JSON objects and arrays are decoded, everything else is text', () => {
  const decoded = (text: string) => decodeJson(Buffer.from(text), 0, Buffer.byteLength(text))
  assert.deepEqual(decoded(' {"a":[1]}'), { a: [1] })
  assert.deepEqual(decoded('[12345678901234567890, 1e30, 1]'), [12345678901234567890n, 1e30, 1])
  assert.equal(decoded('{"a":'), '{"a":')
  assert.equal(decoded('true'), 'true')
})
