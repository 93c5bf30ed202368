// CreateTopics, API key 19. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface CreateTopicsRequest {
  topics: CreatableTopic[]
  timeoutMs: number
  validateOnly: boolean
}

export interface CreatableTopic {
  name: string
  numPartitions: number
  replicationFactor: number
  assignments: CreatableReplicaAssignment[]
  configs: CreatableTopicConfig[]
}

export interface CreatableReplicaAssignment {
  partitionIndex: number
  brokerIds: number[]
}

export interface CreatableTopicConfig {
  name: string
  value: string | null
}

export interface CreateTopicsResponse {
  throttleTimeMs: number
  topics: CreatableTopicResult[]
}

export interface CreatableTopicResult {
  name: string
  topicId: string
  errorCode: number
  errorMessage: string | null
  topicConfigErrorCode: number
  numPartitions: number
  replicationFactor: number
  configs: CreatableTopicConfigs[] | null
}

export interface CreatableTopicConfigs {
  name: string
  value: string | null
  readOnly: boolean
  configSource: number
  isSensitive: boolean
}

export const CreateTopics = defineApi<CreateTopicsRequest, CreateTopicsResponse>({
  key: 19,
  name: 'CreateTopics',
  versions: [2, 7],
  flexible: 5,
  listeners: ['broker', 'controller'],
  request: [
    ['topics', { of: [
      ['name', 'string', '0+'],
      ['numPartitions', 'int32', '0+'],
      ['replicationFactor', 'int16', '0+'],
      ['assignments', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['brokerIds', { of: 'int32' }, '0+'],
      ] }, '0+'],
      ['configs', { of: [
        ['name', 'string', '0+'],
        ['value', 'string', '0+', { nullable: '0+' }],
      ] }, '0+'],
    ] }, '0+'],
    ['timeoutMs', 'int32', '0+', { default: 60000 }],
    ['validateOnly', 'bool', '1+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '2+', { ignorable: true }],
    ['topics', { of: [
      ['name', 'string', '0+'],
      ['topicId', 'uuid', '7+', { ignorable: true }],
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '1+', { nullable: '0+', ignorable: true }],
      ['topicConfigErrorCode', 'int16', '5+', { tag: 0, tagged: '5+', ignorable: true }],
      ['numPartitions', 'int32', '5+', { default: -1, ignorable: true }],
      ['replicationFactor', 'int16', '5+', { default: -1, ignorable: true }],
      ['configs', { of: [
        ['name', 'string', '5+'],
        ['value', 'string', '5+', { nullable: '5+' }],
        ['readOnly', 'bool', '5+'],
        ['configSource', 'int8', '5+', { default: -1, ignorable: true }],
        ['isSensitive', 'bool', '5+'],
      ] }, '5+', { nullable: '5+', ignorable: true }],
    ] }, '0+'],
  ],
})
