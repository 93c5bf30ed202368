// DescribeQuorum: the one voter, which leads (KIP-595). Version 1 tells times, 2 directories and addresses (KIP-853).

import { DescribeQuorum } from '../../protocol/apis/55-describe-quorum.ts'
import { errorCode, errorText } from '../../protocol/errors.ts'
import { defineHandler } from '../handler.ts'
import { CLUSTER_METADATA_TOPIC } from '../topic-names.ts'

export const handler = defineHandler({
  api: DescribeQuorum,
  versions: [0, 2],
  handle({ topics }, { broker, connection, version }) {
    const { nodeId, metadata } = broker
    const now = version >= 1 ? Date.now() : -1
    const unknown = errorCode('UNKNOWN_TOPIC_OR_PARTITION')
    let found = false
    const answers = topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => {
        if (topicName !== CLUSTER_METADATA_TOPIC || partitionIndex !== 0) {
          return { partitionIndex, errorCode: unknown, errorMessage: errorText(unknown) }
        }
        found = true
        const { endOffset } = metadata
        return {
          partitionIndex,
          errorMessage: '',
          leaderId: nodeId,
          leaderEpoch: metadata.epoch,
          highWatermark: endOffset,
          currentVoters: [
            { replicaId: nodeId, logEndOffset: endOffset, lastFetchTimestamp: now, lastCaughtUpTimestamp: now },
          ],
        }
      }),
    }))
    const nodes = [{ nodeId, listeners: [{ name: 'CONTROLLER', ...broker.addressFor(connection) }] }]
    return { errorMessage: '', topics: answers, nodes: found && version >= 2 ? nodes : [] }
  },
})
