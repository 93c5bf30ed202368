// What goes in comes out: random records through every way that `ktool produce` reads them, copies without loss, brokers
// that stop in the middle, and transactions.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { checkLines, lineCount } from '../data.ts'
import { type Kafka, startKafka } from '../peers/kafka.ts'
import { kcat } from '../peers/kcat.ts'
import { environment, ktool, program, serve } from '../peers/ktool.ts'
import { guard, type RunOptions, succeeded } from '../peers/run.ts'
import { createTopic, folder, linesFile, realKafka, tab } from '../shared.ts'

interface Sent {
  key: Buffer | null
  value: Buffer | null
  headers: [string, Buffer | null][]
}

/** Reproducible random numbers: the seed stands in the name of each check. */
class Random {
  private state: number
  constructor(seed: number) {
    this.state = seed
  }
  below(limit: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.state / 2 ** 32) * limit)
  }
  /** Up to `most` bytes, none of them out of `without`. */
  bytes(most: number, without: ReadonlySet<number>): Buffer {
    const bytes = Buffer.alloc(this.below(most + 1))
    for (let i = 0; i < bytes.length; i++)
      do bytes[i] = this.below(256)
      while (without.has(bytes[i]!))
    return bytes
  }
  text(most: number): string {
    return Array.from({ length: 1 + this.below(most) }, () => 'abcäöü€xyz'[this.below(10)]).join('')
  }
}

/** A way to write records into the input: the arguments, and the bytes that stand for the records. */
interface Way {
  name: string
  args: string[]
  /** Bytes that keys and values can't contain. */
  reserved: Buffer
  /** How a record looks to who reads it back, given what the input can say of it. */
  seen: (record: Sent) => Sent
  write: (record: Sent) => Buffer
  /** Whether records have headers of their own, which win. */
  hasHeaders: boolean
  inFiles?: boolean
}

/** What may be asked for besides, whatever the input is. */
interface Extras {
  header: boolean
  timestamp: boolean
  partition: boolean
  repeat: boolean
  /** The input comes from a file that is named. */
  fromFile: boolean
}

const extraTimestamp = 1_700_000_000_123
const extraPartition = 2

const escaped = (bytes: Buffer) => [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
const nullIfEmpty = (bytes: Buffer | null) => (bytes === null || bytes.length === 0 ? null : bytes)
const orEmpty = (bytes: Buffer | null) => bytes ?? Buffer.alloc(0)

function* ways(): Generator<Way> {
  for (const end of ['\n', '\0', '<|>']) {
    for (const between of [null, '\t', '=>']) {
      for (const headersEnd of [null, ';;']) {
        for (const emptyIsNull of [false, true]) {
          const [d, k, h] = [end, between, headersEnd].map((text) => (text === null ? null : Buffer.from(text)))
          const args = ['-D', escaped(d!)]
          if (k) args.push('-K', escaped(k))
          if (h) args.push('--headers-delimiter', escaped(h))
          if (emptyIsNull) args.push('-Z')
          const read = emptyIsNull ? nullIfEmpty : orEmpty
          yield {
            name: `lines ${JSON.stringify([end, between, headersEnd])}${emptyIsNull ? ' -Z' : ''}`,
            args,
            reserved: Buffer.from(`${end}${between ?? ''}${headersEnd ?? ''}`),
            hasHeaders: h !== null,
            seen: ({ key, value, headers }) => ({
              key: k ? read(key) : null,
              value: read(value),
              headers: h ? headers : [],
            }),
            write: ({ key, value, headers }) =>
              Buffer.concat([
                ...(h ? [headerText(headers), h] : []),
                ...(k ? [orEmpty(key), k] : []),
                orEmpty(value),
                d!,
              ]),
          }
        }
      }
    }
  }
  yield {
    name: 'template',
    args: ['--template', '[%k|%h|%v]\\n'],
    reserved: Buffer.from('[|]\n'),
    hasHeaders: true,
    seen: ({ key, value, headers }) => ({ key: orEmpty(key), value: orEmpty(value), headers }),
    write: ({ key, value, headers }) =>
      Buffer.concat([
        Buffer.from('['),
        orEmpty(key),
        Buffer.from('|'),
        headerText(headers),
        Buffer.from('|'),
        orEmpty(value),
        Buffer.from(']\n'),
      ]),
  }
  yield {
    name: 'jsonl',
    args: ['--input', 'jsonl'],
    reserved: Buffer.alloc(0),
    hasHeaders: true,
    seen: (record) => record,
    write: ({ key, value, headers }) => {
      const base64 = (bytes: Buffer | null) => bytes?.toString('base64') ?? null
      const json = {
        key: base64(key),
        keyEncoding: 'base64',
        value: base64(value),
        valueEncoding: 'base64',
        headers: headers.map(([name, bytes]) => [name, base64(bytes), 'base64']),
      }
      return Buffer.from(`${JSON.stringify(json)}\n`)
    },
  }
  yield {
    name: 'files',
    args: ['-k', 'fixed'],
    reserved: Buffer.alloc(0),
    hasHeaders: false,
    seen: ({ value }) => ({ key: Buffer.from('fixed'), value: orEmpty(value), headers: [] }),
    write: ({ value }) => orEmpty(value),
    inFiles: true,
  }
}

function headerText(headers: Sent['headers']): Buffer {
  return Buffer.from(
    headers.map(([name, value]) => (value === null ? name : `${name}=${value.toString('utf8')}`)).join(','),
  )
}

interface Read {
  partition: number
  timestamp: number
  key: string | null
  keyEncoding?: 'base64'
  value: string | null
  valueEncoding?: 'base64'
  headers: [name: string, value: string | null, encoding?: 'base64' | 'text'][]
}

async function readBack(bootstrap: string, topic: string, extras: Extras): Promise<Sent[]> {
  const result = await ktool(['consume', topic, '-b', bootstrap, '-e', '--json'])
  succeeded(result, 'ktool consume')
  const bytes = (text: string | null, encoding: string | undefined) =>
    text === null ? null : Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8')
  const read = result.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Read)
  assert.ok(read.every(({ timestamp }) => (timestamp === extraTimestamp) === extras.timestamp))
  assert.ok(!extras.partition || read.every(({ partition }) => partition === extraPartition))
  return read.map(({ key, keyEncoding, value, valueEncoding, headers }) => ({
    key: bytes(key, keyEncoding),
    value: bytes(value, valueEncoding),
    headers: headers.map(([name, value, encoding]) => [name, bytes(value, encoding)]),
  }))
}

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

