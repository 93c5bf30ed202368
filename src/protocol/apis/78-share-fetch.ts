// ShareFetch, API key 78. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ShareFetchRequest {
  groupId: string | null
  memberId: string | null
  shareSessionEpoch: number
  maxWaitMs: number
  minBytes: number
  maxBytes: number
  maxRecords: number
  batchSize: number
  shareAcquireMode: number
  isRenewAck: boolean
  topics: FetchTopic[]
  forgottenTopicsData: ForgottenTopic[]
}

export interface FetchTopic {
  topicId: string
  partitions: FetchPartition[]
}

export interface FetchPartition {
  partitionIndex: number
  partitionMaxBytes: number
  acknowledgementBatches: AcknowledgementBatch[]
}

export interface AcknowledgementBatch {
  firstOffset: number
  lastOffset: number
  acknowledgeTypes: number[]
}

export interface ForgottenTopic {
  topicId: string
  partitions: number[]
}

export interface ShareFetchResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  acquisitionLockTimeoutMs: number
  responses: ShareFetchableTopicResponse[]
  nodeEndpoints: NodeEndpoint[]
}

export interface ShareFetchableTopicResponse {
  topicId: string
  partitions: PartitionData[]
}

export interface PartitionData {
  partitionIndex: number
  errorCode: number
  errorMessage: string | null
  acknowledgeErrorCode: number
  acknowledgeErrorMessage: string | null
  currentLeader: LeaderIdAndEpoch
  records: Buffer | null
  acquiredRecords: AcquiredRecords[]
}

export interface LeaderIdAndEpoch {
  leaderId: number
  leaderEpoch: number
}

export interface AcquiredRecords {
  firstOffset: number
  lastOffset: number
  deliveryCount: number
}

export interface NodeEndpoint {
  nodeId: number
  host: string
  port: number
  rack: string | null
}

export const ShareFetch = defineApi<ShareFetchRequest, ShareFetchResponse>({
  key: 78,
  name: 'ShareFetch',
  versions: [1, 2],
  flexible: 0,
  listeners: ['broker'],
  request: [
    ['groupId', 'string', '0+', { nullable: '0+', default: null }],
    ['memberId', 'string', '0+', { nullable: '0+' }],
    ['shareSessionEpoch', 'int32', '0+'],
    ['maxWaitMs', 'int32', '0+'],
    ['minBytes', 'int32', '0+'],
    ['maxBytes', 'int32', '0+', { default: 2147483647 }],
    ['maxRecords', 'int32', '1+'],
    ['batchSize', 'int32', '1+'],
    ['shareAcquireMode', 'int8', '2+', { ignorable: true }],
    ['isRenewAck', 'bool', '2+'],
    ['topics', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['partitionMaxBytes', 'int32', '0'],
        ['acknowledgementBatches', { of: [
          ['firstOffset', 'int64', '0+'],
          ['lastOffset', 'int64', '0+'],
          ['acknowledgeTypes', { of: 'int8' }, '0+'],
        ] }, '0+'],
      ] }, '0+'],
    ] }, '0+'],
    ['forgottenTopicsData', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
    ['acquisitionLockTimeoutMs', 'int32', '1+'],
    ['responses', { of: [
      ['topicId', 'uuid', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
        ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
        ['acknowledgeErrorCode', 'int16', '0+'],
        ['acknowledgeErrorMessage', 'string', '0+', { nullable: '0+', default: null }],
        ['currentLeader', [
          ['leaderId', 'int32', '0+'],
          ['leaderEpoch', 'int32', '0+'],
        ], '0+'],
        ['records', 'records', '0+', { nullable: '0' }],
        ['acquiredRecords', { of: [
          ['firstOffset', 'int64', '0+'],
          ['lastOffset', 'int64', '0+'],
          ['deliveryCount', 'int16', '0+'],
        ] }, '0+'],
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
