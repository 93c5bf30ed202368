// Produce: appends one batch to each partition named. Versions: 3 batches of format 2; 8 errors of single records; 10 the
// leader with an error; 13 topics by id. ApiVersions names 0 as the lowest, which old librdkafka wants to see before it
// compresses (KAFKA-18659).

import type { Input } from '../../protocol/api.ts'
import type { ProduceResponse } from '../../protocol/apis/00-produce.ts'
import { type PartitionProduceData, Produce } from '../../protocol/apis/00-produce.ts'
import { type ErrorName, errorCode, ProtocolError } from '../../protocol/errors.ts'
import { compressionId, isTransactional, producerEpoch, producerId, RECORDS_AT } from '../../records/batch.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { ApiError } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'
import type { Partition } from '../partitions.ts'
import { isInternalTopic } from '../topic-names.ts'

type PartitionAnswer = ProduceResponse['responses'][number]['partitionResponses'][number]
type Answer = Partial<PartitionAnswer> & Pick<PartitionAnswer, 'index'>

/** The acknowledgements that a client may want: of all replicas, none, of the leader. With one node, all and leader are one. */
const ACKS = [-1, 0, 1]

export const handler = defineHandler({
  api: Produce,
  versions: [3, 13],
  advertisedMin: 0,
  handle({ acks, topicData, transactionalId }, { broker, version, connection }) {
    const waits: Promise<void>[] = []
    const responses = topicData.map(({ name, topicId, partitionData }) => {
      const topic =
        version >= 13 ? broker.metadata.image.topicsById.get(topicId) : broker.metadata.image.topics.get(name)
      const unknown = version >= 13 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
      const partitionResponses = partitionData.map((data): Answer => {
        let partition: Partition | undefined
        try {
          if (topic === undefined) throw new ApiError(unknown)
          partition = broker.partitions.get(topic.name, data.index)
          return append(partition, topic.name, data, { acks, transactionalId, version, broker }, waits)
        } catch (error) {
          broker.statistics.failedProduces++
          return failed(data.index, error, partition)
        }
      })
      return { name, topicId, partitionResponses }
    })
    if (acks === 0) {
      // Nobody reads an answer: a closed connection has to tell of an error.
      const bad = responses.flatMap(({ partitionResponses }) => partitionResponses).find(({ errorCode }) => errorCode)
      if (bad !== undefined)
        throw new ProtocolError(`a produce request without acknowledgement failed: error ${bad.errorCode}`)
      return null
    }
    const response: Input<ProduceResponse> = { responses }
    if (waits.length === 0) return response
    const { waiting } = broker.statistics
    waiting.Produce++
    return Promise.all(waits).then(
      () => {
        waiting.Produce--
        return connection.isClosed ? null : response
      },
      (error) => {
        waiting.Produce--
        throw error
      },
    )
  },
})

interface ProduceContext {
  acks: number
  transactionalId: string | null
  version: number
  broker: Broker
}

/** From this version on records bring their partition into the transaction (KIP-890). */
const ADDS_PARTITIONS = 12
/** zstd came with this version (KIP-110). */
const KNOWS_ZSTD = 7
const ZSTD = 4
/** The version that TRANSACTION_ABORTABLE came with. */
const KNOWS_ABORTABLE = 11

/** Throws an ApiError unless the partition is in the producer's transaction, or gets in with these records. */
function admit(
  { log, index }: Partition,
  topic: string,
  records: Buffer,
  { transactionalId, version, broker }: ProduceContext,
): Promise<void> | undefined {
  if (transactionalId === null) throw new ApiError('TRANSACTIONAL_ID_AUTHORIZATION_FAILED')
  const producer = { id: producerId(records, 0), epoch: producerEpoch(records, 0) }
  const known = log.producers.producers.get(producer.id)
  if (known !== undefined && known.currentTxnFirstOffset >= 0 && known.epoch === producer.epoch) return undefined
  try {
    if (version >= ADDS_PARTITIONS) {
      return broker.transactions.addPartitions(transactionalId, producer, new Map([[topic, new Set([index])]]), 2)
    }
    broker.transactions.verifyPartition(transactionalId, producer, topic, index)
    return undefined
  } catch (error) {
    throw error instanceof ApiError ? new ApiError(notAdmitted(error.error, version)) : error
  }
}