async function throughEveryWay(t: TestContext, bootstrap: string) {
  const seed = Date.now() % 1_000_000
  const random = new Random(seed)
  const all = [...ways()]
  const each = Math.ceil(10_000 / all.length)
  for (const [index, way] of all.entries()) {
    const codec = codecs[index % codecs.length]!
    const half = () => random.below(2) === 1
    const extras = { header: half(), timestamp: half(), partition: half(), repeat: half(), fromFile: half() }
    const chosen = Object.keys(extras).filter((name) => extras[name as keyof Extras])
    await t.test(`${way.name}, ${[codec, ...chosen].join(', ')} (seed ${seed})`, async () => {
      const topic = `ways-${index}`
      // Records without a partition of their own keep their order in one partition only.
      await createTopic(bootstrap, topic, extras.partition ? 3 : 1, ['retention.ms=-1'])
      const without = new Set(way.reserved)
      const records: Sent[] = Array.from({ length: way.inFiles ? 50 : each }, () => ({
        key: random.below(8) === 0 ? null : random.bytes(20, without),
        value: random.below(8) === 0 ? null : random.bytes(random.below(50) === 0 ? 20_000 : 200, without),
        headers: Array.from({ length: random.below(4) }, () => [
          random.text(4),
          random.below(4) === 0 ? null : Buffer.from(random.text(8)),
        ]),
      }))
      const args = ['produce', topic, '-b', bootstrap, '-z', codec, ...way.args]
      if (extras.header) args.push('-H', 'extra=1')
      if (extras.timestamp) args.push('--timestamp', `@${extraTimestamp}`)
      if (extras.partition) args.push('-p', String(extraPartition))
      if (extras.repeat) args.push('--repeat', '2')
      const inputs = records.map(way.write)
      if (way.inFiles) {
        const files = inputs.map(() => join(mkdtempSync(join(folder, 'whole-')), 'record'))
        for (const [i, file] of files.entries()) writeFileSync(file, inputs[i]!)
        succeeded(await ktool([...args.slice(0, 2), ...files, ...args.slice(2)]), way.name)
      } else if (extras.fromFile) {
        const file = join(mkdtempSync(join(folder, 'input-')), 'records')
        writeFileSync(file, Buffer.concat(inputs))
        if (way.name.startsWith('lines')) args.push('--lines')
        succeeded(await ktool([...args.slice(0, 2), file, ...args.slice(2)]), way.name)
      } else succeeded(await ktool(args, { input: Buffer.concat(inputs) }), way.name)
      const expected = records.map(way.seen).flatMap((record) => {
        const seen = extras.header && !way.hasHeaders ? { ...record, headers: [['extra', Buffer.from('1')]] } : record
        return extras.repeat ? [seen, seen] : [seen]
      })
      assert.deepEqual(await readBack(bootstrap, topic, extras), expected)
    })
  }
}

