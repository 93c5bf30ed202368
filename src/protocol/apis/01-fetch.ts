// Fetch, API key 1. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface FetchRequest {
  clusterId: string | null
  replicaId: number
  replicaState: ReplicaState
  maxWaitMs: number
  minBytes: number
  maxBytes: number
  isolationLevel: number
  sessionId: number
  sessionEpoch: number
  topics: FetchTopic[]
  forgottenTopicsData: ForgottenTopic[]
  rackId: string
}

export interface ReplicaState {
  replicaId: number
  replicaEpoch: number
}

export interface FetchTopic {
  topic: string
  topicId: string
  partitions: FetchPartition[]
}

export interface FetchPartition {
  partition: number
  currentLeaderEpoch: number
  fetchOffset: number
  lastFetchedEpoch: number
  logStartOffset: number
  partitionMaxBytes: number
  replicaDirectoryId: string
  highWatermark: number
}

export interface ForgottenTopic {
  topic: string
  topicId: string
  partitions: number[]
}

export interface FetchResponse {
  throttleTimeMs: number
  errorCode: number
  sessionId: number
  responses: FetchableTopicResponse[]
  nodeEndpoints: NodeEndpoint[]
}

export interface FetchableTopicResponse {
  topic: string
  topicId: string
  partitions: PartitionData[]
}

export interface PartitionData {
  partitionIndex: number
  errorCode: number
  highWatermark: number
  lastStableOffset: number
  logStartOffset: number
  divergingEpoch: EpochEndOffset
  currentLeader: LeaderIdAndEpoch
  snapshotId: SnapshotId
  abortedTransactions: AbortedTransaction[] | null
  preferredReadReplica: number
  records: Buffer | null
}

export interface EpochEndOffset {
  epoch: number
  endOffset: number
}

export interface LeaderIdAndEpoch {
  leaderId: number
  leaderEpoch: number
}

export interface SnapshotId {
  endOffset: number
  epoch: number
}

export interface AbortedTransaction {
  producerId: number
  firstOffset: number
}

export interface NodeEndpoint {
  nodeId: number
  host: string
  port: number
  rack: string | null
}

export const Fetch = defineApi<FetchRequest, FetchResponse>({
  key: 1,
  name: 'Fetch',
  versions: [4, 18],
  flexible: 12,
  listeners: ['broker', 'controller'],
  request: [
    ['clusterId', 'string', '12+', { nullable: '12+', tag: 0, tagged: '12+', default: null, ignorable: true }],
    ['replicaId', 'int32', '0-14', { default: -1 }],
    ['replicaState', [
      ['replicaId', 'int32', '15+', { default: -1 }],
      ['replicaEpoch', 'int64', '15+', { default: -1 }],
    ], '15+', { tag: 1, tagged: '15+' }],
    ['maxWaitMs', 'int32', '0+'],
    ['minBytes', 'int32', '0+'],
    ['maxBytes', 'int32', '3+', { default: 2147483647, ignorable: true }],
    ['isolationLevel', 'int8', '4+', { ignorable: true }],
    ['sessionId', 'int32', '7+', { ignorable: true }],
    ['sessionEpoch', 'int32', '7+', { default: -1, ignorable: true }],
    ['topics', { of: [
      ['topic', 'string', '0-12', { ignorable: true }],
      ['topicId', 'uuid', '13+', { ignorable: true }],
      ['partitions', { of: [
        ['partition', 'int32', '0+'],
        ['currentLeaderEpoch', 'int32', '9+', { default: -1, ignorable: true }],
        ['fetchOffset', 'int64', '0+'],
        ['lastFetchedEpoch', 'int32', '12+', { default: -1 }],
        ['logStartOffset', 'int64', '5+', { default: -1, ignorable: true }],
        ['partitionMaxBytes', 'int32', '0+'],
        ['replicaDirectoryId', 'uuid', '17+', { tag: 0, tagged: '17+', ignorable: true }],
        ['highWatermark', 'int64', '18+', { tag: 1, tagged: '18+', default: 2 ** 63, ignorable: true }],
      ] }, '0+'],
    ] }, '0+'],
    ['forgottenTopicsData', { of: [
      ['topic', 'string', '7-12', { ignorable: true }],
      ['topicId', 'uuid', '13+', { ignorable: true }],
      ['partitions', { of: 'int32' }, '7+'],
    ] }, '7+'],
    ['rackId', 'string', '11+', { ignorable: true }],
  ],
  response: [
    ['throttleTimeMs', 'int32', '1+', { ignorable: true }],
    ['errorCode', 'int16', '7+', { ignorable: true }],
    ['sessionId', 'int32', '7+'],
    ['responses', { of: [
      ['topic', 'string', '0-12', { ignorable: true }],
      ['topicId', 'uuid', '13+', { ignorable: true }],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
        ['highWatermark', 'int64', '0+'],
        ['lastStableOffset', 'int64', '4+', { default: -1, ignorable: true }],
        ['logStartOffset', 'int64', '5+', { default: -1, ignorable: true }],
        ['divergingEpoch', [
          ['epoch', 'int32', '12+', { default: -1 }],
          ['endOffset', 'int64', '12+', { default: -1 }],
        ], '12+', { tag: 0, tagged: '12+' }],
        ['currentLeader', [
          ['leaderId', 'int32', '12+', { default: -1 }],
          ['leaderEpoch', 'int32', '12+', { default: -1 }],
        ], '12+', { tag: 1, tagged: '12+' }],
        ['snapshotId', [
          ['endOffset', 'int64', '0+', { default: -1 }],
          ['epoch', 'int32', '0+', { default: -1 }],
        ], '12+', { tag: 2, tagged: '12+' }],
        ['abortedTransactions', { of: [
          ['producerId', 'int64', '4+'],
          ['firstOffset', 'int64', '4+'],
        ] }, '4+', { nullable: '4+', ignorable: true }],
        ['preferredReadReplica', 'int32', '11+', { default: -1 }],
        ['records', 'records', '0+', { nullable: '0+' }],
      ] }, '0+'],
    ] }, '0+'],
    ['nodeEndpoints', { of: [
      ['nodeId', 'int32', '16+'],
      ['host', 'string', '16+'],
      ['port', 'int32', '16+'],
      ['rack', 'string', '16+', { nullable: '16+', default: null }],
    ] }, '16+', { tag: 0, tagged: '16+' }],
  ],
})
