// DeleteRecords: records before an offset (-1: before the high watermark) count as deleted; retention takes their segments.

import { DeleteRecords } from '../../protocol/apis/21-delete-records.ts'
import { ApiError, answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'

const HIGH_WATERMARK = -1

export const handler = defineHandler({
  api: DeleteRecords,
  versions: [0, 2],
  async handle({ topics }, { broker }) {
    const answer = {
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, offset }) => {
          try {
            return { partitionIndex, lowWatermark: deleteBefore(broker, name, partitionIndex, offset) }
          } catch (error) {
            return { partitionIndex, lowWatermark: -1, errorCode: answerOf(error).errorCode }
          }
        }),
      })),
    }
    // They are not to come back after a crash.
    await broker.logs.checkpointStartOffsets()
    return answer
  },
})

/** The offset that the partition begins with then. */
function deleteBefore(broker: Broker, topic: string, index: number, offset: number): number {
  const partition = broker.partitions.get(topic, index)
  if (partition === undefined) throw new ApiError('UNKNOWN_TOPIC_OR_PARTITION')
  const { log } = partition
  if (!log.config.delete) throw new ApiError('POLICY_VIOLATION')
  const wanted = offset === HIGH_WATERMARK ? log.highWatermark : offset
  if (wanted < 0) throw new ApiError('OFFSET_OUT_OF_RANGE')
  log.deleteRecordsBefore(wanted)
  return log.startOffset
}
