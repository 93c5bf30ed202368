import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import fc from 'fast-check'
import { baseOffset } from '../../src/records/batch.ts'
import { codecs } from '../../src/records/compression/index.ts'
import type { Log } from '../../src/storage/log.ts'
import {
  append,
  endMarker,
  makeBatch,
  NOW,
  openLog,
  producerBatch,
  readAll,
  split,
  temporaryDirectory,
  testEnvironment,
  valuesOf,
} from './helpers.ts'

const config = { segmentBytes: 6000, indexIntervalBytes: 300 }

/** A log of several segments with producers, transactions, codecs and a second leader epoch. */
async function fill(t: TestContext, dir: string): Promise<Log> {
  const log = await openLog(t, dir, { config })
  for (let i = 0; i < 60; i++) {
    const codec = i % 3 === 0 ? codecs[i % codecs.length] : undefined
    const leaderEpoch = i < 30 ? 0 : 1
    append(log, producerBatch(i % 4, Math.floor(i / 4) * 3, { count: 3, size: (i * 91) % 300, codec }), { leaderEpoch })
    if (i % 10 === 4) append(log, producerBatch(99, Math.floor(i / 10), { transactional: true }), { leaderEpoch })
    if (i % 10 === 8) append(log, endMarker(99, i % 20 === 8), { origin: 'coordinator', leaderEpoch })
    append(log, makeBatch({ size: 50, timestamp: NOW + i * 10 }), { leaderEpoch })
  }
  return log
}

function contents(dir: string): Map<string, Buffer> {
  return new Map(
    readdirSync(dir)
      .sort()
      .map((name) => [name, readFileSync(join(dir, name))]),
  )
}

function assertSameFiles(actual: string, expected: string, except: RegExp = /^$/): void {
  const ours = contents(actual)
  const theirs = contents(expected)
  const names = (files: Map<string, Buffer>): string[] => [...files.keys()].filter((name) => !except.test(name))
  assert.deepEqual(names(ours), names(theirs))
  for (const name of names(ours)) assert.deepEqual(ours.get(name), theirs.get(name), name)
}

test('what a crash leaves becomes, once checked, what a clean stop leaves', async (t) => {
  const clean = join(temporaryDirectory(t), 'orders-0')
  const crashed = join(temporaryDirectory(t), 'orders-0')
  const log = await fill(t, clean)
  cpSync(clean, crashed, { recursive: true })
  await log.close()
  const recovered = await openLog(t, crashed, { config })
  assert.equal(recovered.endOffset, log.endOffset)
  assert.deepEqual(recovered.producers.snapshot(), log.producers.snapshot())
  await recovered.close()
  assertSameFiles(crashed, clean)
})

test('a clean start changes nothing', async (t) => {
  const dir = join(temporaryDirectory(t), 'orders-0')
  const copy = join(temporaryDirectory(t), 'orders-0')
  await (await fill(t, dir)).close()
  cpSync(dir, copy, { recursive: true })
  const environment = testEnvironment()
  const log = await openLog(t, copy, { config, clean: true, environment })
  readAll(log)
  await log.close()
  assertSameFiles(copy, dir)
  assert.deepEqual(environment.reports, [])
})

test('a recovery point saves the check of what is before it', async (t) => {
  const dir = join(temporaryDirectory(t), 'orders-0')
  const filled = await fill(t, dir)
  await filled.flush()
  filled.abandon()
  const environment = testEnvironment()
  const log = await openLog(t, dir, { config, recoveryPoint: filled.endOffset, environment })
  assert.equal(environment.reports.filter((report) => report.includes('checking')).length, 1)
  assert.equal(log.endOffset, filled.endOffset)
})

/** Damages the active segment's file; the offset from which on batches may be lost. */
type Damage = (file: Buffer, random: number) => [damaged: Buffer, validBytes: number]

const damages: Record<string, Damage> = {
  'a cut at any place': (file, random) => {
    const at = random % file.length
    return [file.subarray(0, at), at]
  },
  'a flipped bit': (file, random) => {
    const at = random % file.length
    const damaged = Buffer.from(file)
    damaged[at] ^= 1 << (random & 7)
    return [damaged, at]
  },
  'zeros behind the end': (file, random) => [Buffer.concat([file, Buffer.alloc(1 + (random % 9000))]), file.length],
  'zeros in the place of the last bytes': (file, random) => {
    const at = random % file.length
    const damaged = Buffer.concat([file.subarray(0, at), Buffer.alloc(file.length - at)])
    // What was zero before is not damaged.
    const first = damaged.findIndex((byte, i) => byte !== file[i])
    return [damaged, first === -1 ? file.length : first]
  },
  'garbage behind the end': (file, random) => {
    const garbage = Buffer.alloc(1 + (random % 5000), (random % 255) + 1)
    return [Buffer.concat([file, garbage]), file.length]
  },
  'a part of a batch behind the end': (file, random) => {
    const batch = split(file)[0]
    return [Buffer.concat([file, batch.subarray(0, 1 + (random % (batch.length - 1)))]), file.length]
  },
}

