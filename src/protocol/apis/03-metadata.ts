// Metadata, API key 3. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface MetadataRequest {
  topics: MetadataRequestTopic[] | null
  allowAutoTopicCreation: boolean
  includeClusterAuthorizedOperations: boolean
  includeTopicAuthorizedOperations: boolean
}

export interface MetadataRequestTopic {
  topicId: string
  name: string | null
}

export interface MetadataResponse {
  throttleTimeMs: number
  brokers: MetadataResponseBroker[]
  clusterId: string | null
  controllerId: number
  topics: MetadataResponseTopic[]
  clusterAuthorizedOperations: number
  errorCode: number
}

export interface MetadataResponseBroker {
  nodeId: number
  host: string
  port: number
  rack: string | null
}

export interface MetadataResponseTopic {
  errorCode: number
  name: string | null
  topicId: string
  isInternal: boolean
  partitions: MetadataResponsePartition[]
  topicAuthorizedOperations: number
}

export interface MetadataResponsePartition {
  errorCode: number
  partitionIndex: number
  leaderId: number
  leaderEpoch: number
  replicaNodes: number[]
  isrNodes: number[]
  offlineReplicas: number[]
}

export const Metadata = defineApi<MetadataRequest, MetadataResponse>({
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexible: 9,
  listeners: ['broker'],
  request: [
    ['topics', { of: [
      ['topicId', 'uuid', '10+', { ignorable: true }],
      ['name', 'string', '0+', { nullable: '10+' }],
    ] }, '0+', { nullable: '1+' }],
    ['allowAutoTopicCreation', 'bool', '4+', { default: true }],
    ['includeClusterAuthorizedOperations', 'bool', '8-10'],
    ['includeTopicAuthorizedOperations', 'bool', '8+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '3+', { ignorable: true }],
    ['brokers', { of: [
      ['nodeId', 'int32', '0+'],
      ['host', 'string', '0+'],
      ['port', 'int32', '0+'],
      ['rack', 'string', '1+', { nullable: '1+', default: null, ignorable: true }],
    ] }, '0+'],
    ['clusterId', 'string', '2+', { nullable: '2+', default: null, ignorable: true }],
    ['controllerId', 'int32', '1+', { default: -1, ignorable: true }],
    ['topics', { of: [
      ['errorCode', 'int16', '0+'],
      ['name', 'string', '0+', { nullable: '12+' }],
      ['topicId', 'uuid', '10+', { ignorable: true }],
      ['isInternal', 'bool', '1+', { ignorable: true }],
      ['partitions', { of: [
        ['errorCode', 'int16', '0+'],
        ['partitionIndex', 'int32', '0+'],
        ['leaderId', 'int32', '0+'],
        ['leaderEpoch', 'int32', '7+', { default: -1, ignorable: true }],
        ['replicaNodes', { of: 'int32' }, '0+'],
        ['isrNodes', { of: 'int32' }, '0+'],
        ['offlineReplicas', { of: 'int32' }, '5+', { ignorable: true }],
      ] }, '0+'],
      ['topicAuthorizedOperations', 'int32', '8+', { default: -2147483648 }],
    ] }, '0+'],
    ['clusterAuthorizedOperations', 'int32', '8-10', { default: -2147483648 }],
    ['errorCode', 'int16', '13+', { ignorable: true }],
  ],
})
