import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { offsetsCsv, parseOffsetsFile } from '../../src/commands/groups/offsets-file.ts'
import { clamp } from '../../src/commands/groups/reset-plan.ts'

test('a target is brought into the log, and said where it was', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100, max: 300 }), fc.nat(100), fc.nat(100), (target, earliest, length) => {
      const latest = earliest + length
      const { to, asked } = clamp(target, earliest, latest)
      assert.ok(to >= earliest && to <= latest)
      assert.equal(asked, target >= earliest && target <= latest ? null : target)
      if (asked === null) assert.equal(to, target)
    }),
  )
})

test('what is exported is read back', () => {
  const row = fc.record(
    {
      groupId: fc.constantFrom('billing', 'a, b', 'say "hi"', 'ü'),
      topic: fc.constantFrom('orders', 'payments.v1'),
      partition: fc.nat(20),
      offset: fc.maxSafeNat(),
    },
    { noNullPrototype: true },
  )
  const rows = fc.uniqueArray(row, {
    selector: ({ groupId, topic, partition }) => `${groupId}/${topic}/${partition}`,
    minLength: 1,
  })
  fc.assert(
    fc.property(rows, (offsets) => {
      const several = new Set(offsets.map(({ groupId }) => groupId)).size > 1
      const expected = offsets.map((row) => ({ ...row, groupId: several ? row.groupId : null }))
      assert.deepEqual(parseOffsetsFile(offsetsCsv(offsets), 'f'), expected)
      assert.deepEqual(parseOffsetsFile(JSON.stringify(offsets), 'f'), offsets)
    }),
  )
})

for (const [text, problem] of [
  ['orders,0', /f line 1: 'orders,0' is not/],
  ['orders,0,5\norders,1,x', /f line 2/],
  ['orders,0,-1', /f line 1/],
  ['a,b,orders,0,5', /f line 1/],
  ['orders,0,5\norders,0,6', /names partition 0 of orders twice/],
  ['', /holds no offsets/],
  ['[{"topic":"orders"}]', /entry 1/],
  ['[', /not JSON/],
  ['[null]', /entry 1/],
] as const) {
  test(`refused: ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseOffsetsFile(text, 'f'), problem)
  })
}