for (const [what, damage] of Object.entries(damages)) {
  test(`after ${what} of any segment all batches before it are there, and appends go on`, async (t) => {
    const parent = temporaryDirectory(t)
    const original = join(parent, 'original')
    const filled = await fill(t, original)
    const all = split(readAll(filled))
    const segments = filled.segments.all.map((segment) => ({ base: segment.baseOffset, name: segment.file.path }))
    filled.abandon()
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(segments.length - 1), async (random, which) => {
        const dir = join(parent, `run-${run++}`)
        cpSync(original, dir, { recursive: true })
        const name = segments[which].name.slice(original.length)
        const file = readFileSync(join(dir, name))
        const [damaged, validBytes] = damage(file, random)
        writeFileSync(join(dir, name), damaged)
        const before = all.filter((batch) => baseOffset(batch, 0) < segments[which].base)
        let bytes = 0
        for (const batch of split(file)) {
          if (bytes + batch.length > validBytes) break
          before.push(batch)
          bytes += batch.length
        }
        const log = await openLog(t, dir, { config })
        const kept = split(readAll(log))
        assert.deepEqual(kept.slice(0, before.length), before)
        // Two kinds of damage do not show: a flip outside the checksum, and an end between two batches.
        if (!what.includes('flipped') && damaged.length > bytes) assert.equal(kept.length, before.length)
        const { firstOffset } = append(log, makeBatch({ records: [{ value: 'more' }] }))
        assert.equal(valuesOf(log, firstOffset).at(-1), 'more')
        await log.close()
        const again = await openLog(t, dir, { config, clean: true })
        assert.equal(again.endOffset, firstOffset + 1)
        assert.equal(split(readAll(again)).length, kept.length + 1)
        again.abandon()
        rmSync(dir, { recursive: true })
      }),
      { numRuns: 25 },
    )
  })
}

test('missing and damaged indexes are rebuilt, after a clean stop too', async (t) => {
  const parent = temporaryDirectory(t)
  const original = join(parent, 'original')
  await (await fill(t, original)).close()
  const indexes = readdirSync(original).filter((name) => /\.(index|timeindex)$/.test(name))
  const zeros = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(10_000)])
  const swapped = (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(-12), bytes.subarray(0, -12)])
  const ways: [string, (path: string, bytes: Buffer) => void][] = [
    ['missing', (path) => rmSync(path)],
    ['with zeros behind', (path, bytes) => writeFileSync(path, zeros(bytes))],
    ['out of order', (path, bytes) => writeFileSync(path, bytes.length > 24 ? swapped(bytes) : zeros(bytes))],
  ]
  for (const [what, damage] of ways) {
    for (const clean of [true, false]) {
      const dir = join(parent, `${what}-${clean}`)
      cpSync(original, dir, { recursive: true })
      for (const [i, name] of indexes.entries()) {
        if (i % 2 === 0) damage(join(dir, name), readFileSync(join(dir, name)))
      }
      const log = await openLog(t, dir, { config, clean })
      await log.close()
      assertSameFiles(dir, original, /^$/)
    }
  }
})

/** What may stand behind the whole batches of a segment whose broker stopped cleanly, and how many those are. */
const tails: [what: string, change: (bytes: Buffer, last: Buffer) => Buffer, whole: number][] = [
  ['without its last byte', (bytes) => bytes.subarray(0, -1), 2],
  ['with half of its last header', (bytes, last) => bytes.subarray(0, 30 - last.length), 2],
  ['with the first bytes of another batch', (bytes, last) => Buffer.concat([bytes, last.subarray(0, 5)]), 3],
  ['with another batch that is cut off', (bytes, last) => Buffer.concat([bytes, last.subarray(0, -3)]), 3],
]

for (const [what, change, whole] of tails) {
  // Kafka takes the same batches, but leaves the rest in the file: what it appends behind can't be read.
  test(`a segment ${what} in a clean directory is cut to whole batches`, async (t) => {
    const dir = temporaryDirectory(t)
    const log = await openLog(t, dir)
    for (let i = 0; i < 3; i++) append(log, makeBatch({ records: [{ value: String(i) }] }))
    await log.close()
    const { path } = log.segments.active.file
    const bytes = readFileSync(path)
    writeFileSync(path, change(bytes, split(bytes)[2]))
    const again = await openLog(t, dir, { clean: true })
    const values = ['0', '1', '2'].slice(0, whole)
    assert.deepEqual(valuesOf(again), values)
    assert.equal(again.endOffset, whole)
    append(again, makeBatch({ records: [{ value: 'more' }] }))
    assert.deepEqual(valuesOf(again), [...values, 'more'])
  })
}

for (const [what, tail] of [
  ['zeros', Buffer.alloc(4096)],
  ['bytes that are no batch', Buffer.alloc(200, 'x')],
] as const) {
  test(`${what} at the end in a clean directory are an error that names file and place`, async (t) => {
    const dir = temporaryDirectory(t)
    const log = await openLog(t, dir)
    append(log, makeBatch())
    await log.close()
    appendFileSync(log.segments.active.file.path, tail)
    await assert.rejects(openLog(t, dir, { clean: true }), /00000000000000000000\.log is damaged: .* at \d+$/)
  })
}

