// Reads as a member of a consumer group: joins, follows the assignment with a fetcher, hands out what comes, and commits
// what was used.
//
//   membership ── revoke, assign, lost ──► progress, fetcher ── pieces ──► next() ──► the caller ── passed() ──► commits
//
// Partitions are given up, and offsets committed, only between two calls of next(): never in the middle of what the caller
// is working on. Heartbeats don't wait for that. An answer of the fetcher is handed out in pieces of about a megabyte, so
// that a slow caller comes by often.

import { Alarm } from '../../util/alarm.ts'
import type { Cluster } from '../cluster.ts'
import { type Consumer, chosenTopics, type Piece, type ReadOptions, type TopicChoice } from '../consumer.ts'
import { Coordinator } from '../coordinator.ts'
import type { Fetched } from '../fetched.ts'
import type { Fetcher } from '../fetcher.ts'
import { isRetriable } from '../retry.ts'
import type { Assignor } from './assignors/assignor.ts'
import { ClassicMembership } from './classic-membership.ts'
import { Committer } from './committer.ts'
import { ConsumerMembership } from './consumer-membership.ts'
import type { Membership, MembershipEvents } from './membership.ts'
import { describe, type PartitionName } from './partitions.ts'
import { Pieces } from './pieces.ts'
import { Progress, type Reading } from './progress.ts'
import { startReadings } from './start.ts'

export interface GroupOptions extends ReadOptions {
  groupId: string
  protocol: 'classic' | 'consumer'
  /** Classic protocol only: in order of preference. */
  assignors: readonly Assignor[]
  /** Consumer protocol only: the brokers' assignor, null for their default. */
  serverAssignor: string | null
  instanceId: string | null
  rackId: string | null
  sessionTimeoutMs: number
  heartbeatIntervalMs: number
  rebalanceTimeoutMs: number
  /** How often to commit; Infinity: only what is given up, and at the end; null: never. */
  commitEveryMs: number | null
}

export interface GroupCallbacks {
  /** Resolves when all that was used has got where it goes: called before each commit. */
  settle(): Promise<void>
  /** The group's news: partitions that come and go. */
  note(text: string): void
  /** What should not have happened: partitions that were lost, commits that failed. */
  warn(text: string): void
}

/** How long the end of the reading waits for the coordinator. */
const CLOSE_MS = 5_000
/** With nothing to read, so many quiet heartbeats show that nothing will come. */
const QUIET_BEATS = 2
const LONGEST_TIMER_MS = 0x7fff_ffff

export class GroupConsumer implements Consumer {
  private readonly cluster: Cluster
  private readonly fetcher: Fetcher
  private readonly pieces: Pieces
  private readonly choice: TopicChoice
  private readonly options: GroupOptions
  private readonly callbacks: GroupCallbacks
  private readonly coordinator: Coordinator
  private readonly committer: Committer
  private readonly progress = new Progress()
  private readonly alarm = new Alarm()
  /** What waits for the caller to come by. */
  private readonly tasks: (() => Promise<void>)[] = []
  private membership: Membership | null = null
  /** Counts what makes an assignment that is still being looked into worthless. */
  private losses = 0
  private commitDue = false
  /** Whether a commit fell due while another was under way. */
  private commitLate = false
  private readonly timers: NodeJS.Timeout[] = []
  private failure: unknown = null
  private stopped = false

  /** Positions are added to the fetcher and removed from it; it must be used by nobody else. */
  constructor(
    cluster: Cluster,
    fetcher: Fetcher,
    choice: TopicChoice,
    options: GroupOptions,
    callbacks: GroupCallbacks,
  ) {
    this.cluster = cluster
    this.fetcher = fetcher
    this.pieces = new Pieces(fetcher, this.progress)
    this.choice = choice
    this.options = options
    this.callbacks = callbacks
    this.coordinator = new Coordinator(cluster, options.groupId)
    const identity = () => (this.membership as Membership).identity()
    this.committer = new Committer(cluster, this.coordinator, identity, (text) => this.warn(text))
  }

  async next(): Promise<Piece | null> {
    if (this.membership === null) await this.join()
    for (;;) {
      if (this.failure !== null) throw this.failure
      if (this.stopped) return null
      const task = this.tasks.shift()
      if (task !== undefined) await task()
      else if (this.commitDue) await this.commitNow()
      else {
        const piece = this.pieces.take()
        if (piece !== null) return piece
        if (this.isFinished()) return null
        this.pieces.fetch().then(
          (something) => something && this.alarm.ring(),
          (error) => this.fail(error),
        )
        await this.alarm.sleep()
      }
    }
  }

  /** Tells that the records of `fetched` are used, or those before `next`: that is what is committed. */
  passed(fetched: Fetched, next?: number): void {
    this.progress.passed(fetched, next)
    if (this.options.commitEveryMs === 0) this.commitDue = true
  }

  stop(): void {
    this.stopped = true
    this.fetcher.close()
    this.alarm.ring()
  }