test('random records through every way into a real Kafka', async (t) => {
  await throughEveryWay(t, (await realKafka()).bootstrap)
})

test('random records through every way into ktool serve', async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  await throughEveryWay(t, broker.bootstrap)
})

test('a copy of a copy is byte for byte the same', async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  const { bootstrap } = await realKafka()
  const random = new Random(7)
  const none: ReadonlySet<number> = new Set()
  const lines = Array.from({ length: 3000 }, () => {
    const bytes = (most: number) => (random.below(5) === 0 ? null : random.bytes(most, none).toString('base64'))
    const name = random.text(3)
    return JSON.stringify({
      partition: random.below(3),
      timestamp: random.below(10) === 0 ? 0 : 1_700_000_000_000 + random.below(1_000_000_000),
      key: bytes(10),
      keyEncoding: 'base64',
      value: bytes(300),
      valueEncoding: 'base64',
      headers: Array.from({ length: random.below(4) }, () => [name, bytes(5), 'base64']),
    })
  })
  const dump = async (server: string, topic: string, outputFile: string) => {
    const args = ['consume', topic, '-b', server, '-e', '--json']
    const parts = await Promise.all([0, 1, 2].map((p) => ktool([...args, '-p', String(p)])))
    for (const part of parts) succeeded(part, 'ktool consume')
    const text = parts.map(({ stdout }) => stdout).join('')
    writeFileSync(outputFile, text)
    return text
  }
  const load = async (server: string, topic: string, options: RunOptions) =>
    succeeded(await ktool(['produce', topic, '-b', server, '--input', 'jsonl'], options), 'ktool produce')
  // The records are old: without this they would go with the next look at the retention.
  for (const server of [bootstrap, broker.bootstrap]) await createTopic(server, 'copied', 3, ['retention.ms=-1'])
  await load(bootstrap, 'copied', { input: `${lines.join('\n')}\n` })
  const first = await dump(bootstrap, 'copied', join(folder, 'first.jsonl'))
  assert.equal(first.split('\n').length, lines.length + 1)
  await load(broker.bootstrap, 'copied', { inputFile: join(folder, 'first.jsonl') })
  assert.equal(await dump(broker.bootstrap, 'copied', join(folder, 'second.jsonl')), first)
})

/** A million lines, while `restart` stops the broker and starts it again on the same address. */
async function acrossRestart(bootstrap: string, topic: string, keyed: boolean, restart: () => Promise<void>) {
  // Lines without a key keep their order in one partition only.
  await createTopic(bootstrap, topic, keyed ? 12 : 1)
  const args = [program[1], 'produce', topic, ...(keyed ? ['-K', tab] : []), '-b', bootstrap]
  const producer = guard(
    spawn(program[0], args, { stdio: ['pipe', 'inherit', 'pipe'], env: { ...process.env, ...environment } }),
  )
  let said = ''
  producer.stderr!.on('data', (piece) => {
    said += piece
  })
  const ended = once(producer, 'close')
  // Half of the input, then the broker goes; the rest follows while it is away.
  const half = 50_000_000
  await feed(producer.stdin!, 0, half - 1)
  const restarting = restart()
  await feed(producer.stdin!, half, Number.POSITIVE_INFINITY)
  producer.stdin!.end()
  await restarting
  assert.deepEqual(await ended, [0, null], said)
  const output = join(folder, topic)
  const read = ['consume', topic, '-b', bootstrap, '-e', ...(keyed ? ['-f', '%k\\t%s\\n'] : [])]
  succeeded(await ktool(read, { outputFile: output, timeout: 120_000 }), 'ktool consume')
  checkLines(output, { count: lineCount })
}

async function feed(stdin: NodeJS.WritableStream, start: number, end: number): Promise<void> {
  for await (const piece of createReadStream(linesFile(), { start, end })) {
    if (!stdin.write(piece)) await once(stdin, 'drain')
  }
}

const stops = [
  ['SIGTERM', true],
  ['SIGKILL', true],
  ['SIGKILL', false],
] as const

