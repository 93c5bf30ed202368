// Damaged copies of a segment: dump ends, shows no wrong record, and --verify finds each of them. A seed that fails is
// printed; KTOOL_SEED=N runs it alone, KTOOL_DAMAGES=N that many.

import assert from 'node:assert/strict'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { dumpSegment, type SegmentOptions } from '../../../src/commands/dump/segment.ts'
import { verifySegment } from '../../../src/commands/dump/verify.ts'
import { compileFormat } from '../../../src/output/record-format.ts'
import { RecordSink } from '../../../src/output/record-sink.ts'
import { partitionFolder } from './segment-files.ts'

const everything = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
const options: SegmentOptions = {
  form: compileFormat('%o %T %k %s\\n'),
  records: true,
  decode: 'none',
  schemas: null,
  offsets: everything,
  times: everything,
  test: null,
  limit: null,
  left: Number.POSITIVE_INFINITY,
  trusting: false,
}

/** Numbers that follow from the seed. */
function random(seed: number) {
  let state = seed * 2_654_435_761 + 1
  return (below: number) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0
    return ((state ^ (state >>> 13)) >>> 0) % below
  }
}

/** Undefined where what came out is the same, or no damage: zeros at the end, a cut between batches. */
function damaged(bytes: Buffer, ends: ReadonlySet<number>, seed: number): Buffer | undefined {
  const next = random(seed)
  const kind = next(4)
  const at = next(bytes.length)
  if (kind === 0) {
    const copy = Buffer.from(bytes)
    for (let flips = 1 + next(8); flips > 0; flips--) copy[(at + next(64)) % copy.length] ^= 1 << next(8)
    return copy.equals(bytes) ? undefined : copy
  }
  if (kind === 1) return at === 0 || ends.has(at) ? undefined : bytes.subarray(0, at)
  const piece = Buffer.from(Array.from({ length: 1 + next(300) }, () => next(256)))
  if (kind === 2) return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
  const gone = 1 + next(Math.min(2000, bytes.length - at))
  // Whole batches that are gone leave a sound, shorter log at its end.
  if (ends.has(at) && ends.has(at + gone)) return undefined
  if (at + gone === bytes.length && ends.has(at)) return undefined
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + gone)])
}

test('no damage stays unseen, and no wrong record is shown', { timeout: 600_000 }, async (t) => {
  const { folder, log, bytes } = await partitionFolder(t)
  const output = join(folder, 'output')
  const records = async () => {
    writeFileSync(output, '')
    const sink = new RecordSink(openSync(output, 'r+'))
    await dumpSegment(log, sink, { ...options }, () => {})
    await sink.flush()
    return readFileSync(output, 'utf8').split('\n').slice(0, -1)
  }
  const clean: string[] = []
  const { batches } = await verifySegment(log, ({ problem }) => clean.push(problem))
  assert.deepEqual([clean, batches], [[], 41])
  const right = new Set(await records())
  assert.equal(right.size, 120)
  const ends = new Set<number>([bytes.length])
  for (let at = 0; at < bytes.length; at += 12 + bytes.readInt32BE(at + 8)) ends.add(at)

  const only = process.env['KTOOL_SEED']
  const count = Number(process.env['KTOOL_DAMAGES'] ?? 400)
  for (let seed = Number(only ?? 0); seed < (only === undefined ? count : Number(only) + 1); seed++) {
    const copy = damaged(bytes, ends, seed)
    if (copy === undefined) continue
    writeFileSync(log, copy)
    const problems: string[] = []
    await verifySegment(log, ({ problem }) => problems.push(problem))
    assert.notEqual(problems.length, 0, `the damage of seed ${seed} was not found`)
    // A base offset and a leader epoch have no checksum: that the order is wrong is what can be told of them.
    const wrong = (await records()).filter((line) => !right.has(line))
    const hasWrongOrder = problems.some((problem) => /offset|missing/.test(problem))
    assert.ok(
      wrong.length === 0 || hasWrongOrder,
      `seed ${seed} shows ${wrong[0]?.slice(0, 80)}: ${problems.join('; ')}`,
    )
  }
})
