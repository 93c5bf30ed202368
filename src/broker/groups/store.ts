// Where groups are kept: in the partition of __consumer_offsets that their id hashes to, as in Kafka.

import { isControl, nextOffset, sizeInBytes } from '../../records/batch.ts'
import { BatchBuilder } from '../../records/builder.ts'
import { RecordCursor } from '../../records/cursor.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { ApiError } from '../api-error.ts'
import type { Partition, Partitions } from '../partitions.ts'
import { GROUP_METADATA_TOPIC } from '../topic-names.ts'
import { type DecodedRecord, decodeGroupRecord, type StoredRecord } from './records.ts'

const READ_BYTES = 4 << 20

export interface GroupStoreOptions {
  partitions: Partitions
  /** Makes the topic unless it exists; the number of its partitions. Throws an ApiError. */
  topicSize(): number
  now(): number
  warn(text: string): void
}

export class GroupStore {
  private readonly options: GroupStoreOptions
  private readonly builder = new BatchBuilder(16 << 20)

  constructor(options: GroupStoreOptions) {
    this.options = options
  }

  /** Writes records of a group as one batch. Throws COORDINATOR_NOT_AVAILABLE where that can't be. */
  append(groupId: string, records: readonly StoredRecord[]): Promise<void> | undefined {
    if (records.length === 0) return undefined
    const partition = this.partitionOf(groupId)
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
      return log.append(this.builder.close(), { origin: 'coordinator', leaderEpoch }).flushed
    } catch (error) {
      if (error instanceof StorageError) {
        this.options.warn(`group ${groupId} can't be written: ${error.message}`)
        throw new ApiError(
          error.error === 'MESSAGE_TOO_LARGE' ? 'INVALID_COMMIT_OFFSET_SIZE' : 'COORDINATOR_NOT_AVAILABLE',
        )
      }
      throw error
    }
  }

  /** Shows all records that are kept, in the order of each partition. */
  load(show: (record: DecodedRecord) => void): void {
    const cursor = new RecordCursor()
    for (const partition of this.options.partitions.all()) {
      if (partition.topic === GROUP_METADATA_TOPIC) this.loadPartition(partition, cursor, show)
    }
  }

  private loadPartition({ log }: Partition, cursor: RecordCursor, show: (record: DecodedRecord) => void): void {
    for (let offset = log.startOffset; offset < log.endOffset; ) {
      const { records, nextOffset: next } = log.read(offset, READ_BYTES, { isolation: 'logEnd' })
      for (let at = 0; at < records.length; at += sizeInBytes(records, at)) {
        if (isControl(records, at) || nextOffset(records, at) <= offset) continue
        cursor.open(records, at)
        while (cursor.next()) {
          if (cursor.keyStart < 0) continue
          const { bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor
          const value = valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd)
          try {
            const record = decodeGroupRecord(bytes.subarray(keyStart, keyEnd), value)
            if (record !== undefined) show(record)
          } catch (error) {
            this.options.warn(`${log.name}: leaving out the record at ${cursor.offset}: ${(error as Error).message}`)
          }
        }
      }
      if (next === offset) break
      offset = next
    }
  }

  private partitionOf(groupId: string): Partition {
    const partition = this.options.partitions.get(
      GROUP_METADATA_TOPIC,
      (javaHash(groupId) & 0x7fff_ffff) % this.options.topicSize(),
    )
    if (partition === undefined) throw new ApiError('COORDINATOR_NOT_AVAILABLE')
    return partition
  }
}

/** Java's String.hashCode. */
export function javaHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}