for (const [signal, keyed] of stops) {
  const lines = keyed ? 'keyed lines' : 'lines'
  test(`ktool serve stopped with ${signal} and started again in the middle of a million ${lines}`, async (t) => {
    let broker = await serve()
    t.after(() => broker.wipe())
    const { bootstrap, data } = broker
    await acrossRestart(bootstrap, `restart-${signal.toLowerCase()}`, keyed, async () => {
      await broker.stop(signal)
      broker = await serve({ data, listen: bootstrap })
    })
  })
}

for (const keyed of [true, false]) {
  test(`Kafka stopped and started again in the middle of a million ${keyed ? 'keyed lines' : 'lines'}`, async (t) => {
    let kafka: Kafka = await startKafka()
    const first = kafka
    t.after(async () => {
      await kafka.wipe()
      await first.wipe()
    })
    const { bootstrap, data, port } = kafka
    await acrossRestart(bootstrap, 'restart', keyed, async () => {
      await kafka.stop('SIGTERM')
      kafka = await startKafka({ data, port })
    })
  })
}

test('--partitioner crc32 puts keys where librdkafka does', async () => {
  const { bootstrap } = await realKafka()
  const random = new Random(7)
  const input = Array.from({ length: 500 }, () => `${random.text(12)}:\n`).join('')
  const place = ['-C', '-e', '-q', '-f', '%k=%p\n']
  const placed: string[][] = []
  for (const topic of ['by-kcat', 'by-crc32']) {
    await createTopic(bootstrap, topic, 12)
    if (topic === 'by-kcat') succeeded(await kcat(bootstrap, ['-P', '-t', topic, '-K:'], { input }), 'kcat')
    else
      succeeded(
        await ktool(['produce', topic, '-K', ':', '--partitioner', 'crc32', '-b', bootstrap], { input }),
        'ktool produce',
      )
    const read = succeeded(await kcat(bootstrap, [...place, '-t', topic]), 'kcat')
    placed.push(read.stdout.split('\n').sort())
  }
  assert.equal(placed[0]!.length, 501)
  assert.deepEqual(placed[1], placed[0])
})

test('transactions show as a whole or not at all, to kcat too', async () => {
  const { bootstrap } = await realKafka()
  const topic = 'transactions'
  await createTopic(bootstrap, topic, 4)
  const produce = (input: string, ...args: string[]) =>
    ktool(['produce', topic, '-b', bootstrap, '--transactional-id', 'writer', ...args], { input })
  const seen = async () => {
    const ours = await ktool(['consume', topic, '-b', bootstrap, '-e'])
    const theirs = await kcat(bootstrap, ['-C', '-t', topic, '-e', '-q', '-X', 'isolation.level=read_committed'])
    succeeded(ours, 'ktool consume')
    succeeded(theirs, 'kcat')
    const sorted = ours.stdout.split('\n').sort()
    assert.deepEqual(theirs.stdout.split('\n').sort(), sorted)
    return sorted.filter((line) => line !== '')
  }
  const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => String(from + i))
  succeeded(await produce(`${numbers(1000, 2000).join('\n')}\n`, '--partitioner', 'round-robin'), 'one transaction')
  assert.deepEqual(await seen(), numbers(1000, 2000))
  succeeded(await produce(`${numbers(2000, 2100).join('\n')}\n`, '--records-per-transaction', '7'), 'many')
  assert.deepEqual(await seen(), numbers(1000, 2100))

  // The third record is wrong: the first transaction of two stays, the second is aborted.
  const wrong = '{"value":"3000"}\n{"value":"3001"}\nno JSON\n{"value":"3003"}\n'
  const half = await produce(wrong, '--input', 'jsonl', '--records-per-transaction', '2')
  assert.equal(half.code, 1)
  assert.match(half.stderr, /the transaction was aborted|record 3 of the input/)
  assert.deepEqual(await seen(), [...numbers(1000, 2100), '3000', '3001'])

  const args = [program[1], 'produce', topic, '-b', bootstrap, '--transactional-id', 'writer']
  const interrupted = guard(
    spawn(program[0], args, { stdio: ['pipe', 'inherit', 'inherit'], env: { ...process.env, ...environment } }),
  )
  const written = ktool(['consume', topic, '-b', bootstrap, '-o', 'end', '-c', '1', '--isolation', 'uncommitted'])
  const again = setInterval(() => interrupted.stdin!.write('never\n'), 200)
  assert.equal((await written).stdout, 'never\n')
  clearInterval(again)
  const gone = once(interrupted, 'close')
  interrupted.kill('SIGINT')
  assert.deepEqual(await gone, [130, null])
  assert.deepEqual(await seen(), [...numbers(1000, 2100), '3000', '3001'])
})
