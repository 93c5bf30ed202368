// The batches of one partition, in order. No I/O here: the producer asks what may be sent and tells what became of it.
//
//   stopped --recover()--> sending --retry() or giveUp()--> draining --(all in flight answered)--> stopped
//
// Sequence numbers make the broker refuse a batch that does not follow on the last one it took. So after a failure nothing
// new is sent until all that is in flight has been answered; then the failed batches go again, in their order and with
// their numbers. A batch that is given up leaves a gap, which only a new producer id can close. A producer id that the
// partition does not know yet may begin with any number, so its first batch travels alone: else the second one would be
// taken although the first one failed.

import type { KtoolError } from '../errors.ts'
import type { Codec } from '../records/compression/index.ts'
import type { Broker } from './broker.ts'
import { NO_IDENTITY, type ProducerBatch, type ProducerIdentity } from './producer-batch.ts'

export class PartitionQueue {
  readonly topic: string
  private id: string
  readonly partition: number
  /** Known while sending. */
  leader: Broker | null = null
  /** The batch that takes records. */
  open: ProducerBatch | null = null
  needsIdentity: boolean
  /** Whether it needs one because the broker does not know our numbers any more, not because they have a gap. */
  isIdentityLost = false
  /** Recoveries since the last batch that was delivered. */
  failures = 0
  /** What went wrong first since the last delivery: what follows from it is not worth a word of its own. */
  cause: KtoolError | null = null
  private state: 'stopped' | 'sending' | 'draining' = 'stopped'
  private waiting: ProducerBatch[] = []
  private readonly inFlight = new Set<ProducerBatch>()
  private again: ProducerBatch[] = []
  private identity: ProducerIdentity = NO_IDENTITY
  /** Whether the broker has taken a batch under our identity. */
  private isKnown = false
  private nextSequence = 0
  private nextOrdinal = 0

  constructor(topic: string, topicId: string, partition: number, idempotent: boolean) {
    this.topic = topic
    this.id = topicId
    this.partition = partition
    this.needsIdentity = idempotent
  }

  get topicId(): string {
    return this.id
  }

  /** The topic was deleted and made again: it knows nothing of our numbers. */
  moveTo(topicId: string): void {
    this.id = topicId
    if (this.hasIdentity) this.needsIdentity = true
  }

  /** Whether recover() is due: nothing is in flight, and something went wrong or the leader is not known yet. */
  get isStopped(): boolean {
    return this.state === 'stopped'
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0 && this.inFlight.size === 0 && this.again.length === 0
  }

  /** Whether batches were numbered under a producer id before. */
  get hasIdentity(): boolean {
    return this.identity !== NO_IDENTITY
  }

  /** How long the oldest batch has been waiting for its delivery, in milliseconds. */
  get age(): number {
    return this.waiting.length === 0 ? 0 : Date.now() - this.waiting[0].closedAt
  }

  /** Finishes the open batch and puts it at the end. */
  closeOpen(codec: Codec | undefined, level: number | undefined): ProducerBatch {
    const batch = this.open as ProducerBatch
    this.open = null
    batch.ordinal = this.nextOrdinal++
    batch.close(this.identity, this.nextSequence, codec, level)
    this.nextSequence = advance(this.nextSequence, batch.count)
    this.waiting.push(batch)
    return batch
  }

  /** The batch to send next; null where there is none or nothing may be sent now. */
  get next(): ProducerBatch | null {
    if (this.state !== 'sending') return null
    if (this.hasIdentity && !this.isKnown && this.inFlight.size > 0) return null
    const head = this.waiting[0]
    return head === undefined || head.bytes === null ? null : head
  }

  /** Takes the next batch to send it. */
  take(): ProducerBatch {
    const batch = this.waiting.shift() as ProducerBatch
    batch.attempts++
    this.inFlight.add(batch)
    return batch
  }

  delivered(batch: ProducerBatch): void {
    this.failures = 0
    this.cause = null
    this.isKnown = true
    this.inFlight.delete(batch)
    this.stopWhenDrained()
  }

  /** The batch goes again, in its place. `identityLost`: the broker does not know our numbers any more. */
  retry(batch: ProducerBatch, identityLost: boolean): void {
    // After an earlier failure in the same drain, a later batch is refused only because the earlier one is missing.
    if (identityLost && this.state === 'sending') this.needsIdentity = this.isIdentityLost = true
    this.inFlight.delete(batch)
    this.again.push(batch)
    this.drain()
  }

  /** The batch will not be written. */
  giveUp(batch: ProducerBatch): void {
    this.inFlight.delete(batch)
    if (this.hasIdentity) this.needsIdentity = true
    this.drain()
  }

  /** The parts of a refused batch go in its place. */
  replace(batch: ProducerBatch, parts: ProducerBatch[], codec: Codec | undefined, level: number | undefined): void {
    this.inFlight.delete(batch)
    for (const part of parts) part.close(this.identity, 0, codec, level)
    this.again.push(...parts)
    if (this.hasIdentity) this.needsIdentity = true
    this.drain()
  }

  /** Gives up all that waits, and returns it. */
  giveUpAll(): ProducerBatch[] {
    if (this.hasIdentity) this.needsIdentity = true
    return this.waiting.splice(0)
  }

  /** Goes on sending, under a new producer id where one is given. */
  async recover(leader: Broker, identity: ProducerIdentity | null): Promise<void> {
    for (let closing: unknown[]; (closing = this.closing()).length > 0; ) await Promise.all(closing)
    if (identity !== null) {
      this.identity = identity
      this.needsIdentity = this.isIdentityLost = false
      this.isKnown = false
      this.nextSequence = 0
      for (const batch of this.waiting) {
        batch.renumber(identity, this.nextSequence)
        this.nextSequence = advance(this.nextSequence, batch.count)
      }
    }
    this.leader = leader
    this.state = 'sending'
  }

  /** With nothing left to send: the next batch has it recovered first. */
  stop(): void {
    this.state = 'stopped'
    this.leader = null
  }

  private closing(): unknown[] {
    return this.waiting.map((batch) => batch.closing).filter((promise) => promise !== null)
  }

  private drain(): void {
    if (this.state === 'sending') this.state = 'draining'
    this.stopWhenDrained()
  }

  private stopWhenDrained(): void {
    if (this.state !== 'draining' || this.inFlight.size > 0) return
    this.state = 'stopped'
    this.leader = null
    this.waiting.unshift(...this.again.sort((a, b) => a.ordinal - b.ordinal))
    this.again = []
  }
}

/** Sequence numbers wrap from 2^31-1 to 0. */
function advance(sequence: number, count: number): number {
  return (sequence + count) % 0x8000_0000
}
