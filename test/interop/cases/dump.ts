// ktool dump beside Kafka's dump-log, over all that a Kafka has written: every codec, headers, nulls, idempotent and
// transactional producers, compaction, old message formats, indexes, and the internal topics with their decoders.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  copyFileSync,
  cpSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import test from 'node:test'
import { Kafka as KafkaJs, logLevel } from 'kafkajs'
import { BatchBuilder } from '../../../src/records/builder.ts'
import { writeLines } from '../data.ts'
import { kafkaTool, startKafka } from '../peers/kafka.ts'
import { ktool, serve } from '../peers/ktool.ts'
import { guard, succeeded } from '../peers/run.ts'
import { createTopic, folder } from '../shared.ts'

/** Equal output of both, file by file where they differ. */
async function compare(files: readonly string[], decoder = '--print-data-log'): Promise<number> {
  assert.ok(files.length > 0, `no files for ${decoder}`)
  const theirs = join(folder, 'dump-log')
  const ours = join(folder, 'ktool-dump')
  succeeded(
    await kafkaTool('dump-log', [decoder, '--files', files.join(',')], {
      outputFile: theirs,
      timeout: 120_000,
      fast: true,
    }),
    'dump-log',
  )
  succeeded(await ktool(['dump', '--records', ...files], { outputFile: ours, timeout: 120_000 }), 'ktool dump')
  const [left, right] = [readFileSync(theirs), readFileSync(ours)]
  if (!left.equals(right)) {
    const lines = left.toString('utf8').split('\n')
    const other = right.toString('utf8').split('\n')
    const at = lines.findIndex((line, i) => line !== other[i])
    assert.equal(other[at]?.slice(0, 2000), lines[at]?.slice(0, 2000), `line ${at + 1} of ${decoder}`)
  }
  return left.length
}

/** The files of the topics that a prefix or suffix chooses, in a copy that no broker writes to. */
function files(data: string, topic: string, suffix: string): string[] {
  return readdirSync(data)
    .filter((name) => name.slice(0, name.lastIndexOf('-')) === topic)
    .flatMap((name) => readdirSync(join(data, name)).map((file) => join(data, name, file)))
    .filter((path) => path.endsWith(suffix) && statSync(path).size > 0)
    .sort()
}

async function fill(bootstrap: string): Promise<void> {
  const lines = join(folder, 'dump-lines')
  writeLines(lines, 0, 5_000)
  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    await createTopic(bootstrap, `dump-${codec}`, 1)
    const sent = await ktool([
      'produce',
      `dump-${codec}`,
      '-z',
      codec,
      '-K',
      '\\t',
      '--lines',
      lines,
      '-X',
      'batch.size=4000',
      '-b',
      bootstrap,
    ])
    succeeded(sent, 'ktool produce')
  }
  // One record is old: without this it would go with the next look at the retention.
  await createTopic(bootstrap, 'dump-odd', 2, ['retention.ms=-1'])
  const odd = [
    {
      topic: 'dump-odd',
      key: null,
      value: null,
      headers: [
        ['a', 'b'],
        ['a', null],
        ['ö', ''],
      ],
      partition: 0,
    },
    { topic: 'dump-odd', keyEncoding: 'base64', key: '//4=', valueEncoding: 'base64', value: 'AMDB7aCA', partition: 0 },
    { topic: 'dump-odd', key: '', value: 'x\ty', timestamp: 0, partition: 1 },
  ]
  const input = odd.map((record) => `${JSON.stringify(record)}\n`).join('')
  succeeded(await ktool(['produce', '-', '--input', 'jsonl', '-b', bootstrap], { input }), 'ktool produce')
  for (const [i, end] of ['commit', 'abort', 'commit'].entries()) {
    const args = ['produce', 'dump-odd', '-p', '1', '--transactional-id', 'dump-tx', '-b', bootstrap]
    if (end === 'commit') {
      succeeded(await ktool(args, { input: `t${i}\n` }), 'ktool produce')
      continue
    }
    // The transaction that is open when its producer is gone is aborted by the one that takes its id over.
    const kafka = new KafkaJs({ brokers: [bootstrap], logLevel: logLevel.NOTHING })
    const producer = kafka.producer({ transactionalId: 'dump-tx', maxInFlightRequests: 1, idempotent: true })
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic: 'dump-odd', messages: [{ value: 'aborted', partition: 1 }] })
    await transaction.abort()
    await producer.disconnect()
  }
  const compacted = [
    'cleanup.policy=compact',
    'segment.ms=1',
    'min.cleanable.dirty.ratio=0.01',
    'delete.retention.ms=86400000',
  ]
  await createTopic(bootstrap, 'dump-compacted', 1, [...compacted, 'max.compaction.lag.ms=1'])
  for (let round = 0; round < 3; round++) {
    const keyed = Array.from({ length: 50 }, (_, i) => `k${i % 20}:${round < 2 ? i : ''}\n`).join('')
    succeeded(await ktool(['produce', 'dump-compacted', '-K', ':', '-b', bootstrap], { input: keyed }), 'ktool produce')
  }
  for (const protocol of ['classic', 'consumer']) {
    const args = ['consume', '-G', `dump-${protocol}`, '--group-protocol', protocol, 'dump-none', '-e', '-b', bootstrap]
    succeeded(await ktool(args), 'ktool consume')
  }
}

