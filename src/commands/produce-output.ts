// What `ktool produce` prints on stdout, where it is asked to: its input, or where each record went.

import type { DeliveryListener } from '../client/producer-options.ts'
import type { PartitionQueue } from '../client/producer-queue.ts'
import type { Rows } from '../output/rows.ts'
import { write } from '../output/write.ts'
import type { Context } from './command.ts'

interface Written {
  record: number
  topic: string
  partition: number
  offset: number | null
}

export class ProduceOutput {
  private readonly context: Context
  private readonly tees: boolean
  private readonly report: Rows<Written> | null
  private slow: Promise<void> | undefined

  constructor(context: Context, { tee, report }: { tee: boolean; report: boolean }) {
    this.context = context
    this.tees = tee
    this.report = report
      ? context.rows({
          columns: [{ key: 'record' }, { key: 'topic' }, { key: 'partition' }, { key: 'offset' }],
        })
      : null
  }

  /** A piece of the input; resolves when the reader of stdout has kept up. */
  async read(piece: Buffer): Promise<void> {
    if (this.tees) await write(this.context.stdout, Buffer.from(piece))
    await this.slow
  }

  delivered(
    { origins }: Parameters<DeliveryListener['delivered']>[0],
    queue: PartitionQueue,
    baseOffset: number,
  ): void {
    if (this.report === null) return
    const { topic, partition } = queue
    for (let i = 0; i < origins.length; i++) {
      // Not told with acks=0, and of what was written by an attempt whose answer was lost.
      const offset = baseOffset < 0 ? null : baseOffset + i
      this.slow = this.report.add({ record: origins[i], topic, partition, offset }) ?? this.slow
    }
    this.slow = this.report.flush() ?? this.slow
  }

  async end(): Promise<void> {
    await this.slow
    await this.report?.end()
  }
}
