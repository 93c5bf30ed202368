// ListOffsets: the offset at the start, at the end, or of the first record at or after a time. Versions: 2 isolation; 4
// leader epochs; 7 the largest timestamp (KIP-734); 8, 9 and 11 what lies in local and in tiered storage (KIP-405, KIP-1005).

import { ListOffsets, type ListOffsetsPartition, type ListOffsetsRequest } from '../../protocol/apis/02-list-offsets.ts'
import { errorCode } from '../../protocol/errors.ts'
import { findByTimestamp, findMaxTimestamp } from '../../storage/timestamp-search.ts'
import { repeated } from '../../util/repeated.ts'
import { ApiError, answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'
import { leaderEpochProblem, type Partition } from '../partitions.ts'

const LATEST = -1
const EARLIEST = -2
const MAX_TIMESTAMP = -3
const EARLIEST_LOCAL = -4
const LATEST_TIERED = -5
const EARLIEST_PENDING_UPLOAD = -6

/** The version that each special timestamp came with. */
const SINCE = new Map([
  [LATEST, 0],
  [EARLIEST, 0],
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
])

const READ_COMMITTED = 1

const NO_EPOCH = -1
const NONE = { timestamp: -1, offset: -1, leaderEpoch: NO_EPOCH }

export const handler = defineHandler({
  api: ListOffsets,
  versions: [1, 11],
  handle(request, { broker, version }) {
    const topics = request.topics.map(({ name, partitions }) => {
      const byIndex = new Map(partitions.map((wanted) => [wanted.partitionIndex, wanted]))
      const twice = repeated(partitions.map(({ partitionIndex }) => partitionIndex))
      return {
        name,
        partitions: [...byIndex].map(([partitionIndex, wanted]) => {
          if (twice.has(partitionIndex)) return { partitionIndex, errorCode: errorCode('INVALID_REQUEST') }
          try {
            const found = find(broker, name, wanted, request, version)
            return { partitionIndex, ...found, leaderEpoch: version >= 4 ? found.leaderEpoch : NO_EPOCH }
          } catch (error) {
            return { partitionIndex, errorCode: answerOf(error).errorCode }
          }
        }),
      }
    })
    return { topics }
  },
})

function find(
  broker: Broker,
  topic: string,
  { partitionIndex, currentLeaderEpoch, timestamp }: ListOffsetsPartition,
  { isolationLevel }: ListOffsetsRequest,
  version: number,
) {
  if (timestamp < 0 && version < (SINCE.get(timestamp) ?? Number.POSITIVE_INFINITY)) {
    throw new ApiError('UNSUPPORTED_VERSION')
  }
  const partition = broker.partitions.get(topic, partitionIndex)
  if (partition === undefined) throw new ApiError('UNKNOWN_TOPIC_OR_PARTITION')
  const problem = leaderEpochProblem(partition, currentLeaderEpoch)
  if (problem !== undefined) throw new ApiError(problem)
  const { log } = partition
  const end = isolationLevel === READ_COMMITTED ? log.lastStableOffset : log.highWatermark
  switch (timestamp) {
    case LATEST:
      return { timestamp: -1, offset: end, leaderEpoch: partition.leaderEpoch }
    case EARLIEST:
    case EARLIEST_LOCAL:
      return { timestamp: -1, offset: log.startOffset, leaderEpoch: epochAt(partition, log.startOffset) }
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return NONE
    default: {
      const found = timestamp === MAX_TIMESTAMP ? findMaxTimestamp(log) : findByTimestamp(log, timestamp)
      if (found === undefined || found.offset >= end) return NONE
      return found
    }
  }
}

function epochAt({ log, leaderEpoch }: Partition, offset: number): number {
  return log.epochs.epochFor(offset) ?? leaderEpoch
}
