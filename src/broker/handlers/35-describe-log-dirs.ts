// DescribeLogDirs: the one data directory with its partitions and the room on its disk (KIP-113, KIP-827).

import { resolve } from 'node:path'
import { DescribeLogDirs } from '../../protocol/apis/35-describe-log-dirs.ts'
import { statfs } from '../../util/files.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'

const UNKNOWN_BYTES = -1

export const handler = defineHandler({
  api: DescribeLogDirs,
  versions: [1, 5],
  async handle({ topics }, { broker }) {
    const wanted = topics === null ? undefined : new Set(topics.flatMap(namesOf))
    return {
      results: [{ logDir: resolve(broker.dataDirectory), topics: describe(broker, wanted), ...(await room(broker)) }],
    }
  },
})

function namesOf({ topic, partitions }: { topic: string; partitions: number[] }): string[] {
  return partitions.map((partition) => `${topic}-${partition}`)
}

function describe(broker: Broker, wanted: ReadonlySet<string> | undefined) {
  const topics = new Map<string, { partitionIndex: number; partitionSize: number }[]>()
  for (const { topic, index, log } of broker.partitions.all()) {
    if (wanted !== undefined && !wanted.has(log.name)) continue
    const partitions = topics.get(topic) ?? []
    topics.set(topic, partitions)
    partitions.push({ partitionIndex: index, partitionSize: log.bytes })
  }
  return [...topics].map(([name, partitions]) => ({ name, partitions }))
}

async function room({ dataDirectory }: Broker) {
  try {
    const { bsize, blocks, bavail } = await statfs(dataDirectory)
    return { totalBytes: bsize * blocks, usableBytes: bsize * bavail }
  } catch {
    return { totalBytes: UNKNOWN_BYTES, usableBytes: UNKNOWN_BYTES }
  }
}