/** What a producer of this version understands. */
function notAdmitted(error: ErrorName, version: number): ErrorName {
  switch (error) {
    case 'PRODUCER_FENCED':
      return 'INVALID_PRODUCER_EPOCH'
    case 'TRANSACTION_ABORTABLE':
      return version >= KNOWS_ABORTABLE ? error : 'INVALID_TXN_STATE'
    case 'CONCURRENT_TRANSACTIONS':
      return version >= ADDS_PARTITIONS ? error : 'NOT_ENOUGH_REPLICAS'
    case 'COORDINATOR_NOT_AVAILABLE':
      return 'NOT_ENOUGH_REPLICAS'
    default:
      return error
  }
}

function append(
  partition: Partition | undefined,
  topicName: string,
  { index, records }: PartitionProduceData,
  request: ProduceContext,
  waits: Promise<void>[],
): Answer {
  const { acks } = request
  if (!ACKS.includes(acks)) throw new ApiError('INVALID_REQUIRED_ACKS')
  if (isInternalTopic(topicName)) {
    throw new ApiError('INVALID_TOPIC_EXCEPTION', `Cannot append to internal topic ${topicName}`)
  }
  if (partition === undefined) throw new ApiError('UNKNOWN_TOPIC_OR_PARTITION')
  if (records === null || records.length === 0) {
    throw new ApiError('INVALID_RECORD', `a produce request without records for ${topicName}-${index}`)
  }
  if (records.length >= RECORDS_AT && isTransactional(records, 0)) {
    const added = admit(partition, topicName, records, request)
    if (added !== undefined) waits.push(added)
  }
  if (request.version < KNOWS_ZSTD && records.length >= RECORDS_AT && compressionId(records, 0) === ZSTD) {
    throw new ApiError('UNSUPPORTED_COMPRESSION_TYPE')
  }
  const result = partition.log.append(records, { leaderEpoch: partition.leaderEpoch })
  if (!result.duplicate) {
    partition.counts.messagesIn += result.lastOffset - result.firstOffset + 1
    partition.counts.bytesIn += records.length
  }
  const answer: Answer = {
    index,
    baseOffset: result.firstOffset,
    logAppendTimeMs: result.logAppendTime,
    logStartOffset: result.logStartOffset,
  }
  if (result.flushed !== undefined) {
    waits.push(
      result.flushed.catch((error) => {
        Object.assign(answer, failed(index, error))
      }),
    )
  }
  return answer
}

function failed(index: number, error: unknown, partition?: Partition): Answer {
  const answer = { index, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 }
  if (error instanceof ApiError) {
    const errorMessage = error.error === 'INVALID_TXN_STATE' ? 'Partition was not added to the transaction' : null
    return { ...answer, errorCode: error.code, errorMessage }
  }
  if (!(error instanceof StorageError)) throw error
  const late = CHECKED_LATE.has(error.error) || error.records.length > 0
  const logStartOffset = late ? (partition?.log.startOffset ?? -1) : -1
  const refused = { ...answer, logStartOffset, errorCode: errorCode(error.error) }
  const { records } = error
  if (records.length === 0) return refused
  const recordErrors = records.map((each) => ({ batchIndex: each.index, batchIndexErrorMessage: each.message }))
  return { ...refused, recordErrors, errorMessage: rejection(error) }
}

/** Kafka has looked at the log by then, and tells where it begins. */
const CHECKED_LATE: ReadonlySet<string> = new Set([
  'INVALID_TIMESTAMP',
  'INVALID_PRODUCER_EPOCH',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'INVALID_TXN_STATE',
])

/** Kafka's text for records that were refused one by one. */
function rejection({ error, records }: StorageError): string {
  if (error === 'INVALID_TIMESTAMP') return 'One or more records have been rejected due to invalid timestamp'
  const shown = records
    .slice(0, 3)
    .map(({ index, message }) => `RecordError(batchIndex=${index}, message='${message}')`)
  return (
    `One or more records have been rejected due to ${records.length} record errors in total, and only showing the first ` +
    `three errors at most: [${shown.join(', ')}]`
  )
}
