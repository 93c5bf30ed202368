// Verdicts on 300 generated pairs of schemas at every level, and their reasons, as Apache Avro's own SchemaCompatibility
// (Java) gives them.

import assert from 'node:assert/strict'
import test from 'node:test'
import { avroDifferences } from '../../../src/registry/avro/compatibility.ts'
import { parseAvro } from '../../../src/registry/avro/schema.ts'
import { schemaPairs } from '../../registry/avro/pairs.ts'
import { javaIncompatibilities } from '../peers/avro.ts'

const PAIRS = 300

test('verdicts and reasons are those of Apache Avro', async () => {
  const pairs = schemaPairs(PAIRS, 8)
  // BACKWARD: the new one reads the old one; FORWARD: the other way round; FULL: both.
  const backward = pairs.map(([old, fresh]) => [fresh, old] as const)
  const [expectedBackward, expectedForward] = [
    await javaIncompatibilities(backward),
    await javaIncompatibilities(pairs),
  ]
  let refused = 0
  for (const [i, [old, fresh]] of pairs.entries()) {
    const where = `pair ${i}: ${old} -> ${fresh}`
    assert.deepEqual(reasons(fresh, old), expectedBackward[i].sort(), `BACKWARD, ${where}`)
    assert.deepEqual(reasons(old, fresh), expectedForward[i].sort(), `FORWARD, ${where}`)
    if (expectedBackward[i].length + expectedForward[i].length > 0) refused++
  }
  assert.ok(refused > PAIRS / 3 && refused < PAIRS, `${refused} pairs are refused at one level at least`)
})

function reasons(reader: string, writer: string): string[] {
  return avroDifferences(parseAvro(reader), parseAvro(writer))
    .map(({ type, path }) => `${type} ${path}`)
    .sort()
}
