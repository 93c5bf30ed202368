// ShareAcknowledge, API key 79. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ShareAcknowledgeRequest {
  groupId: string | null
  memberId: string | null
  shareSessionEpoch: number
  isRenewAck: boolean
  topics: AcknowledgeTopic[]
}

export interface AcknowledgeTopic {
  topicId: string
  partitions: AcknowledgePartition[]
}

export interface AcknowledgePartition {
  partitionIndex: number
  acknowledgementBatches: AcknowledgementBatch[]
}

export interface AcknowledgementBatch {
  firstOffset: number
  lastOffset: number
  acknowledgeTypes: number[]
}

export interface ShareAcknowledgeResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  acquisitionLockTimeoutMs: number
  responses: ShareAcknowledgeTopicResponse[]
  nodeEndpoints: NodeEndpoint[]
}

export interface ShareAcknowledgeTopicResponse {
  topicId: string
  partitions: PartitionData[]
}

export interface PartitionData {
  partitionIndex: number
  errorCode: number
  errorMessage: string | null
  currentLeader: LeaderIdAndEpoch
}

export interface LeaderIdAndEpoch {
  leaderId: number
  leaderEpoch: number
}

export interface NodeEndpoint {
  nodeId: number
  host: string
  port: number
  rack: string | null
}

export const ShareAcknowledge = defineApi<ShareAcknowledgeRequest, ShareAcknowledgeResponse>({
  key: 79,
  name: 'ShareAcknowledge',
  versions: [1, 2],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+', { nullable: '0+', default: null }],
    ['memberId', 'string', '0+', { nullable: '0+' }],
    ['shareSessionEpoch', 'int32', '0+'],
    ['isRenewAck', 'bool', '2+'],
    ['topics', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['acknowledgementBatches', { of: [
          ['firstOffset', 'int64', '0+'],
          ['lastOffset', 'int64', '0+'],
          ['acknowledgeTypes', { of: 'int8' }, '0+'],
        ] }, '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
    ['acquisitionLockTimeoutMs', 'int32', '2+', { ignorable: true }],
    ['responses', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
        ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
        ['currentLeader', [
          ['leaderId', 'int32', '0+'],
          ['leaderEpoch', 'int32', '0+'],
        ], '0+'],
      ] }, '0+'],
    ] }, '0+'],
    ['nodeEndpoints', { of: [
      ['nodeId', 'int32', '0+'],
      ['host', 'string', '0+'],
      ['port', 'int32', '0+'],
      ['rack', 'string', '0+', { nullable: '0+', default: null }],
    ] }, '0+'],
  ],
})
