// A load that does not mind when its broker is killed: producers, transactions, commits of offsets and members of groups,
// which try again until they are answered, and remember what they were told. What they choose comes from a seed.
//
//   values:  w WRITER NUMBER ...                  of an idempotent producer, numbered through
//            t WRITER TRANSACTION NUMBER OF ...   of a transaction: the NUMBERth of OF records

import { setTimeout as sleep } from 'node:timers/promises'
import { createTopics } from '../../src/client/admin/topics.ts'
import { Client } from '../../src/client/client.ts'
import type { Cluster } from '../../src/client/cluster.ts'
import { Coordinator } from '../../src/client/coordinator.ts'
import { Fetcher } from '../../src/client/fetcher.ts'
import { range } from '../../src/client/group/assignors/range.ts'
import { GroupConsumer } from '../../src/client/group/group-consumer.ts'
import { commitOffsets } from '../../src/client/group/offsets.ts'
import { Producer } from '../../src/client/producer.ts'
import { RecordReader } from '../../src/client/record-reader.ts'
import { retry } from '../../src/client/retry.ts'
import { Transaction } from '../../src/client/transaction.ts'
import { AddOffsetsToTxn } from '../../src/protocol/apis/25-add-offsets-to-txn.ts'
import { TxnOffsetCommit } from '../../src/protocol/apis/28-txn-offset-commit.ts'
import { check } from '../../src/protocol/errors.ts'
import { codecs } from '../../src/records/compression/index.ts'
import type { RecordView } from '../../src/records/view.ts'
import { seeded } from '../protocol/random-value.ts'

export const topic = 'kill'
export const partitionCount = 4
/** What transactions commit besides their records: TRANSACTION + 1 in the partition with their writer's number. */
export const transactionalGroup = 'kill-transactions'

export type Outcome = 'committed' | 'aborted' | 'unknown'

/** What the load was told. */
export class Told {
  /** Offset (-1: not told) and partition of each record by its number, for each writer. */
  readonly acknowledged: Map<number, { partition: number; offset: number }>[] = []
  /** How many records each writer has begun. */
  readonly begun: number[] = []
  /** By writer and transaction. */
  readonly transactions: Outcome[][] = []
  /** By group: the last offset that was acknowledged, and the last that was sent. */
  readonly commits = new Map<string, { acknowledged: number; sent: number }>()
  /** Topics whose creation was acknowledged. */
  readonly topics: string[] = []
  /** Values that the member of each group has seen, but for their fill. */
  readonly seen = { classic: new Set<string>(), consumer: new Set<string>() }
  /** What should not have happened. */
  readonly problems: string[] = []
}

export class Load {
  readonly told = new Told()
  private readonly address: { host: string; port: number }
  private readonly seed: number
  private readonly work: Promise<void>[] = []
  private readonly clients: Client[] = []
  private readonly readers: GroupConsumer[] = []
  private readonly reading: Promise<void>[] = []
  private stopped = false

  constructor(port: number, seed: number) {
    this.address = { host: '127.0.0.1', port }
    this.seed = seed
  }

  /** The topic is there already. Resolves when all have met the broker: who never has does not wait for its return. */
  async start(): Promise<void> {
    const actors: ((random: () => number) => Promise<void>)[] = []
    for (const [writer, codec] of [undefined, ...codecs].entries()) {
      actors.push((random) => this.write(writer, codec, random))
    }
    for (const writer of [0, 1, 2]) actors.push((random) => this.transact(writer, random))
    for (const group of ['kill-a', 'kill-b']) actors.push((random) => this.commit(group, random))
    actors.push((random) => this.createTopics(random))
    for (const [index, actor] of actors.entries()) {
      this.work.push(
        actor(seeded(this.seed + index)).catch((error: Error) => {
          this.told.problems.push(error.stack ?? error.message)
        }),
      )
    }
    for (const protocol of ['classic', 'consumer'] as const) {
      this.reading.push(
        this.read(protocol).catch((error: Error) => {
          this.told.problems.push(error.stack ?? error.message)
        }),
      )
    }
    await Promise.all(this.clients.map(({ cluster }) => cluster.topic(topic)))
  }

