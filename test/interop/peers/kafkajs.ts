// kafkajs, set up for tests: quiet, and without the retries that would hide an error.

import { createRequire } from 'node:module'
import kafkajs, { type Kafka } from 'kafkajs'

const require = createRequire(import.meta.url)
const settings = { connectionTimeout: 5_000, requestTimeout: 20_000 }

/** A kafkajs client for one broker. A group needs retries: its coordinator may still have to be made. */
export function client(bootstrap: string, retries = 0): Kafka {
  return new kafkajs.Kafka({
    clientId: 'interop',
    brokers: [bootstrap],
    logLevel: kafkajs.logLevel.NOTHING,
    ...settings,
    retry: { retries },
  })
}

export interface ReadRecord {
  offset: string
  key: string | null
  value: string | null
  headers: Record<string, string>
}

interface Message {
  offset: string
  key: Buffer | null
  value: Buffer | null
  headers: Record<string, Buffer>
}

interface FetchedPartition {
  partition: number
  errorCode: number
  highWatermark: string
  messages: Message[]
}

interface Broker {
  fetch(request: object): Promise<{ responses: { partitions: FetchedPartition[] }[] }>
}

interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  addTargetTopic(topic: string): Promise<void>
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>
  findBroker(query: { nodeId: string }): Promise<Broker>
}

/**
 * Reads one partition from its beginning to its end with kafkajs's own fetch requests and decoders, without a group,
 * which its consumer can't do.
 */
export async function readPartition(bootstrap: string, topic: string, partition: number): Promise<ReadRecord[]> {
  const Cluster = require('kafkajs/src/cluster') as new (options: object) => Cluster
  const { createLogger, LEVELS } = require('kafkajs/src/loggers')
  const createSocketFactory = require('kafkajs/src/network/socketFactory')
  const logger = createLogger({ level: LEVELS.NOTHING, logCreator: () => () => {} })
  const cluster = new Cluster({
    logger,
    socketFactory: createSocketFactory(),
    brokers: [bootstrap],
    clientId: 'interop',
    isolationLevel: 1,
    allowAutoTopicCreation: false,
    ...settings,
    retry: { retries: 0 },
  })
  await cluster.connect()
  await cluster.addTargetTopic(topic)
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))
  const broker = await cluster.findBroker({ nodeId: nodeId! })
  const records: ReadRecord[] = []
  for (let next = 0; ; ) {
    const topics = [{ topic, partitions: [{ partition, fetchOffset: String(next), maxBytes: 1 << 20 }] }]
    const fetched = await broker.fetch({ maxWaitTime: 500, minBytes: 0, maxBytes: 1 << 20, topics })
    const answer = fetched.responses[0]!.partitions[0]!
    if (answer.errorCode !== 0) throw new Error(`fetch of ${topic} ${partition} failed with error ${answer.errorCode}`)
    for (const { offset, key, value, headers } of answer.messages) {
      // A batch that holds the wanted offset comes whole; the records before it are not wanted.
      if (Number(offset) < next) continue
      next = Number(offset) + 1
      const texts = Object.entries(headers ?? {}).map(([name, bytes]) => [name, String(bytes)])
      records.push({
        offset,
        key: key?.toString() ?? null,
        value: value?.toString() ?? null,
        headers: Object.fromEntries(texts),
      })
    }
    if (next >= Number(answer.highWatermark)) break
  }
  await cluster.disconnect()
  return records
}
