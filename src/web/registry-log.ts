// `_schemas`, as the bundled registry reads and writes it: straight in the broker's own log. Records that others write to the
// topic are seen too.

import type { Broker } from '../broker/broker.ts'
import type { Partition } from '../broker/partitions.ts'
import { isControl, nextOffset, sizeInBytes } from '../records/batch.ts'
import { BatchBuilder } from '../records/builder.ts'
import { RecordCursor } from '../records/cursor.ts'
import type { StoreRecord } from '../registry/store/records.ts'
import type { StoreLog } from '../registry/store/registry.ts'

export const SCHEMAS_TOPIC = '_schemas'

const READ_BYTES = 4 << 20
const MOST_BYTES = 16 << 20

export class RegistryLog implements StoreLog {
  private readonly broker: Broker
  private readonly cursor = new RecordCursor()
  private readonly builder = new BatchBuilder(MOST_BYTES)
  private partition: Partition | undefined
  private offset = 0

  constructor(broker: Broker) {
    this.broker = broker
  }

  read(visit: (key: Buffer, value: Buffer | null) => void, forget: () => void): void {
    const partition = this.broker.partitions.get(SCHEMAS_TOPIC, 0)
    if (partition !== this.partition) {
      // Another topic of this name.
      if (this.partition !== undefined) forget()
      this.partition = partition
      this.offset = 0
    }
    if (partition === undefined) return
    const { log } = partition
    this.offset = Math.max(this.offset, log.startOffset)
    while (this.offset < log.endOffset) {
      const { records, nextOffset: next } = log.read(this.offset, READ_BYTES, { isolation: 'logEnd' })
      for (let at = 0; at < records.length; at += sizeInBytes(records, at)) {
        if (nextOffset(records, at) > this.offset && !isControl(records, at)) this.show(records, at, visit)
      }
      if (next === this.offset) return
      this.offset = next
    }
  }

  private show(records: Buffer, at: number, visit: (key: Buffer, value: Buffer | null) => void): void {
    const { cursor } = this
    cursor.open(records, at)
    while (cursor.next()) {
      if (cursor.keyStart < 0 || cursor.offset < this.offset) continue
      const { bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor
      visit(bytes.subarray(keyStart, keyEnd), valueStart < 0 ? null : bytes.subarray(valueStart, valueEnd))
    }
  }

  append(records: readonly StoreRecord[]): Promise<void> | undefined {
    const { leaderEpoch, log } = this.writable()
    this.builder.reset()
    for (const { key, value } of records) {
      const bytes = value === null ? key : Buffer.concat([key, value])
      const valueStart = value === null ? -1 : key.length
      if (!this.builder.tryAppend(Date.now(), bytes, 0, key.length, valueStart, bytes.length)) {
        throw new Error('the records are larger than a batch may be')
      }
    }
    return log.append(this.builder.close({}), { origin: 'coordinator', leaderEpoch }).flushed
  }

  private writable(): Partition {
    const { controller, partitions, metadata } = this.broker
    if (!metadata.image.topics.has(SCHEMAS_TOPIC)) {
      const configs = [{ name: 'cleanup.policy', value: 'compact' }]
      controller.createTopic(
        { name: SCHEMAS_TOPIC, numPartitions: 1, replicationFactor: 1, assignments: [], configs },
        false,
      )
    }
    const partition = partitions.get(SCHEMAS_TOPIC, 0)
    if (partition === undefined) throw new Error(`${SCHEMAS_TOPIC} has no partition 0 here`)
    return partition
  }
}
