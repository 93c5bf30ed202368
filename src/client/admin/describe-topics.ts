// Topics with their partitions and replicas, by DescribeTopicPartitions (KIP-966) where the brokers have it, else Metadata.

import { KtoolError } from '../../errors.ts'
import {
  DescribeTopicPartitions,
  type DescribeTopicPartitionsRequestCursor,
  type DescribeTopicPartitionsResponseTopic,
} from '../../protocol/apis/75-describe-topic-partitions.ts'
import { type Cluster, type Topic, topicOf } from '../cluster.ts'
import { retry } from '../retry.ts'
import { topicError } from './topics.ts'

export interface PartitionDescription {
  partition: number
  /** Broker id, -1 where there is no leader. */
  leader: number
  leaderEpoch: number
  replicas: number[]
  isr: number[]
  offlineReplicas: number[]
  /** KIP-966; null where the broker does not tell. */
  eligibleLeaderReplicas: number[] | null
  lastKnownElr: number[] | null
}

export interface TopicDescription {
  name: string
  topicId: string
  internal: boolean
  partitions: PartitionDescription[]
}

/** As many partitions as a DescribeTopicPartitions answer may hold; the broker may set a lower limit. */
const PARTITIONS_PER_ANSWER = 2000

/** Topics with their partitions; all of them where no names are given. */
export async function describeTopics(
  cluster: Cluster,
  names?: readonly string[],
): Promise<Map<string, TopicDescription | KtoolError>> {
  const broker = await cluster.any()
  const wanted = names ?? (await cluster.allTopics()).map((topic) => topic.name)
  if (broker.supports(DescribeTopicPartitions)) return describePartitions(cluster, wanted)
  return retry(cluster.options, async () => {
    const answer = await cluster.fetchMetadata(wanted)
    return new Map(
      answer.topics.map((row) => {
        const name = row.name ?? ''
        return [name, row.errorCode === 0 ? withoutElr(topicOf(row)) : topicError(row.errorCode, name)]
      }),
    )
  })
}

/** DescribeTopicPartitions (KIP-966), page after page. */
async function describePartitions(
  cluster: Cluster,
  names: readonly string[],
): Promise<Map<string, TopicDescription | KtoolError>> {
  const found = new Map<string, TopicDescription | KtoolError>()
  const topics = [...new Set(names)].sort().map((name) => ({ name }))
  if (topics.length === 0) return found
  let cursor: DescribeTopicPartitionsRequestCursor | null = null
  do {
    const answer = await retry(cluster.options, async () =>
      (await cluster.any()).request(DescribeTopicPartitions, {
        topics,
        responsePartitionLimit: PARTITIONS_PER_ANSWER,
        cursor,
      }),
    )
    for (const row of answer.topics) addDescription(found, row)
    const next: DescribeTopicPartitionsRequestCursor | null = answer.nextCursor
    if (next !== null && cursor?.topicName === next.topicName && next.partitionIndex <= cursor.partitionIndex) {
      throw new KtoolError('the broker pages through its partitions without getting on')
    }
    cursor = next
  } while (cursor !== null)
  return found
}

function withoutElr(topic: Topic): TopicDescription {
  return {
    ...topic,
    partitions: topic.partitions.map((partition) => ({
      ...partition,
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    })),
  }
}

/** A page may begin in the middle of a topic: partitions are added to what is there. */
function addDescription(
  found: Map<string, TopicDescription | KtoolError>,
  row: DescribeTopicPartitionsResponseTopic,
): void {
  const name = row.name ?? ''
  if (row.errorCode !== 0) {
    found.set(name, topicError(row.errorCode, name))
    return
  }
  let topic = found.get(name)
  if (topic === undefined || topic instanceof KtoolError) {
    topic = { name, topicId: row.topicId, internal: row.isInternal, partitions: [] }
    found.set(name, topic)
  }
  for (const partition of row.partitions) {
    topic.partitions.push({
      partition: partition.partitionIndex,
      leader: partition.leaderId,
      leaderEpoch: partition.leaderEpoch,
      replicas: partition.replicaNodes,
      isr: partition.isrNodes,
      offlineReplicas: partition.offlineReplicas,
      eligibleLeaderReplicas: partition.eligibleLeaderReplicas,
      lastKnownElr: partition.lastKnownElr,
    })
  }
}
