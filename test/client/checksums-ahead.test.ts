// Checksums that are checked while an answer comes: what counts as right is right, wherever the parts end.

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ChecksumsAhead } from '../../src/client/checksums-ahead.ts'
import { Fetch } from '../../src/protocol/apis/01-fetch.ts'
import { decodeResponse, encodeResponse, SIZE_BYTES } from '../../src/protocol/frame.ts'
import { batches, isValid } from '../../src/records/batch.ts'
import { batchOf } from '../broker/harness.ts'
import { golden } from '../records/samples.ts'

/** Batches of values of so many bytes each, the last one cut off by `torn` bytes. */
function records(sizes: readonly number[], torn = 0): Buffer {
  const bytes = Buffer.concat(sizes.map((size) => batchOf(['x'.repeat(size), 'y'])))
  return bytes.subarray(0, Math.max(0, bytes.length - torn))
}

function answer(version: number, partitions: readonly (Buffer | null)[]): Buffer {
  const row = (bytes: Buffer | null, partitionIndex: number) => ({
    partitionIndex,
    records: bytes,
    abortedTransactions: [{ producerId: 7, firstOffset: 3 }],
  })
  const responses = [{ topic: 't', partitions: partitions.map(row) }]
  return Buffer.concat(encodeResponse(Fetch, version, 1, { responses })).subarray(SIZE_BYTES)
}

/** Where the checking stands, after parts of the frame that end at random. */
function look(version: number, frame: Buffer, parts: Iterator<number>): number {
  const ahead = new ChecksumsAhead(version)
  // What has not come yet is what was in the memory before.
  const memory = Buffer.alloc(frame.length, 0xa5)
  for (let filled = 0; filled < frame.length; ) {
    const part = Math.min(parts.next().value as number, frame.length - filled)
    frame.copy(memory, filled, filled, filled + part)
    filled += part
    ahead.look(memory, filled)
  }
  return ahead.rightUpTo
}

/** The ends of the whole batches, and whether they are right, by the answer as a whole. */
function wholeBatches(version: number, frame: Buffer): { end: number; right: boolean }[] {
  const rows = decodeResponse(Fetch, version, frame).responses.flatMap((topic) => topic.partitions)
  return rows.flatMap(({ records: bytes }) => {
    const at = bytes === null ? [] : [...batches(bytes)]
    return at.map((start, i) => ({
      end: (bytes as Buffer).byteOffset - frame.byteOffset + (at[i + 1] ?? start + batchSize(bytes as Buffer, start)),
      right: isValid(bytes as Buffer, start),
    }))
  })
}

const batchSize = (bytes: Buffer, at: number) => 12 + bytes.readInt32BE(at + 8)

const version = fc.constantFrom(4, 11, 12, Fetch.maxVersion)
const parts = fc.infiniteStream(fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 20_000, max: 300_000 })))
const partition = fc.option(
  fc
    .tuple(fc.array(fc.oneof(fc.nat(1_000), fc.integer({ min: 50_000, max: 150_000 })), { maxLength: 5 }), fc.nat(70))
    .map(([sizes, torn]) => records(sizes, torn)),
)

test('what counts as right is right, also where something is damaged', () => {
  let some = 0
  fc.assert(
    fc.property(
      version,
      fc.array(partition, { minLength: 1, maxLength: 4 }),
      parts,
      fc.option(fc.nat()),
      (fetch, partitions, ends, damage) => {
        const frame = answer(fetch, partitions)
        const all = wholeBatches(fetch, frame)
        const last = all.at(-1)
        if (damage !== null && last !== undefined) frame[last.end - 1 - (damage % 50)] ^= 0x10
        const rightUpTo = look(fetch, frame, ends)
        for (const { end, right } of wholeBatches(fetch, frame)) assert.ok(right || end > rightUpTo)
        if (rightUpTo > 0) some++
      },
    ),
    { numRuns: 300 },
  )
  assert.ok(some > 100)
})

test('all is checked of what comes in parts of a usual size', () => {
  const sizes = [100_000, 5, 70_000, 300_000]
  for (const fetch of [4, 11, 12, Fetch.maxVersion]) {
    for (const torn of [0, 10, 400]) {
      const frame = answer(fetch, [records(sizes), null, records(sizes), records(sizes, torn)])
      const end = wholeBatches(fetch, frame).at(-1)?.end
      assert.equal(look(fetch, frame, fc.sample(fc.infiniteStream(fc.constant(66_000)), 1)[0]), end)
    }
  }
})

test('a batch of an older format, and a wrong checksum, end it', () => {
  const right = records([200_000])
  for (const other of [golden('v1-none'), Buffer.concat([right.subarray(0, -1), Buffer.of(1)])]) {
    const frame = answer(Fetch.maxVersion, [Buffer.concat([right, other, right])])
    const [first] = wholeBatches(Fetch.maxVersion, frame)
    assert.equal(look(Fetch.maxVersion, frame, fc.sample(parts, 1)[0]), first.end)
  }
})

test('a short message of an older format ends it too, as the only one of its partition and as the last', () => {
  const old = golden('v1-none')
  const short = Buffer.from(old.subarray(0, batchSize(old, 0)))
  assert.ok(short.length < 61)
  const right = records([200_000])
  for (const [first, upTo] of [
    [short, 0],
    [Buffer.concat([right, short]), right.length],
  ] as const) {
    const frame = answer(Fetch.maxVersion, [first, right, right])
    const from = wholeBatches(Fetch.maxVersion, frame)[0].end - (upTo || short.length)
    assert.equal(
      look(Fetch.maxVersion, frame, fc.sample(fc.infiniteStream(fc.constant(50_000)), 1)[0]),
      upTo && from + upTo,
    )
  }
})

test('a great many partitions are not read over again and again', () => {
  const frame = answer(Fetch.maxVersion, Array(400_000).fill(null))
  const began = performance.now()
  assert.equal(look(Fetch.maxVersion, frame, fc.sample(fc.infiniteStream(fc.constant(66_000)), 1)[0]), 0)
  // It would be half a minute.
  assert.ok(performance.now() - began < 5_000)
})

test('what is no answer is passed over', () => {
  fc.assert(
    fc.property(
      version,
      fc.uint8Array({ minLength: 1, maxLength: 300_000 }),
      fc.boolean(),
      parts,
      (fetch, bytes, isAnswer, ends) => {
        const frame = isAnswer
          ? Buffer.concat([answer(fetch, [records([1000])]).subarray(0, 60), bytes])
          : Buffer.from(bytes)
        look(fetch, frame, ends)
      },
    ),
    { numRuns: 300 },
  )
})