  /** Commits what was used, and leaves the group. Failures are reported, not thrown: the reading is over. */
  async close(): Promise<void> {
    this.stop()
    for (const timer of this.timers) clearInterval(timer)
    const { membership, coordinator } = this
    if (membership === null) return
    const patience = setTimeout(() => coordinator.close(), CLOSE_MS)
    try {
      for (const task of this.tasks.splice(0)) await task()
      await this.commit(this.progress.all(), CLOSE_MS, true)
    } catch {
      // Output that failed is the caller's to report; what did not get there is not committed.
    }
    try {
      await membership.leave(CLOSE_MS)
    } catch {
      // The coordinator sees it when the session runs out.
    }
    clearTimeout(patience)
    coordinator.close()
  }

  private async join(): Promise<void> {
    const topics = await this.topics()
    if (this.stopped) return
    const events: MembershipEvents = {
      revoke: (partitions) => this.revoke(partitions),
      assign: (partitions, all) => this.assign(partitions, all),
      lost: (partitions, why) => this.lost(partitions, why),
      quiet: () => this.alarm.ring(),
    }
    const { cluster, coordinator, options } = this
    this.membership =
      options.protocol === 'classic'
        ? new ClassicMembership(cluster, coordinator, topics, options, events)
        : new ConsumerMembership(cluster, coordinator, topics, options, events)
    this.membership.run().catch((error) => this.fail(error))
    const { commitEveryMs } = options
    if (commitEveryMs !== null && commitEveryMs > 0 && commitEveryMs <= LONGEST_TIMER_MS) {
      this.timers.push(setInterval(() => this.wantCommit(), commitEveryMs))
    }
    this.timers.push(setInterval(() => this.refresh(), cluster.options.metadataMaxAgeMs))
  }

  /** The topics to read as they are now. */
  private topics(): Promise<string[]> {
    return chosenTopics(this.cluster, this.choice)
  }

  private refresh(): void {
    this.topics()
      .then((topics) => this.membership?.refresh(topics))
      .catch((error) => {
        // Metadata is asked for again soon enough.
        if (!isRetriable(error)) this.fail(error)
      })
  }

  private async assign(partitions: readonly PartitionName[], all: readonly PartitionName[]): Promise<void> {
    const { losses } = this
    const membership = this.membership as Membership
    const { generation } = membership.identity()
    const readings = await startReadings(
      this.cluster,
      this.coordinator,
      partitions,
      this.options,
      () => membership.identity(),
      (partition) => this.progress.recall(partition, generation),
    )
    if (this.losses !== losses || this.stopped) return
    for (const reading of readings) this.progress.add(reading)
    this.pieces.add(readings.map(({ position }) => position))
    this.note(`reads ${describe(all)} (${membership.describe()})`)
    this.alarm.ring()
  }

  /** Resolves when the caller has come by, and what it has used of the partitions is committed. */
  private revoke(partitions: readonly PartitionName[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.tasks.push(async () => {
        try {
          const readings = this.take(partitions)
          this.progress.remember((this.membership as Membership).identity().generation, readings)
          const { apiTimeoutMs } = this.cluster.options
          await this.commit(readings, Math.min(apiTimeoutMs, this.options.rebalanceTimeoutMs), true)
          if (readings.length > 0) this.note(`gave up ${describe(readings)}`)
          resolve()
        } catch (error) {
          reject(error)
          throw error
        }
      })
      this.alarm.ring()
    })
  }

  private lost(partitions: readonly PartitionName[], why: string): void {
    this.losses++
    this.progress.remember(-1, [])
    const readings = this.take(partitions)
    if (readings.length === 0) return
    this.warn(`lost ${describe(readings)} (${why}); what was not committed is read again`)
  }

  private take(partitions: readonly PartitionName[]): Reading[] {
    const readings = this.progress.take(partitions)
    this.fetcher.remove(readings.map(({ position }) => position))
    return readings
  }

  private wantCommit(): void {
    this.commitDue = true
    this.alarm.ring()
  }

  /** Waits for what was used to settle, not for the coordinator. */
  private async commitNow(): Promise<void> {
    this.commitDue = false
    this.commitLate = this.committer.busy
    if (this.commitLate) return
    await this.callbacks.settle()
    const { apiTimeoutMs: timeoutMs } = this.cluster.options
    this.committer.commit(this.progress.all(), { timeoutMs, last: false }).then(
      () => {
        if (this.commitLate) this.wantCommit()
      },
      (error) => this.fail(error),
    )
  }

  private async commit(readings: readonly Reading[], timeoutMs: number, last: boolean): Promise<void> {
    if (this.options.commitEveryMs === null || readings.length === 0) return
    await this.callbacks.settle()
    await this.committer.commit(readings, { timeoutMs, last })
  }

  private isFinished(): boolean {
    if (this.options.until === undefined && !this.options.exitEof) return false
    return this.progress.size > 0 ? this.pieces.ended : (this.membership?.quietBeats ?? 0) >= QUIET_BEATS
  }

  private note(text: string): void {
    this.callbacks.note(`group ${this.options.groupId}: ${text}`)
  }

  private warn(text: string): void {
    this.callbacks.warn(`group ${this.options.groupId}: ${text}`)
  }

  private fail(error: unknown): void {
    // Who was told to end is not failing.
    if (this.cluster.options.signal?.aborted) this.stop()
    if (this.stopped) return
    this.failure ??= error
    this.alarm.ring()
  }
}
