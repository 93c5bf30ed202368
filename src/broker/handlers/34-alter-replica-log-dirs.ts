// AlterReplicaLogDirs: moves replicas to another data directory (KIP-113). There is one, which has them all.

import { resolve } from 'node:path'
import { AlterReplicaLogDirs } from '../../protocol/apis/34-alter-replica-log-dirs.ts'
import { errorCode } from '../../protocol/errors.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: AlterReplicaLogDirs,
  versions: [1, 2],
  handle({ dirs }, { broker }) {
    // The last directory that is given for a partition is the one that counts.
    const wanted = new Map<string, Map<number, string>>()
    for (const { path, topics } of dirs) {
      for (const { name, partitions } of topics) {
        const paths = wanted.get(name) ?? new Map<number, string>()
        for (const partition of partitions) paths.set(partition, path)
        wanted.set(name, paths)
      }
    }
    const directory = resolve(broker.dataDirectory)
    const errorOf = (topic: string, partition: number, path: string) => {
      if (path !== directory) return errorCode('LOG_DIR_NOT_FOUND')
      const isKnown = broker.partitions.get(topic, partition) !== undefined
      return isKnown ? 0 : errorCode('UNKNOWN_TOPIC_OR_PARTITION')
    }
    return {
      results: [...wanted].map(([topicName, paths]) => ({
        topicName,
        partitions: [...paths].map(([partitionIndex, path]) => ({
          partitionIndex,
          errorCode: errorOf(topicName, partitionIndex, path),
        })),
      })),
    }
  },
})