test('files of interrupted work are finished or removed', async (t) => {
  const dir = join(temporaryDirectory(t), 'orders-0')
  const log = await fill(t, dir)
  await log.close()
  const expected = readAll(log)
  const [first, second] = log.segments.all
    .map((segment) => segment.baseOffset)
    .map((base) => String(base).padStart(20, '0'))
  const rename = (base: string, state: string): void => {
    for (const suffix of ['.log', '.index', '.timeindex']) {
      renameSync(join(dir, base + suffix), join(dir, base + suffix + state))
    }
  }
  // A compaction that was done: both segments' records lie in one that was to be swapped in.
  const both = Buffer.concat([readFileSync(join(dir, `${first}.log`)), readFileSync(join(dir, `${second}.log`))])
  rename(first, '.swap')
  writeFileSync(join(dir, `${first}.log.swap`), both)
  writeFileSync(join(dir, `${first}.index.swap`), '')
  writeFileSync(join(dir, '00000000000000000077.log.deleted'), 'x')
  writeFileSync(join(dir, '00000000000000000078.index'), 'x'.repeat(8))
  const again = await openLog(t, dir, { config })
  assert.deepEqual(readAll(again), expected)
  assert.equal(again.segments.all.length, log.segments.all.length - 1)
  assert.ok(readdirSync(dir).every((name) => !/swap|deleted|0078/.test(name)))
  await again.close()

  // One that was not: what it had written is of no use.
  writeFileSync(join(dir, `${first}.log.cleaned`), both.subarray(0, 100))
  writeFileSync(join(dir, `${first}.index.cleaned`), '')
  writeFileSync(join(dir, `${second}.log.swap`), both.subarray(0, 100))
  const third = await openLog(t, dir, { config })
  assert.deepEqual(readAll(third), expected)
})

test('a log that ends before its start begins anew there', async (t) => {
  const dir = temporaryDirectory(t)
  const log = await openLog(t, dir)
  append(log, makeBatch({ count: 5 }))
  await log.close()
  const again = await openLog(t, dir, { logStartOffset: 8 })
  assert.deepEqual([again.startOffset, again.endOffset], [8, 8])
  assert.equal(append(again, makeBatch()).firstOffset, 8)
})

test('batches that lie across the pieces in which a log is checked are kept', async (t) => {
  const dir = temporaryDirectory(t)
  const log = await openLog(t, dir, { config: { maxMessageBytes: 8 << 20 } })
  // More than a piece together; the last one is larger than a piece.
  const sizes = [...Array.from({ length: 7 }, (_, i) => 900_000 + i), 5 << 20, 10]
  const values = sizes.map((size, i) => String.fromCharCode(97 + i).repeat(size))
  for (const value of values) append(log, makeBatch({ records: [{ value }] }))
  log.abandon()
  const again = await openLog(t, dir)
  assert.equal(again.endOffset, values.length)
  assert.deepEqual(
    valuesOf(again).map((value) => value?.length),
    sizes,
  )
})

test('a huge length that was made up takes neither memory nor time', async (t) => {
  const dir = temporaryDirectory(t)
  const log = await openLog(t, dir)
  append(log, makeBatch({ records: [{ value: 'kept' }] }))
  log.abandon()
  const { path } = log.segments.active.file
  const bad = Buffer.alloc(70 << 20, 7)
  makeBatch({ baseOffset: 1 }).copy(bad)
  bad.writeInt32BE(bad.length - 12, 8)
  writeFileSync(path, Buffer.concat([readFileSync(path), bad]))
  const before = process.memoryUsage().arrayBuffers
  const again = await openLog(t, dir)
  assert.ok(process.memoryUsage().arrayBuffers - before < 32 << 20)
  assert.deepEqual(valuesOf(again), ['kept'])
})

test('everything that was acknowledged before a SIGKILL is there, in order', { timeout: 60_000 }, async (t) => {
  const parent = temporaryDirectory(t)
  for (let round = 0; round < 4; round++) {
    const dir = join(parent, `orders-${round}`)
    mkdirSync(dir)
    const child = fork(join(import.meta.dirname, 'append-until-killed.ts'), [dir], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    let acknowledged = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      acknowledged += text
      if (acknowledged.length > 30_000 * (round + 1)) child.kill('SIGKILL')
    })
    await new Promise((resolve) => child.once('close', resolve))
    const lines = acknowledged.slice(0, acknowledged.lastIndexOf('\n')).split('\n')
    assert.ok(lines.length > 100)
    const log = await openLog(t, dir, { config: { segmentBytes: 20_000 } })
    const values = valuesOf(log)
    assert.ok(log.segments.all.length > 1)
    assert.deepEqual(values.slice(0, lines.length), lines)
    assert.equal(append(log, makeBatch()).firstOffset, values.length)
    log.abandon()
  }
})
