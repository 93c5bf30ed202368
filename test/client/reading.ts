// All records that a topic has now, as plain objects.

import type { Client } from '../../src/client/client.ts'
import { Position } from '../../src/client/fetched.ts'
import { Fetcher, type FetchOptions } from '../../src/client/fetcher.ts'
import { RecordReader } from '../../src/client/record-reader.ts'
import { partitionBounds } from '../../src/client/start-offset.ts'
import { type PlainRecord, plainRecord } from '../../src/records/plain.ts'

export interface ReadRecord extends PlainRecord {
  partition: number
}

export async function readTopic(
  client: Client,
  topic: string,
  {
    committed = false,
    from = 0,
    fetch = {},
  }: { committed?: boolean; from?: number; fetch?: Partial<FetchOptions> } = {},
): Promise<{ records: ReadRecord[]; notices: string[] }> {
  const notices: string[] = []
  const isolation = committed ? 1 : 0
  const { partitions } = await client.cluster.topic(topic, { fresh: true })
  const bounds = await partitionBounds(
    client.cluster,
    partitions.map(({ partition }) => ({ topic, partition })),
    isolation,
  )
  const fetcher = new Fetcher(client.cluster, { isolation, maxWaitMs: 50, ...fetch }, (_position, text) =>
    notices.push(text),
  )
  fetcher.add(bounds.map(({ partition, latest }) => new Position(topic, partition, from, latest)))
  const reader = new RecordReader({ checkCrcs: true, committedOnly: committed })
  const records: ReadRecord[] = []
  for (let answer = await fetcher.next(); answer !== null; answer = await fetcher.next()) {
    for (const fetched of answer.partitions) {
      await reader.read(fetched, {
        visit: (view) => {
          records.push({ partition: view.partition, ...plainRecord(view.cursor) })
          return true
        },
      })
    }
    answer.done()
  }
  return { records, notices }
}
