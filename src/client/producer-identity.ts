// Producer ids (KIP-98): all partitions begin under one; a partition that has to begin anew gets one of its own.

import { InitProducerId } from '../protocol/apis/22-init-producer-id.ts'
import { check } from '../protocol/errors.ts'
import type { Cluster } from './cluster.ts'
import type { ProducerIdentity } from './producer-batch.ts'
import { retry } from './retry.ts'

export class ProducerIdentities {
  private readonly cluster: Cluster
  private first: Promise<ProducerIdentity> | null = null

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  /** The one to begin with. */
  initial(): Promise<ProducerIdentity> {
    if (this.first === null) {
      this.first = this.fresh()
      this.first.catch(() => {
        this.first = null
      })
    }
    return this.first
  }

  /** One that no partition has seen. */
  fresh(): Promise<ProducerIdentity> {
    return retry(this.cluster.options, async () => {
      const broker = await this.cluster.any()
      const answer = await broker.request(InitProducerId, {
        transactionalId: null,
        transactionTimeoutMs: this.cluster.options.requestTimeoutMs,
        producerId: -1,
        producerEpoch: -1,
      })
      check(answer.errorCode, 'asking for a producer id')
      return { producerId: answer.producerId, producerEpoch: answer.producerEpoch }
    })
  }
}