test('what a Kafka has written', async (t) => {
  const kafka = await startKafka({ properties: { 'log.cleaner.backoff.ms': '100' } })
  t.after(() => kafka.wipe())
  await fill(kafka.bootstrap)
  const share = [
    '--bootstrap-server',
    kafka.bootstrap,
    '--topic',
    'dump-none',
    '--group',
    'dump-share',
    '--timeout-ms',
    '4000',
  ]
  await kafka.tool('console-share-consumer', share, { timeout: 60_000 })
  await kafka.stop()
  const { data } = kafka
  const of = (topic: string, suffix: string) => files(data, topic, suffix)
  await t.test('records of all codecs, headers, nulls, transactions, compaction', async () => {
    const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'].flatMap((codec) => of(`dump-${codec}`, '.log'))
    await compare([...codecs, ...of('dump-odd', '.log'), ...of('dump-compacted', '.log')])
  })
  await t.test('group metadata', async () => {
    await compare(of('__consumer_offsets', '.log'), '--offsets-decoder')
  })
  await t.test('transaction state', async () => {
    await compare(of('__transaction_state', '.log'), '--transaction-log-decoder')
  })
  await t.test('share-group state', async () => {
    await compare(of('__share_group_state', '.log'), '--share-group-state-decoder')
  })
  await t.test('cluster metadata and its snapshots', async () => {
    const snapshots = [...of('__cluster_metadata', '.checkpoint'), join(data, 'bootstrap.checkpoint')]
    await compare([...of('__cluster_metadata', '.log'), ...snapshots], '--cluster-metadata-decoder')
  })
  await t.test('indexes and producer snapshots', async () => {
    const all = ['.index', '.timeindex', '.txnindex', '.snapshot'].flatMap((suffix) =>
      [...new Set(['dump-none', 'dump-odd', 'dump-compacted'])].flatMap((topic) => of(topic, suffix)),
    )
    await compare(all)
  })
  await t.test('nothing is wrong with it', async () => {
    const verified = succeeded(await ktool(['dump', data, '--verify']), 'ktool dump --verify')
    assert.equal(verified.stdout, '')
  })
  await t.test('and the indexes are the ones that ktool makes', async () => {
    const made = join(folder, 'made-indexes')
    const [log] = of('dump-none', '.log')
    succeeded(await ktool(['dump', log!, '--rebuild-indexes', '--to', made]), 'ktool dump --rebuild-indexes')
    for (const suffix of ['.index', '.timeindex']) {
      const name = basename(log!).replace('.log', suffix)
      const [own] = of('dump-none', suffix)
      assert.deepEqual(readFileSync(join(made, name)), readFileSync(own!), suffix)
    }
  })
})

test('messages of the formats before record batches', async () => {
  const golden = join(import.meta.dirname, '../../records/golden')
  const logs = readdirSync(golden)
    .filter((name) => /^(v[01]|java|append|transactions).*\.batches$/.test(name))
    .map((name) => {
      const dir = join(folder, `golden-${name}-0`)
      mkdirSync(dir, { recursive: true })
      const log = join(dir, '00000000000000000000.log')
      copyFileSync(join(golden, name), log)
      return log
    })
  await compare(logs)
})

test('what ktool serve has written, and a broker that was killed', async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  await fill(broker.bootstrap)
  await broker.stop('SIGKILL')
  const { data } = broker
  const copy = join(folder, 'killed')
  cpSync(data, copy, { recursive: true })
  const topics = ['none', 'gzip', 'snappy', 'lz4', 'zstd', 'odd', 'compacted'].map((name) => `dump-${name}`)
  await compare(topics.flatMap((topic) => files(copy, topic, '.log')))
  await compare(files(copy, '__consumer_offsets', '.log'), '--offsets-decoder')
  await compare(files(copy, '__cluster_metadata', '.log'), '--cluster-metadata-decoder')
})

test('a segment of 2 GB, up to its last record', async () => {
  const dir = join(folder, 'large-0')
  const log = join(dir, '00000000000000000000.log')
  mkdirSync(dir)
  const builder = new BatchBuilder(2 << 20)
  const value = Buffer.alloc(1 << 20)
  builder.tryAppend(1_700_000_000_000, value, -1, -1, 0, value.length)
  const batch = Buffer.from(builder.close({ baseOffset: 0, partitionLeaderEpoch: 0 }))
  // The values are zeros, which need not be written.
  const head = batch.subarray(0, 100)
  const count = Math.floor(0x7fff_ffff / batch.length)
  const file = openSync(log, 'w')
  for (let i = 0; i < count; i++) {
    head.writeBigInt64BE(BigInt(i))
    writeSync(file, head, 0, head.length, i * batch.length)
  }
  ftruncateSync(file, count * batch.length)
  closeSync(file)
  const run = async (...args: string[]) =>
    succeeded(await ktool(['dump', ...args], { timeout: 120_000 }), args.join(' '))
  assert.match((await run(log, '--verify')).stderr, new RegExp(`${count.toLocaleString('en')} records: all is well`))
  await run(log, '--rebuild-indexes')
  assert.match((await run(dir, '--verify')).stderr, /all is well/)
  const last = count - 1
  assert.equal((await run(log, '--offsets', `${last}`, '-f', '%o %S\\n')).stdout, `${last} ${value.length}\n`)
  const theirs = await kafkaTool('dump-log', ['--files', log], { timeout: 120_000, fast: true })
  assert.equal((await run(log)).stdout, succeeded(theirs, 'dump-log').stdout)
})

test('ten thousand damaged copies', async () => {
  const file = join(import.meta.dirname, '../../commands/dump/damage.test.ts')
  // With it the runner would take itself for a part of this one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const child = guard(
    spawn(process.execPath, ['--test', '--test-timeout=500000', file], {
      env: { ...env, KTOOL_DAMAGES: '10000' },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  let output = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const [code] = await once(child, 'close')
  assert.equal(code, 0, output.slice(-3000))
})
