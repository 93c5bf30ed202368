// Fetch: batches from an offset on, at once or when there are enough (long poll). Versions: 4 isolation; 7 sessions
// (fetch-sessions.ts); 12 diverging epochs; 13 topics by id.

import type { ServerConnection } from '../../net/server.ts'
import type { Input } from '../../protocol/api.ts'
import { Fetch, type FetchPartition, type FetchRequest, type FetchResponse } from '../../protocol/apis/01-fetch.ts'
import { type ErrorName, errorCode } from '../../protocol/errors.ts'
import { StorageError } from '../../storage/storage-error.ts'
import { ApiError } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { DelayedFetch } from '../delayed-fetch.ts'
import { defineHandler } from '../handler.ts'
import { leaderEpochProblem, type Partition } from '../partitions.ts'

type PartitionAnswer = NonNullable<Input<FetchResponse>['responses']>[number]['partitions'] extends
  | readonly (infer Each)[]
  | undefined
  ? Each
  : never

const READ_COMMITTED = 1
const DEBUGGING_CONSUMER = -2
const NO_RECORDS = Buffer.alloc(0)

type Allocate = (bytes: number) => Buffer

/** What one pass over the partitions gave. */
export interface FetchPass {
  response: Input<FetchResponse>
  bytes: number
  /** An error or a diverging epoch, which is told at once. */
  urgent: boolean
  /** Partitions that more records may come to, with the offset wanted there. */
  partitions: { partition: Partition; offset: number; bytes: number }[]
}

export const handler = defineHandler({
  api: Fetch,
  versions: [4, 18],
  around: (request, { broker, version }, next) => broker.fetchSessions.answer(request, version, next),
  throttled(request, response, { broker, connection }) {
    connection.takeBack()
    return broker.fetchSessions.throttled(request, response)
  },
  handle(request, { broker, version, client, connection }) {
    const allocate = (bytes: number) => connection.lend(bytes)
    const maxBytes = Math.min(
      request.maxBytes,
      broker.configs.number('fetch.max.bytes'),
      broker.quotas.largestFetch(client),
      // While many answers are on their way to slow readers, each gets less.
      connection.answerRoom,
    )
    const pass = () => readAll(request, version, broker, maxBytes, allocate)
    const first = pass()
    const minBytes = Math.min(request.minBytes, maxBytes)
    const isEnough = first.urgent || first.bytes >= minBytes || request.maxWaitMs <= 0
    const isNew = first.bytes === 0 && isNews(connection, first)
    if (isEnough || isNew || first.partitions.length === 0) return sent(first, broker)
    const { waiting } = broker.statistics
    waiting.Fetch++
    const delayed = new DelayedFetch(first, pass, { minBytes, maxWaitMs: request.maxWaitMs }, connection)
    return delayed.done.then((last) => {
      waiting.Fetch--
      return last === null ? null : sent(last, broker)
    })
  },
})

/** Of which partitions a client was told that there is nothing more. */
const told = new WeakMap<ServerConnection, WeakSet<Partition>>()

/**
 * Whether the client does not know of all partitions yet that there may be nothing: the first time it is told at once. Who
 * reads up to the end and no further (`kcat -e`) need not wait for half a second then, as with Kafka.
 */
function isNews(connection: ServerConnection, { partitions }: FetchPass): boolean {
  let known = told.get(connection)
  if (known === undefined) told.set(connection, (known = new WeakSet()))
  let isNew = false
  for (const { partition } of partitions) {
    if (known.has(partition)) continue
    known.add(partition)
    isNew = true
  }
  return isNew
}

/** The answer; counts what it brings. */
function sent({ response, partitions, urgent }: FetchPass, { statistics }: Broker): Input<FetchResponse> {
  for (const { partition, bytes } of partitions) partition.counts.bytesOut += bytes
  if (urgent) statistics.failedFetches++
  return response
}

