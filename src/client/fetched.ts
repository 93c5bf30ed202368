// What is read, and what comes of it: the positions in partitions, and the answers of leaders.

import type { CorruptError } from '../errors.ts'
import type { Connection } from '../net/connection.ts'
import type { AbortedTransaction } from '../protocol/apis/01-fetch.ts'

/** One partition that is read. */
export class Position {
  readonly topic: string
  readonly partition: number
  /** Offset of the next fetch. */
  next: number
  /** Leader epoch of the last batch before `next`, -1 where it is not known. */
  leaderEpoch = -1
  /** Offset of the fetch under way. */
  asked = -1
  /** Offset at which reading ends (exclusive). */
  readonly until: number
  /** What a consumer may see of the partition, as of the last answer: high watermark or last stable offset. */
  end = -1
  logStart = -1
  failures = 0
  /** Since when its leader refuses; 0 where it does not. */
  refusedSince = 0
  /** Whether it was said that it can't be read at the moment. */
  told = false

  constructor(topic: string, partition: number, next: number, until = Number.POSITIVE_INFINITY) {
    this.topic = topic
    this.partition = partition
    this.next = next
    this.until = until
  }
}

/** What one fetch brought for one partition. */
export interface Fetched {
  position: Position
  /** Batches; the first may begin before `from`, the last may be torn. Null where nothing is there. */
  records: Buffer | null
  /** Batches that end at this place or before it have the right checksums. The place may lie before or behind the records. */
  checked?: number
  /** The offset that was asked for: earlier records in the first batch are not wanted. */
  from: number
  /** The offset after these batches, and the leader epoch of the last of them (-1 where it is not known). */
  next: number
  leaderEpoch: number
  aborted: AbortedTransaction[] | null
  /** Nothing more comes of the partition: the broker finds its log damaged at `from`. */
  damage?: CorruptError
}

/** The answer of one leader. Give it back with done() when its records have been used. */
export class Answer {
  readonly partitions: Fetched[]
  private readonly connection: Connection
  private readonly frame: Buffer

  constructor(partitions: Fetched[], connection: Connection, frame: Buffer) {
    this.partitions = partitions
    this.connection = connection
    this.frame = frame
  }

  done(): void {
    this.connection.recycle(this.frame)
  }
}
