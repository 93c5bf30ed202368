// The directories in which brokers keep their logs (KIP-113, KIP-827): what lies there, how large it is, how much room is
// left.

import type { KtoolError } from '../../errors.ts'
import { DescribeLogDirs } from '../../protocol/apis/35-describe-log-dirs.ts'
import { check, errorName } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import type { PartitionName } from '../group/partitions.ts'
import { eachBroker } from './each-broker.ts'

export interface LogDirReplica extends PartitionName {
  /** Bytes. */
  size: number
  /** Records behind the high watermark, or for a future replica behind the current one. */
  offsetLag: number
  /** It is being moved into this directory and not in use yet. */
  future: boolean
}

export interface LogDir {
  directory: string
  /** Name of Kafka's error, null where the directory is well. */
  error: string | null
  /** Of the volume, in bytes; null where the broker does not tell (before 3.3). */
  totalBytes: number | null
  usableBytes: number | null
  /** Takes no new replicas (Kafka 4.3). */
  cordoned: boolean
  /** By topic and partition. */
  replicas: LogDirReplica[]
}

/** Directories by broker; of all partitions, or with an empty list of none. */
export function describeLogDirs(
  cluster: Cluster,
  { ids, partitions, once }: { ids?: readonly number[]; partitions?: readonly []; once?: boolean } = {},
): Promise<Map<number, LogDir[] | KtoolError>> {
  return eachBroker(
    cluster,
    async (broker) => {
      const answer = await broker.request(DescribeLogDirs, { topics: partitions ?? null })
      check(answer.errorCode, `log directories of broker ${broker.id}`)
      return answer.results.map((row) => ({
        directory: row.logDir,
        error: row.errorCode === 0 ? null : errorName(row.errorCode),
        totalBytes: row.totalBytes < 0 ? null : row.totalBytes,
        usableBytes: row.usableBytes < 0 ? null : row.usableBytes,
        cordoned: row.isCordoned,
        replicas: row.topics
          .flatMap(({ name: topic, partitions }) =>
            partitions.map((each) => ({
              topic,
              partition: each.partitionIndex,
              size: each.partitionSize,
              offsetLag: each.offsetLag,
              future: each.isFutureKey,
            })),
          )
          .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1)),
      }))
    },
    { ids, once },
  )
}
