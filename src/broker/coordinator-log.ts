// Where a coordinator keeps its state: records in the partition of its internal topic that their owner's name hashes to, as
// in Kafka (__consumer_offsets by group, __transaction_state by transactional id).

import type { ErrorName } from '../protocol/errors.ts'
import { isControl, isTransactional, nextOffset, producerId, sizeInBytes } from '../records/batch.ts'
import { BatchBuilder, type BatchFields } from '../records/builder.ts'
import { ControlType, readControlType } from '../records/control.ts'
import { RecordCursor } from '../records/cursor.ts'
import { StorageError } from '../storage/storage-error.ts'
import { ApiError } from './api-error.ts'
import type { Partition, Partitions } from './partitions.ts'

const READ_BYTES = 4 << 20
const MOST_BYTES = 16 << 20
const NO_TRANSACTION = -1

export interface StoredRecord {
  key: Buffer
  /** null: the entry is gone. */
  value: Buffer | null
}

/** Told what is kept. Bytes are views that last until the call returns. */
export interface LogReader {
  /** `transaction`: id of the producer whose transaction decides about the record; -1 for one that counts. */
  record(key: Buffer, value: Buffer | null, partition: number, transaction: number): void
  /** The end of a producer's transaction. */
  marker?(partition: number, transaction: number, committed: boolean): void
}

export interface CoordinatorLogOptions {
  topic: string
  partitions: Partitions
  /** Makes the topic unless it exists; the number of its partitions. Throws an ApiError. */
  topicSize(): number
  /** The answer where records are larger than a batch may be. */
  tooLarge: ErrorName
  now(): number
  warn(text: string): void
}

export class CoordinatorLog {
  private readonly options: CoordinatorLogOptions
  private readonly builder = new BatchBuilder(MOST_BYTES)

  constructor(options: CoordinatorLogOptions) {
    this.options = options
  }

  /** The number of the partition that keeps what belongs to this name. Throws an ApiError. */
  partitionFor(name: string): number {
    // Java has no positive number for the least one, and takes 0 (Kafka: Utils.abs).
    return (Math.abs(javaHash(name)) & 0x7fff_ffff) % this.options.topicSize()
  }

  /** The epoch of the coordinator of this name: that of the partition's leader. Throws an ApiError. */
  epochFor(name: string): number {
    return this.partitionOf(name).leaderEpoch
  }

  /**
   * Writes records as one batch. Undefined when that is all, else resolves with the flush. Throws an ApiError
   * (COORDINATOR_NOT_AVAILABLE and the like) where they can't be written.
   */
  append(name: string, records: readonly StoredRecord[], fields: BatchFields = {}): Promise<void> | undefined {
    if (records.length === 0) return undefined
    const partition = this.partitionOf(name)
    const now = this.options.now()
    this.builder.reset()
    for (const { key, value } of records) {
      const bytes = value === null ? key : Buffer.concat([key, value])
      const valueStart = value === null ? -1 : key.length
      if (!this.builder.tryAppend(now, bytes, 0, key.length, valueStart, bytes.length)) {
        throw new ApiError('COORDINATOR_NOT_AVAILABLE')
      }
    }
    try {
      const { leaderEpoch, log } = partition
      return log.append(this.builder.close(fields), { origin: 'coordinator', leaderEpoch }).flushed
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      if (FENCED.has(error.error)) throw new ApiError(error.error as ErrorName)
      this.options.warn(`${name} can't be written: ${error.message}`)
      throw new ApiError(error.error === 'MESSAGE_TOO_LARGE' ? this.options.tooLarge : 'COORDINATOR_NOT_AVAILABLE')
    }
  }

  /** Shows all that is kept, in the order of each partition. */
  load(reader: LogReader): void {
    const cursor = new RecordCursor()
    for (const partition of this.options.partitions.all()) {
      if (partition.topic === this.options.topic) this.loadPartition(partition, cursor, reader)
    }
  }

  private loadPartition({ log, index }: Partition, cursor: RecordCursor, reader: LogReader): void {
    for (let offset = log.startOffset; offset < log.endOffset; ) {
      const { records, nextOffset: next } = log.read(offset, READ_BYTES, { isolation: 'logEnd' })
      for (let at = 0; at < records.length; at += sizeInBytes(records, at)) {
        if (nextOffset(records, at) <= offset) continue
        try {
          this.show(records, at, cursor, index, reader)
        } catch (error) {
          this.options.warn(`${log.name}: leaving out the record at ${cursor.offset}: ${(error as Error).message}`)
        }
      }
      if (next === offset) break
      offset = next
    }
  }

  private show(records: Buffer, at: number, cursor: RecordCursor, partition: number, reader: LogReader): void {
    cursor.open(records, at)
    if (isControl(records, at)) {
      if (!cursor.next()) return
      const type = readControlType(cursor)
      if (type === ControlType.COMMIT || type === ControlType.ABORT) {
        reader.marker?.(partition, producerId(records, at), type === ControlType.COMMIT)
      }
      return
    }
    const transaction = isTransactional(records, at) ? producerId(records, at) : NO_TRANSACTION
    while (cursor.next()) {
      if (cursor.keyStart < 0) continue
      const { bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor
      const value = valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd)
      reader.record(bytes.subarray(keyStart, keyEnd), value, partition, transaction)
    }
  }

  private partitionOf(name: string): Partition {
    const { topic, partitions } = this.options
    const partition = partitions.get(topic, this.partitionFor(name))
    if (partition === undefined) throw new ApiError('COORDINATOR_NOT_AVAILABLE')
    return partition
  }
}

/** What a producer that was replaced is told. */
const FENCED: ReadonlySet<string> = new Set(['INVALID_PRODUCER_EPOCH'])

/** Java's String.hashCode. */
export function javaHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}