function readAll(
  request: FetchRequest,
  version: number,
  broker: Broker,
  maxBytes: number,
  allocate: Allocate,
): FetchPass {
  const pass: FetchPass = { response: {}, bytes: 0, urgent: false, partitions: [] }
  const { image } = broker.metadata
  const responses = request.topics.map(({ topic: name, topicId, partitions }) => {
    const topic = version >= 13 ? image.topicsById.get(topicId) : image.topics.get(name)
    const unknown = version >= 13 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
    return {
      topic: name,
      topicId,
      partitions: partitions.map((wanted) => {
        if (topic === undefined) return failed(wanted.partition, unknown, pass)
        const partition = partitionOf(broker, topic.name, wanted.partition)
        if (typeof partition === 'string') return failed(wanted.partition, partition, pass)
        return readOne(broker, partition, wanted, request, Math.max(0, maxBytes - pass.bytes), pass, allocate)
      }),
    }
  })
  pass.response = { responses }
  return pass
}

function partitionOf(broker: Broker, topic: string, index: number): Partition | ErrorName {
  try {
    return broker.partitions.get(topic, index) ?? 'UNKNOWN_TOPIC_OR_PARTITION'
  } catch (error) {
    if (error instanceof ApiError) return error.error
    throw error
  }
}

function readOne(
  broker: Broker,
  partition: Partition,
  wanted: FetchPartition,
  request: FetchRequest,
  bytesLeft: number,
  pass: FetchPass,
  allocate: Allocate,
): PartitionAnswer {
  const { log } = partition
  const { fetchOffset, lastFetchedEpoch, partitionMaxBytes } = wanted
  const problem = leaderEpochProblem(partition, wanted.currentLeaderEpoch)
  if (problem !== undefined) return failed(wanted.partition, problem, pass)
  const committed = request.isolationLevel === READ_COMMITTED
  const state = {
    partitionIndex: wanted.partition,
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.startOffset,
    abortedTransactions: committed ? [] : null,
    records: NO_RECORDS,
  }
  if (lastFetchedEpoch >= 0) {
    const known = log.epochs.endOffsetFor(lastFetchedEpoch, log.endOffset)
    if (known === undefined) return failed(wanted.partition, 'OFFSET_OUT_OF_RANGE', pass)
    if (known.epoch < lastFetchedEpoch || known.endOffset < fetchOffset) {
      pass.urgent = true
      return { ...state, divergingEpoch: known }
    }
  }
  const replica = Math.max(request.replicaId, request.replicaState.replicaId)
  if (replica >= 0) return failed(wanted.partition, 'NOT_LEADER_OR_FOLLOWER', pass)
  const isDebugging = request.replicaId === DEBUGGING_CONSUMER || request.replicaState.replicaId === DEBUGGING_CONSUMER
  try {
    const { records, abortedTransactions } = log.read(fetchOffset, Math.min(partitionMaxBytes, bytesLeft), {
      isolation: isDebugging ? 'logEnd' : committed ? 'committed' : 'highWatermark',
      minOneBatch: pass.bytes === 0,
      allocate,
    })
    pass.bytes += records.length
    pass.partitions.push({ partition, offset: fetchOffset, bytes: records.length })
    return { ...state, records, abortedTransactions: committed ? abortedTransactions : null }
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    if (DAMAGED.has(error.error)) broker.damaged(error)
    return failed(wanted.partition, error.error, pass)
  }
}

function failed(partitionIndex: number, error: ErrorName, pass: FetchPass): PartitionAnswer {
  pass.urgent = true
  const unknown = UNKNOWN.has(error)
  const none = { highWatermark: -1, lastStableOffset: -1, logStartOffset: -1, abortedTransactions: unknown ? [] : null }
  return { partitionIndex, errorCode: errorCode(error), ...none, records: NO_RECORDS }
}

/** What an operator has to know of. */
const DAMAGED: ReadonlySet<string> = new Set(['CORRUPT_MESSAGE', 'KAFKA_STORAGE_ERROR'])

/** What the partition is not looked at for; Kafka answers with an empty list of aborted transactions then. */
const UNKNOWN: ReadonlySet<ErrorName> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID'])
