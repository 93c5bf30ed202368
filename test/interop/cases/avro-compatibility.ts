// Verdicts on 300 generated pairs of schemas at every level, and their reasons, as Apache Avro's own SchemaCompatibility
// (Java) gives them. Before the pair's first schema comes another version, which only the transitive levels look at.

import assert from 'node:assert/strict'
import test from 'node:test'
import { avroDifferences } from '../../../src/registry/avro/compatibility.ts'
import { parseAvro } from '../../../src/registry/avro/schema.ts'
import type { StoreRecord } from '../../../src/registry/store/records.ts'
import { levels, Registry } from '../../../src/registry/store/registry.ts'
import { changed, schemaPairs } from '../../registry/avro/pairs.ts'
import { javaIncompatibilities } from '../peers/avro.ts'

const PAIRS = 300

test('verdicts and reasons are those of Apache Avro', async () => {
  const triples = schemaPairs(PAIRS, 8).map(([old, fresh], i) => ({ first: changed(old, i, isValid), old, fresh }))
  // [reader, writer]: a new schema that reads an old one, and the other way round.
  const verdicts = await javaIncompatibilities(
    triples.flatMap(({ first, old, fresh }) => [
      [fresh, old],
      [old, fresh],
      [fresh, first],
      [first, fresh],
    ]),
  )
  const refused = Object.fromEntries(levels.map((level) => [level, 0]))
  for (const [i, { first, old, fresh }] of triples.entries()) {
    const [backward, forward, backwardFirst, forwardFirst] = verdicts.slice(4 * i)
    const where = `pair ${i}: ${old} -> ${fresh}`
    assert.deepEqual(differences(fresh, old), backward.sort(), `BACKWARD, ${where}`)
    assert.deepEqual(differences(old, fresh), forward.sort(), `FORWARD, ${where}`)
    const registry = await registryWith(first, old)
    for (const level of levels) {
      await registry.setLevel('s', { compatibilityLevel: level })
      const expectedBy = (back: string[], forth: string[]) => [
        ...(/^(BACK|FULL)/.test(level) ? back : []),
        ...(/^F/.test(level) ? forth : []),
      ]
      const withOld = expectedBy(backward, forward)
      const withFirst = level.endsWith('_TRANSITIVE') ? expectedBy(backwardFirst, forwardFirst) : []
      // The latest version that does not agree is told.
      const expected = withOld.length > 0 ? withOld : withFirst
      const said = await registry.check('s', { schemaType: 'AVRO', schema: fresh, references: [] }, undefined)
      const kinds = said.flatMap((text) => /errorType:'(\w+)'/.exec(text)?.[1] ?? [])
      assert.deepEqual(kinds.sort(), expected.map((each) => each.split(' ')[0]).sort(), `${level}, ${first}, ${where}`)
      if (said.length > 0) refused[level]++
    }
  }
  assert.equal(refused['NONE'], 0)
  for (const [level, count] of Object.entries(refused)) {
    if (level !== 'NONE') assert.ok(count > PAIRS / 4 && count < PAIRS, `${level} refuses ${count} pairs`)
    const transitive = refused[`${level}_TRANSITIVE`]
    if (level !== 'NONE' && transitive !== undefined) assert.ok(transitive > count, `${level}: ${count}, ${transitive}`)
  }
})

function isValid(schema: string): boolean {
  try {
    parseAvro(schema)
    return true
  } catch {
    return false
  }
}

function differences(reader: string, writer: string): string[] {
  return avroDifferences(parseAvro(reader), parseAvro(writer))
    .map(({ type, path }) => `${type} ${path}`)
    .sort()
}

/** The subject `s` with these versions, in memory. */
async function registryWith(...versions: string[]): Promise<Registry> {
  const fresh: StoreRecord[] = []
  const registry = new Registry(
    {
      read(visit) {
        for (const { key, value } of fresh.splice(0)) visit(key, value)
      },
      async append(records) {
        fresh.push(...records)
      },
    },
    assert.fail,
  )
  await registry.setLevel('s', { compatibilityLevel: 'NONE' })
  for (const schema of versions) {
    await registry.register('s', { schemaType: 'AVRO', schema, references: [], normalize: false, force: false })
  }
  return registry
}
