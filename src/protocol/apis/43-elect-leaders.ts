// ElectLeaders, API key 43. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ElectLeadersRequest {
  electionType: number
  topicPartitions: TopicPartitions[] | null
  timeoutMs: number
}

export interface TopicPartitions {
  topic: string
  partitions: number[]
}

export interface ElectLeadersResponse {
  throttleTimeMs: number
  errorCode: number
  replicaElectionResults: ReplicaElectionResult[]
}

export interface ReplicaElectionResult {
  topic: string
  partitionResult: PartitionResult[]
}

export interface PartitionResult {
  partitionId: number
  errorCode: number
  errorMessage: string | null
}

export const ElectLeaders = defineApi<ElectLeadersRequest, ElectLeadersResponse>({
  key: 43,
  name: 'ElectLeaders',
  versions: [0, 2],
  flexible: 2,
  listeners: ['broker', 'controller'],
  request: [
    ['electionType', 'int8', '1+'],
    ['topicPartitions', { of: [
      ['topic', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+', { nullable: '0+' }],
    ['timeoutMs', 'int32', '0+', { default: 60000 }],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '1+'],
    ['replicaElectionResults', { of: [
      ['topic', 'string', '0+'],
      ['partitionResult', { of: [
        ['partitionId', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
        ['errorMessage', 'string', '0+', { nullable: '0+' }],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
