// Produce: appends one batch to each partition named. Versions: 3 batches of format 2; 8 errors of single records; 10 the
// leader with an error; 13 topics by id. ApiVersions names 0 as the lowest, which old librdkafka wants to see before it
// compresses (KAFKA-18659).

import { Produce, type PartitionProduceData } from '../../protocol/apis/00-produce.ts'
import type { ProduceResponse } from '../../protocol/apis/00-produce.ts'
import type { Input } from '../../protocol/api.ts'
import { errorCode } from '../../protocol/errors.ts'
import { ProtocolError } from '../../protocol/errors.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { ApiError } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'
import type { Partition } from '../partitions.ts'
import { isInternalTopic } from '../topic-names.ts'

type PartitionAnswer = ProduceResponse['responses'][number]['partitionResponses'][number]
type Answer = Partial<PartitionAnswer> & Pick<PartitionAnswer, 'index'>

const ALL = -1

export const handler = defineHandler({
  api: Produce,
  versions: [3, 13],
  advertisedMin: 0,
  handle({ acks, topicData, transactionalId }, { broker, version, connection }) {
    const waits: Promise<void>[] = []
    const responses = topicData.map(({ name, topicId, partitionData }) => {
      const topic = version >= 13 ? broker.metadata.image.topicsById.get(topicId) : broker.metadata.image.topics.get(name)
      const unknown = version >= 13 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
      const partitionResponses = partitionData.map((data): Answer => {
        try {
          if (topic === undefined) throw new ApiError(unknown)
          return append(broker, broker.partitions.get(topic.name, data.index), topic.name, data, acks, transactionalId, waits)
        } catch (error) {
          return failed(data.index, error)
        }
      })
      return { name, topicId, partitionResponses }
    })
    if (acks === 0) {
      // Nobody reads an answer: a closed connection has to tell of an error.
      const bad = responses.flatMap(({ partitionResponses }) => partitionResponses).find(({ errorCode }) => errorCode)
      if (bad !== undefined) throw new ProtocolError(`a produce request without acknowledgement failed: ${bad.errorMessage}`)
      return null
    }
    const response: Input<ProduceResponse> = { responses }
    if (waits.length === 0) return response
    return Promise.all(waits).then(() => (connection.isClosed ? null : response))
  },
})

function append(
  broker: Broker,
  partition: Partition | undefined,
  topicName: string,
  { index, records }: PartitionProduceData,
  acks: number,
  _transactionalId: string | null,
  waits: Promise<void>[],
): Answer {
  if (acks !== ALL && acks !== 0 && acks !== 1) throw new ApiError('INVALID_REQUIRED_ACKS')
  if (isInternalTopic(topicName)) {
    throw new ApiError('INVALID_TOPIC_EXCEPTION', `Cannot append to internal topic ${topicName}`)
  }
  if (partition === undefined) throw new ApiError('UNKNOWN_TOPIC_OR_PARTITION')
  if (acks === ALL && partition.minInsyncReplicas > 1) {
    throw new ApiError(
      'NOT_ENOUGH_REPLICAS',
      `The size of the current ISR : 1 is insufficient to satisfy the min.isr requirement of ` +
        `${partition.minInsyncReplicas} for partition ${topicName}-${index}`,
    )
  }
  if (records === null || records.length === 0) {
    throw new ApiError('INVALID_RECORD', `a produce request without records for ${topicName}-${index}`)
  }
  const result = partition.log.append(records, { leaderEpoch: partition.leaderEpoch })
  const answer: Answer = {
    index,
    baseOffset: result.firstOffset,
    logAppendTimeMs: result.logAppendTime,
    logStartOffset: result.logStartOffset,
  }
  broker.metrics.appended(records.length)
  if (result.flushed !== undefined) {
    waits.push(
      result.flushed.catch((error) => {
        Object.assign(answer, failed(index, error))
      }),
    )
  }
  return answer
}

function failed(index: number, error: unknown): Answer {
  const answer = { index, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 }
  if (error instanceof ApiError) return { ...answer, errorCode: error.code, errorMessage: error.message }
  if (!(error instanceof StorageError)) throw error
  const recordErrors = error.records.map(({ index, message }) => ({ batchIndex: index, batchIndexErrorMessage: message }))
  return { ...answer, errorCode: errorCode(error.error), errorMessage: error.message, recordErrors }
}