  /** Resolves when everything that was begun is answered. */
  async finish(): Promise<void> {
    this.stopped = true
    await Promise.all(this.work)
  }

  /** Ends the groups' members. */
  async close(): Promise<void> {
    for (const reader of this.readers) reader.stop()
    await Promise.all(this.reading)
    for (const client of this.clients) client.close()
  }

  client(name: string): Client {
    const client = new Client({
      bootstrapServers: [this.address],
      clientId: name,
      retryBackoffMs: 20,
      retryBackoffMaxMs: 100,
      reconnectBackoffMs: 20,
      reconnectBackoffMaxMs: 100,
    })
    this.clients.push(client)
    return client
  }

  private async write(writer: number, codec: (typeof codecs)[number] | undefined, random: () => number): Promise<void> {
    const { told } = this
    const acknowledged = new Map<number, { partition: number; offset: number }>()
    told.acknowledged[writer] = acknowledged
    told.begun[writer] = 0
    const producer = new Producer(
      this.client(`writer-${writer}`).cluster,
      { codec, lingerMs: 1, batchBytes: 50_000 },
      {
        delivered: (batch, { partition }, baseOffset) => {
          for (const [index, number] of batch.origins.entries()) {
            acknowledged.set(number, { partition, offset: baseOffset < 0 ? -1 : baseOffset + index })
          }
        },
        failed: (numbers, _queue, error) => {
          told.problems.push(`writer ${writer}: ${numbers.length} records failed: ${error.message}`)
        },
      },
    )
    await producer.prepare(topic)
    while (!this.stopped) {
      for (let left = 1 + random() * 20; left >= 1; left--) {
        const number = told.begun[writer]++
        const value = filled(`w ${writer} ${number}`, random)
        while (
          !producer.append(topic, below(partitionCount, random), Date.now(), value, -1, -1, 0, value.length, number)
        ) {
          await producer.room()
        }
      }
      if (random() < 0.3) await producer.flush()
      await sleep(random() * 40)
    }
    await producer.flush()
  }

  private async transact(writer: number, random: () => number): Promise<void> {
    const outcomes: Outcome[] = []
    this.told.transactions[writer] = outcomes
    const { cluster } = this.client(`transactions-${writer}`)
    const offsets = new Coordinator(cluster, transactionalGroup)
    while (!this.stopped) {
      const transaction = new Transaction(cluster, `kill-${writer}`, 60_000)
      let failed = false
      const producer = new Producer(
        cluster,
        { transaction, codec: codecs[below(codecs.length, random)], lingerMs: 1 },
        {
          delivered() {},
          failed() {
            failed = true
          },
        },
      )
      await producer.prepare(topic)
      while (!this.stopped && !failed) {
        const number = outcomes.push('unknown') - 1
        const count = 1 + below(12, random)
        for (let i = 0; i < count; i++) {
          const value = filled(`t ${writer} ${number} ${i} ${count}`, random)
          producer.append(topic, below(partitionCount, random), Date.now(), value, -1, -1, 0, value.length, i)
          if (random() < 0.1) await producer.flush()
        }
        const commit = random() < 0.6
        try {
          await producer.flush()
          if (random() < 0.5) await sleep(random() * 20)
          if (!failed) await this.sendOffset(cluster, transaction, offsets, writer, number)
          await producer.endTransaction(commit && !failed)
          outcomes[number] = commit && !failed ? 'committed' : 'aborted'
        } catch (error) {
          this.told.problems.push(`transaction ${writer} ${number}: ${(error as Error).message}`)
          failed = true
        }
        await sleep(random() * 30)
      }
    }
  }

