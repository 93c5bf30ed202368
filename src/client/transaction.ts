// Transactions of a producer (KIP-98): what is written between two ends shows as a whole or not at all.
//
//   (new) ──identity()──► ready ──first batch of a partition: join()──► open ──end()──► ready
//
// The coordinator has to know each partition before its first batch is sent: it writes the markers that commit or abort.
// That is the way of all brokers since 0.11; partitions that join by themselves (KIP-890) are not relied on.

import { KtoolError } from '../errors.ts'
import { InitProducerId } from '../protocol/apis/22-init-producer-id.ts'
import { AddPartitionsToTxn } from '../protocol/apis/24-add-partitions-to-txn.ts'
import { EndTxn } from '../protocol/apis/26-end-txn.ts'
import { check } from '../protocol/errors.ts'
import type { Cluster } from './cluster.ts'
import { Coordinator } from './coordinator.ts'
import type { ProducerIdentity } from './producer-batch.ts'
import type { IdentitySource } from './producer-identity.ts'
import { retry } from './retry.ts'

/** The last version in which the client keeps its epoch (KIP-890). */
const LAST_END_VERSION = 4
/** From the next one on partitions are grouped by transaction: a request between brokers. */
const LAST_ADD_VERSION = 3

interface Joining {
  partitions: Map<string, Set<number>>
  promise: Promise<void>
}

export class Transaction implements IdentitySource {
  readonly id: string
  /** From the next version on partitions join by themselves (KIP-890). */
  readonly produceOptions = { maxVersion: 11 }
  private readonly cluster: Cluster
  private readonly timeoutMs: number
  private readonly coordinator: Coordinator
  private identity: Promise<ProducerIdentity> | null = null
  private joining: Joining | null = null
  private open = false

  /** After `timeoutMs` the coordinator aborts what is open (transaction.timeout.ms). */
  constructor(cluster: Cluster, id: string, timeoutMs: number) {
    this.cluster = cluster
    this.id = id
    this.timeoutMs = timeoutMs
    this.coordinator = new Coordinator(cluster, id, 'transaction')
  }

  /** The producer id of this transactional id. Who used it before is fenced off, and what it left open is aborted. */
  initial(): Promise<ProducerIdentity> {
    this.identity ??= this.initialize()
    return this.identity
  }

  /** A transaction can't go on under another id. */
  async fresh(isLost: boolean): Promise<ProducerIdentity> {
    if (!isLost) throw new KtoolError(`the transaction ${this.id} is over, as records of it are not written`)
    throw new KtoolError(`the records of the transaction ${this.id} are not taken any more`, {
      hint: `it was open for longer than transaction.timeout.ms (${this.timeoutMs} ms), or another producer has its id now`,
    })
  }

  /** Makes a partition part of the transaction; those that come at the same time go into one request. */
  join(topic: string, partition: number): Promise<void> {
    this.joining ??= this.startJoining()
    const { partitions, promise } = this.joining
    partitions.set(topic, (partitions.get(topic) ?? new Set()).add(partition))
    return promise
  }

  /** Ends the transaction, where one is open. All that was sent must have been answered. */
  async end(committed: boolean): Promise<void> {
    if (!this.open) return
    const { producerId, producerEpoch } = await this.initial()
    const body = { transactionalId: this.id, producerId, producerEpoch, committed }
    const what = `${committed ? 'committing' : 'aborting'} the transaction ${this.id}`
    await retry(this.cluster.options, async () => {
      const answer = await this.coordinator.request(EndTxn, body, ({ errorCode }) => [errorCode], {
        maxVersion: LAST_END_VERSION,
      })
      check(answer.errorCode, what)
    })
    this.open = false
  }

  private initialize(): Promise<ProducerIdentity> {
    const body = {
      transactionalId: this.id,
      transactionTimeoutMs: this.timeoutMs,
      producerId: -1,
      producerEpoch: -1,
    }
    return retry(this.cluster.options, async () => {
      const answer = await this.coordinator.request(InitProducerId, body, ({ errorCode }) => [errorCode])
      check(answer.errorCode, `asking for the producer id of ${this.id}`)
      const { producerId, producerEpoch } = answer
      return { producerId, producerEpoch, transactional: true }
    })
  }

  private startJoining(): Joining {
    const partitions: Joining['partitions'] = new Map()
    const promise = new Promise<void>((resolve) => {
      setImmediate(() => {
        this.joining = null
        resolve(this.add(partitions))
      })
    })
    return { partitions, promise }
  }

  private async add(partitions: Joining['partitions']): Promise<void> {
    const { producerId, producerEpoch } = await this.initial()
    this.open = true
    const body = {
      v3AndBelowTransactionalId: this.id,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [...partitions].map(([name, numbers]) => ({ name, partitions: [...numbers] })),
    }
    await retry(this.cluster.options, async () => {
      const answer = await this.coordinator.request(
        AddPartitionsToTxn,
        body,
        ({ resultsByTopicV3AndBelow: topics }) =>
          topics.flatMap((topic) => topic.resultsByPartition.map((row) => row.partitionErrorCode)),
        { maxVersion: LAST_ADD_VERSION },
      )
      for (const { name, resultsByPartition } of answer.resultsByTopicV3AndBelow) {
        for (const { partitionIndex, partitionErrorCode } of resultsByPartition) {
          check(partitionErrorCode, `adding partition ${partitionIndex} of ${name} to the transaction ${this.id}`)
        }
      }
    })
  }
}
