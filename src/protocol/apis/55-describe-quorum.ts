// DescribeQuorum, API key 55. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeQuorumRequest {
  topics: DescribeQuorumRequestTopicData[]
}

export interface DescribeQuorumRequestTopicData {
  topicName: string
  partitions: DescribeQuorumRequestPartitionData[]
}

export interface DescribeQuorumRequestPartitionData {
  partitionIndex: number
}

export interface DescribeQuorumResponse {
  errorCode: number
  errorMessage: string | null
  topics: DescribeQuorumResponseTopicData[]
  nodes: Node[]
}

export interface DescribeQuorumResponseTopicData {
  topicName: string
  partitions: DescribeQuorumResponsePartitionData[]
}

export interface DescribeQuorumResponsePartitionData {
  partitionIndex: number
  errorCode: number
  errorMessage: string | null
  leaderId: number
  leaderEpoch: number
  highWatermark: number
  currentVoters: ReplicaState[]
  observers: ReplicaState[]
}

export interface ReplicaState {
  replicaId: number
  replicaDirectoryId: string
  logEndOffset: number
  lastFetchTimestamp: number
  lastCaughtUpTimestamp: number
}

export interface Node {
  nodeId: number
  listeners: Listener[]
}

export interface Listener {
  name: string
  host: string
  port: number
}

export const DescribeQuorum = defineApi<DescribeQuorumRequest, DescribeQuorumResponse>({
  key: 55,
  name: 'DescribeQuorum',
  versions: [0, 2],
  flexible: 0,
  listeners: ['broker', 'controller'],
  request: [
    ['topics', { of: [
      ['topicName', 'string', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
  response: [
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '2+', { nullable: '2+', ignorable: true }],
    ['topics', { of: [
      ['topicName', 'string', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
        ['errorMessage', 'string', '2+', { nullable: '2+', ignorable: true }],
        ['leaderId', 'int32', '0+'],
        ['leaderEpoch', 'int32', '0+'],
        ['highWatermark', 'int64', '0+'],
        ['currentVoters', { of: [
          ['replicaId', 'int32', '0+'],
          ['replicaDirectoryId', 'uuid', '2+'],
          ['logEndOffset', 'int64', '0+'],
          ['lastFetchTimestamp', 'int64', '1+', { default: -1, ignorable: true }],
          ['lastCaughtUpTimestamp', 'int64', '1+', { default: -1, ignorable: true }],
        ] }, '0+'],
        ['observers', { of: [
          ['replicaId', 'int32', '0+'],
          ['replicaDirectoryId', 'uuid', '2+'],
          ['logEndOffset', 'int64', '0+'],
          ['lastFetchTimestamp', 'int64', '1+', { default: -1, ignorable: true }],
          ['lastCaughtUpTimestamp', 'int64', '1+', { default: -1, ignorable: true }],
        ] }, '0+'],
      ] }, '0+'],
    ] }, '0+'],
    ['nodes', { of: [
      ['nodeId', 'int32', '2+'],
      ['listeners', { of: [
        ['name', 'string', '2+'],
        ['host', 'string', '2+'],
        ['port', 'uint16', '2+'],
      ] }, '2+'],
    ] }, '2+'],
  ],
})
