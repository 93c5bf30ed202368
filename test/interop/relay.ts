// What clients see of a broker whose data directory goes from one broker to another: `fill` puts everything in, a round each
// time, `contents` tells what is there, which has to be the same with the next one.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '../../src/client/client.ts'
import { Produce } from '../../src/protocol/apis/00-produce.ts'
import { InitProducerId } from '../../src/protocol/apis/22-init-producer-id.ts'
import { EndTxn } from '../../src/protocol/apis/26-end-txn.ts'
import { errorName } from '../../src/protocol/errors.ts'
import { batchOf, RawClient } from '../broker/harness.ts'
import { openTransaction } from '../client/open-transaction.ts'
import { ktool } from './peers/ktool.ts'
import { succeeded } from './peers/run.ts'

export interface Station {
  port: number
  bootstrap: string
}

/** ACLs and users are possible, and clients without a login may do everything. */
export const relayProperties: Readonly<Record<string, string>> = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS',
}

/** What goes on after the change of brokers. */
export interface Unfinished {
  topic: string
  transactionalId: string
  /** Of the open transaction. */
  transaction: { producerId: number; producerEpoch: number }
  /** A batch that a producer has sent, and where it was put. */
  sent: { records: Buffer; baseOffset: number; producerId: number }
}

async function ran(bootstrap: string, args: readonly string[], input?: string): Promise<string> {
  const result = await ktool([...args, '-b', bootstrap], input === undefined ? {} : { input })
  return succeeded(result, `ktool ${args.join(' ')}`).stdout
}

async function produce(port: number, topic: string, records: Buffer): Promise<number> {
  const client = new RawClient(port)
  const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }]
  const { responses } = await client.call(Produce, 9, { acks: -1, timeoutMs: 10_000, topicData })
  client.socket.destroy()
  const [{ errorCode, baseOffset }] = responses[0].partitionResponses
  assert.equal(errorCode, 0)
  return baseOffset
}

/** A producer without transactions. */
async function newProducer(port: number): Promise<{ producerId: number; producerEpoch: number }> {
  const client = new RawClient(port)
  for (;;) {
    const { errorCode, ...producer } = await client.call(InitProducerId, 4, { transactionalId: null })
    if (errorCode === 0) {
      client.socket.destroy()
      return producer
    }
    // A Kafka that has just started has no ids yet.
    assert.equal(errorName(errorCode), 'COORDINATOR_LOAD_IN_PROGRESS')
    await sleep(20)
  }
}

const lines = (count: number, of: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => `${of(i)}\n`).join('')

/** Topics with configs, records of all codecs, groups of both protocols, transactions of all ends, and what an admin sets. */
export async function fill({ bootstrap, port }: Station, round: number, deleteRecords: boolean): Promise<Unfinished> {
  const on = (args: string[], input?: string) => ran(bootstrap, args, input)
  const plain = `plain-${round}`
  const compacted = `compacted-${round}`
  await on(['topics', 'create', plain, '-p', '2', '-c', 'retention.ms=86400000', '-c', 'segment.bytes=1048576'])
  await on(['topics', 'create', compacted, '-p', '1', '-c', 'cleanup.policy=compact', '-c', 'segment.bytes=1048576'])
  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    await on(
      ['produce', plain, '-z', codec, '-H', `codec=${codec}`],
      lines(400, (i) => `${codec} ${'v'.repeat(i)}`),
    )
  }
  const keyed = lines(3000, (i) => `key-${(i * 7919) % 200}\t${i % 11 === 0 ? '' : `${i} ${'c'.repeat(500)}`}`)
  await on(['produce', compacted, '-K', '\\t', '-Z'], keyed)
  if (deleteRecords) await on(['records', 'delete', `${plain}:1`, '--before', '50', '--execute', '--yes'])
  await on(['topics', 'create', `gone-${round}`, '-p', '2'])
  await on(['topics', 'delete', `gone-${round}`, '--yes'])
  await on(['topics', 'create', `grown-${round}`, '-p', '1'])
  await on(['topics', 'add-partitions', `grown-${round}`, '--total', '3'])
  for (const protocol of ['classic', 'consumer']) {
    const group = ['-G', `${protocol}-${round}`, '--group-protocol', protocol]
    await on(['consume', plain, ...group, '-c', '300', '-f', '%o\\n'])
  }

  await on(
    ['produce', plain, '--transactional-id', `committed-${round}`],
    lines(20, (i) => `committed ${i}`),
  )
  const client = new Client({ bootstrapServers: [{ host: '127.0.0.1', port }] })
  const transactionalId = `open-${round}`
  await openTransaction(client, `aborted-${round}`, { topic: plain, partition: 0 })
  await on(['transactions', 'terminate', `aborted-${round}`, '--yes'])
  const transaction = await openTransaction(client, transactionalId, { topic: plain, partition: 0 })
  client.close()

  await on(['acls', 'add', '--topic', plain, '--allow-principal', `reader-${round}`, '--operation', 'read'])
  await on(['users', 'set', `user-${round}`, '--iterations', '5000'], `secret-${round}\n`)
  await on(['quotas', 'alter', '--user', `user-${round}`, '--set', `producer_byte_rate=${1_000_000 + round}`])
  await on(['configs', 'alter', 'broker', '--default', '--set', `message.max.bytes=${2_000_000 + round}`])
  await on(['configs', 'alter', 'broker', '1', '--set', `log.cleaner.threads=${1 + (round % 2)}`])
  await on(['configs', 'alter', 'group', `consumer-${round}`, '--set', `consumer.session.timeout.ms=${50_000 + round}`])
  await on(['configs', 'alter', 'client-metrics', `m-${round}`, '--set', `interval.ms=${10_000 + round}`])

  const { producerId, producerEpoch } = await newProducer(port)
  const numbered = (baseSequence: number) => batchOf(['a', 'b', 'c'], { producerId, producerEpoch, baseSequence })
  await produce(port, `grown-${round}`, numbered(0))
  const records = numbered(3)
  const baseOffset = await produce(port, `grown-${round}`, Buffer.from(records))
  return { topic: `grown-${round}`, transactionalId, transaction, sent: { records, baseOffset, producerId } }
}

