// DescribeTopicPartitions: topics in the order of their names, in pages of so many partitions (KIP-966).

import {
  DescribeTopicPartitions,
  type DescribeTopicPartitionsRequestCursor,
} from '../../protocol/apis/75-describe-topic-partitions.ts'
import { errorCode } from '../../protocol/errors.ts'
import { TOPIC_OPERATIONS } from '../authorized-operations.ts'
import { defineHandler } from '../handler.ts'
import type { PartitionImage } from '../metadata-image.ts'
import { isInternalTopic, topicNameProblem } from '../topic-names.ts'

export const handler = defineHandler({
  api: DescribeTopicPartitions,
  versions: [0, 0],
  handle({ topics: wanted, responsePartitionLimit, cursor }, { broker }) {
    const { image } = broker.metadata
    const all = wanted.length === 0 ? [...image.topics.keys()] : wanted.map(({ name }) => name)
    const names = [...new Set(all)].sort()
    if (cursor !== null && !isValid(cursor, names, wanted.length === 0)) {
      return { topics: wanted.map(({ name }) => ({ errorCode: errorCode('INVALID_REQUEST'), name })) }
    }
    const most = broker.configs.number('max.request.partition.size.limit')
    let left = Math.max(1, Math.min(responsePartitionLimit, most))
    let nextCursor: DescribeTopicPartitionsRequestCursor | null = null
    const topics = []
    for (const name of names) {
      if (cursor !== null && name < cursor.topicName) continue
      const topic = image.topics.get(name)
      const common = { name, isInternal: isInternalTopic(name), topicAuthorizedOperations: TOPIC_OPERATIONS }
      if (topic === undefined) {
        const error = topicNameProblem(name) === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'
        topics.push({ ...common, errorCode: errorCode(error) })
        continue
      }
      if (left === 0) {
        nextCursor = { topicName: name, partitionIndex: 0 }
        break
      }
      const first = cursor !== null && cursor.topicName === name ? cursor.partitionIndex : 0
      const page = topic.partitions.slice(first, first + left)
      left -= page.length
      topics.push({ ...common, topicId: topic.id, partitions: page.map((each) => describe(each, broker.nodeId)) })
      if (first + page.length < topic.partitions.length) {
        nextCursor = { topicName: name, partitionIndex: first + page.length }
        break
      }
    }
    return { topics, nextCursor }
  },
})

/** A page goes on inside a topic that was asked for; with all topics, also where that one is gone by now. */
function isValid(cursor: DescribeTopicPartitionsRequestCursor, names: readonly string[], isAll: boolean): boolean {
  return cursor.partitionIndex >= 0 && (isAll || names.includes(cursor.topicName))
}

function describe({ partition, leader, leaderEpoch, replicas, isr }: PartitionImage, nodeId: number) {
  const available = leader === nodeId
  return {
    errorCode: available ? 0 : errorCode('LEADER_NOT_AVAILABLE'),
    partitionIndex: partition,
    leaderId: available ? leader : -1,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: isr,
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    offlineReplicas: replicas.filter((id) => id !== nodeId),
  }
}