  private async sendOffset(
    cluster: Cluster,
    transaction: Transaction,
    group: Coordinator,
    writer: number,
    number: number,
  ): Promise<void> {
    const { producerId, producerEpoch } = await transaction.initial()
    const coordinator = new Coordinator(cluster, transaction.id, 'transaction')
    const groupId = group.key
    const identity = { transactionalId: transaction.id, producerId, producerEpoch }
    await retry(cluster.options, async () => {
      const { errorCode } = await coordinator.request(
        AddOffsetsToTxn,
        { ...identity, groupId },
        (answer) => [answer.errorCode],
        { maxVersion: 3 },
      )
      check(errorCode, `adding the offsets of ${groupId}`)
    })
    await retry(cluster.options, async () => {
      const partitions = [
        { partitionIndex: writer, committedOffset: number + 1, committedLeaderEpoch: -1, committedMetadata: '' },
      ]
      const body = { ...identity, groupId, generationId: -1, memberId: '', topics: [{ name: topic, partitions }] }
      const codes = (answer: { topics: readonly { partitions: readonly { errorCode: number }[] }[] }) =>
        answer.topics.flatMap((each) => each.partitions.map(({ errorCode }) => errorCode))
      const answer = await group.request(TxnOffsetCommit, body, codes, { maxVersion: 3 })
      for (const code of codes(answer)) check(code, `sending the offsets of ${groupId}`)
    })
  }

  private async commit(group: string, random: () => number): Promise<void> {
    const told = { acknowledged: -1, sent: -1 }
    this.told.commits.set(group, told)
    const { cluster } = this.client(group)
    const coordinator = new Coordinator(cluster, group)
    while (!this.stopped) {
      const offset = ++told.sent
      const metadata = 'm'.repeat(below(200, random))
      const refused = await commitOffsets(cluster, coordinator, [
        { topic, partition: 0, offset, leaderEpoch: -1, metadata },
      ])
      for (const error of refused.values()) this.told.problems.push(`${group}: ${error.message}`)
      told.acknowledged = offset
      await sleep(random() * 15)
    }
  }

  private async createTopics(random: () => number): Promise<void> {
    const { cluster } = this.client('topics')
    for (let i = 0; !this.stopped; i++) {
      const name = `kill-made-${i}`
      // An answer that was lost leaves open whether it was created.
      const [result] = (
        await createTopics(cluster, [{ name, partitions: 1, replicationFactor: 1 }]).catch(() => new Map())
      ).values()
      if (result !== undefined && 'topicId' in result) this.told.topics.push(name)
      await sleep(500 + random() * 1000)
    }
  }

  /** A member of a group that reads what is committed, and commits how far it is. */
  private async read(protocol: 'classic' | 'consumer'): Promise<void> {
    const { cluster } = this.client(`reader-${protocol}`)
    const seen = this.told.seen[protocol]
    const fetcher = new Fetcher(cluster, { isolation: 1, maxWaitMs: 100 }, () => {})
    const consumer = new GroupConsumer(
      cluster,
      fetcher,
      { names: [topic], patterns: [] },
      {
        start: { kind: 'beginning' },
        isolation: 1,
        groupId: `kill-readers-${protocol}`,
        protocol,
        assignors: [range],
        serverAssignor: null,
        instanceId: null,
        rackId: null,
        sessionTimeoutMs: 10_000,
        heartbeatIntervalMs: 300,
        rebalanceTimeoutMs: 30_000,
        commitEveryMs: 100,
      },
      { settle: async () => {}, note() {}, warn() {} },
    )
    this.readers.push(consumer)
    const reader = new RecordReader({ checkCrcs: true, committedOnly: true })
    try {
      for (let piece = await consumer.next(); piece !== null; piece = await consumer.next()) {
        for (const fetched of piece.partitions) {
          await reader.read(fetched, {
            visit: (view) => {
              seen.add(textOf(view))
              return true
            },
          })
          consumer.passed(fetched)
        }
        piece.done()
      }
    } finally {
      await consumer.close()
    }
  }
}

/** A value that says what it is, and then has a random fill: mostly short, sometimes of many kilobytes. */
function filled(text: string, random: () => number): Buffer {
  const size = random() < 0.9 ? below(300, random) : below(20_000, random)
  const value = Buffer.alloc(text.length + 1 + size, random() < 0.5 ? 0x78 : 0x80 + below(128, random))
  value.write(`${text} `)
  return value
}

/** What a value says, but for its fill. */
export function textOf({ cursor: { bytes, valueStart, valueEnd } }: RecordView): string {
  const words = bytes.toString('latin1', valueStart, Math.min(valueEnd, valueStart + 60)).split(' ')
  return words.slice(0, words[0] === 'w' ? 3 : 5).join(' ')
}

function below(limit: number, random: () => number): number {
  return Math.floor(random() * limit)
}
