// Producer ids (KIP-98): all partitions begin under one; a partition that has to begin anew gets one of its own.

import { InitProducerId } from '../protocol/apis/22-init-producer-id.ts'
import { check } from '../protocol/errors.ts'
import type { Cluster } from './cluster.ts'
import type { ProducerIdentity } from './producer-batch.ts'
import { retry } from './retry.ts'

/** Where a producer gets its ids. */
export interface IdentitySource {
  /** The one to begin with. */
  initial(): Promise<ProducerIdentity>
  /**
   * One that no partition has seen: the broker has lost the state of the one before (`isLost`), or a batch is missing in it.
   * Throws where the producer can't go on with another.
   */
  fresh(isLost: boolean): Promise<ProducerIdentity>
}

export class ProducerIdentities implements IdentitySource {
  private readonly cluster: Cluster
  private first: Promise<ProducerIdentity> | null = null

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  initial(): Promise<ProducerIdentity> {
    if (this.first === null) {
      this.first = this.fresh()
      this.first.catch(() => {
        this.first = null
      })
    }
    return this.first
  }

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
