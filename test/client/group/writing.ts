// Values into a topic, partition by partition.

import type { Client } from '../../../src/client/client.ts'
import { Producer } from '../../../src/client/producer.ts'

/** `values[p]` go into partition p, in their order. */
export async function write(
  client: Client,
  topic: string,
  values: readonly (readonly string[])[],
  timestampOf: (partition: number) => number = Date.now,
): Promise<void> {
  const failures: Error[] = []
  const producer = new Producer(
    client.cluster,
    { lingerMs: 0 },
    { delivered: () => {}, failed: (_origins, _queue, error) => failures.push(error) },
  )
  await producer.prepare(topic)
  for (const [partition, row] of values.entries()) {
    for (const value of row) {
      const bytes = Buffer.from(value)
      while (!producer.append(topic, partition, timestampOf(partition), bytes, 0, -1, 0, bytes.length, 0))
        await producer.room()
    }
  }
  await producer.flush()
  if (failures.length > 0) throw failures[0]
}
