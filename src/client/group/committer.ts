// Commits what a member has read, one request after the other, and only as long as it is the member that read it.

import { KtoolError } from '../../errors.ts'
import { errorCode, KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import type { CoordinatorLink } from '../coordinator.ts'
import { commitOffsets, type MemberIdentity } from './offsets.ts'
import { describe, keyOf } from './partitions.ts'
import { type Reading, uncommitted } from './progress.ts'

/** The group has gone on without the member, as a heartbeat will tell too. */
const gone = new Set([
  errorCode('UNKNOWN_MEMBER_ID'),
  errorCode('ILLEGAL_GENERATION'),
  errorCode('FENCED_MEMBER_EPOCH'),
  errorCode('FENCED_INSTANCE_ID'),
])

/** The topic was deleted: there is nothing left to come back to. */
const deleted = new Set([errorCode('UNKNOWN_TOPIC_OR_PARTITION'), errorCode('UNKNOWN_TOPIC_ID')])

export interface CommitOptions {
  /** How long to try. */
  timeoutMs: number
  /** Whether there is no other occasion to commit these: failures are worth a word then. */
  last: boolean
}

export class Committer {
  private readonly cluster: Cluster
  private readonly coordinator: CoordinatorLink
  private readonly identity: () => MemberIdentity
  private readonly warn: (text: string) => void
  private running: Promise<void> = Promise.resolve()
  private waiting = 0

  constructor(
    cluster: Cluster,
    coordinator: CoordinatorLink,
    identity: () => MemberIdentity,
    warn: (text: string) => void,
  ) {
    this.cluster = cluster
    this.coordinator = coordinator
    this.identity = identity
    this.warn = warn
  }

  get busy(): boolean {
    return this.waiting > 0
  }

  /** Commits how far the readings are now, after what is under way. Failures are reported, never thrown. */
  commit(readings: readonly Reading[], options: CommitOptions): Promise<void> {
    this.waiting++
    const now = readings.map((reading) => ({ reading, used: reading.used }))
    this.running = this.running.then(() => this.send(now, options)).finally(() => this.waiting--)
    return this.running
  }

  private async send(now: { reading: Reading; used: number }[], { timeoutMs, last }: CommitOptions): Promise<void> {
    const offsets = uncommitted(now.map(({ reading, used }) => ({ ...reading, used })))
    if (offsets.length === 0) return
    try {
      const { memberId } = this.identity()
      const member = () => {
        const identity = this.identity()
        if (identity.generation > 0 && identity.memberId === memberId) return identity
        throw new KafkaError([...gone][0], `group ${this.coordinator.key}`)
      }
      const refused = await commitOffsets(this.cluster, this.coordinator, offsets, { member, timeoutMs })
      for (const { reading, used } of now) if (!refused.has(keyOf(reading))) reading.committed = used
      for (const error of new Map([...refused.values()].map((error) => [error.code, error])).values()) {
        const which = offsets.filter((offset) => refused.get(keyOf(offset))?.code === error.code)
        this.report(error, describe(which), last)
      }
    } catch (error) {
      if (!(error instanceof KtoolError) && (error as Error).name !== 'AbortError') throw error
      this.report(error as Error, describe(offsets), last)
    }
  }

  private report(error: Error, partitions: string, last: boolean): void {
    if (error instanceof KafkaError && (deleted.has(error.code) || (!last && gone.has(error.code)))) return
    this.warn(`the offsets of ${partitions} were not committed: ${error.message}`)
  }
}