/** Goes on with what was unfinished at another broker: a batch that is sent again is known, the transaction is committed. */
export async function goOn({ port }: Station, unfinished: Unfinished): Promise<void> {
  const { sent, topic, transactionalId, transaction } = unfinished
  assert.equal(await produce(port, topic, Buffer.from(sent.records)), sent.baseOffset, 'the batch is a duplicate')
  const { producerId } = await newProducer(port)
  assert.ok(producerId > Math.max(sent.producerId, transaction.producerId), 'producer ids go on')
  const client = new RawClient(port)
  const { errorCode } = await client.call(EndTxn, 3, { transactionalId, ...transaction, committed: true })
  assert.equal(errorCode, 0, 'the open transaction is committed')
  client.socket.destroy()
}

/** Told by each, and its own: where it listens, who leads since when, how long the log of the metadata is. */
const OWN: ReadonlySet<string> = new Set(['coordinatorPort', 'leaderEpoch', 'epoch'])
const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  topics: ['topics', 'describe'],
  beginnings: ['offsets', 'list', '/.*/', '--at', 'earliest'],
  ends: ['offsets', 'list', '/.*/'],
  'ends of what is committed': ['offsets', 'list', '/.*/', '--isolation', 'committed'],
  groups: ['groups', 'describe'],
  'states of groups': ['groups', 'describe', '--state'],
  transactions: ['transactions', 'list'],
  producers: ['transactions', 'producers', '/.*/'],
  acls: ['acls', 'list'],
  users: ['users', 'list'],
  quotas: ['quotas', 'describe'],
  'configs of topics': ['configs', 'describe', 'topic'],
  'configs of brokers': ['configs', 'describe', 'broker', '--default'],
  'configs of the broker': ['configs', 'describe', 'broker', '1'],
  'configs of groups': ['configs', 'describe', 'group'],
  'configs of client metrics': ['configs', 'describe', 'client-metrics'],
  features: ['cluster', 'features'],
}

interface Config {
  name: string
  value: string
  source: string
}

/** What is in the directory, not in the file that the broker was started with. */
const isDynamic = ({ source }: Config) => source.startsWith('DYNAMIC_')
const plain = ({ name, value, source }: Config) => ({ name, value, source })

/** Features that ktool does not have are in the directory, and not shown. */
const isOfBoth = ({ name }: { name?: string }) => name !== 'share.version' && name !== 'streams.version'

/** Without the records of compacted topics that compaction takes sooner or later. */
function withoutOlder(lines: readonly string[]): string[] {
  const newest = new Map<string, { offset: number; line: string }>()
  for (const line of lines) {
    const { topic, partition, offset, key } = JSON.parse(line)
    const id = topic.startsWith('compacted-') ? `${topic} ${key}` : `${topic} ${partition} ${offset}`
    if ((newest.get(id)?.offset ?? -1) < offset) newest.set(id, { offset, line })
  }
  return [...newest.values()].map(({ line }) => line)
}

/** The answers to all that can be asked, by question, and all records. */
export async function contents({ bootstrap }: Station, rounds: number): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  const transactionalIds = Array.from({ length: rounds }, (_, i) => [
    `committed-${i}`,
    `aborted-${i}`,
    `open-${i}`,
  ]).flat()
  const questions = { ...QUESTIONS, 'each transaction': ['transactions', 'describe', ...transactionalIds] }
  for (const [question, args] of Object.entries(questions)) {
    const text = await ran(bootstrap, [...args, '--json'])
    found[question] = JSON.parse(text, (key, value) => {
      if (OWN.has(key)) return undefined
      if (!Array.isArray(value)) return value
      const kept = key === 'configs' ? value.filter(isDynamic).map(plain) : value.filter(isOfBoth)
      return kept.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    })
  }
  for (const isolation of ['committed', 'uncommitted']) {
    const text = await ran(bootstrap, ['consume', '/.*/', '-e', '--json', '--isolation', isolation])
    found[`records that are ${isolation}`] = withoutOlder(text.split('\n').slice(0, -1)).sort()
  }
  return found
}
