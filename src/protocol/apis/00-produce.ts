// Produce, API key 0. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface ProduceRequest {
  transactionalId: string | null
  acks: number
  timeoutMs: number
  topicData: TopicProduceData[]
}

export interface TopicProduceData {
  name: string
  topicId: string
  partitionData: PartitionProduceData[]
}

export interface PartitionProduceData {
  index: number
  records: Buffer | null
}

export interface ProduceResponse {
  responses: TopicProduceResponse[]
  throttleTimeMs: number
  nodeEndpoints: NodeEndpoint[]
}

export interface TopicProduceResponse {
  name: string
  topicId: string
  partitionResponses: PartitionProduceResponse[]
}

export interface PartitionProduceResponse {
  index: number
  errorCode: number
  baseOffset: number
  logAppendTimeMs: number
  logStartOffset: number
  recordErrors: BatchIndexAndErrorMessage[]
  errorMessage: string | null
  currentLeader: LeaderIdAndEpoch
}

export interface BatchIndexAndErrorMessage {
  batchIndex: number
  batchIndexErrorMessage: string | null
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

export const Produce = defineApi<ProduceRequest, ProduceResponse>({
  key: 0,
  name: 'Produce',
  versions: [3, 13],
  flexible: 9,
  listeners: ['broker'],
  request: [
    ['transactionalId', 'string', '3+', { nullable: '3+', default: null }],
    ['acks', 'int16', '0+'],
    ['timeoutMs', 'int32', '0+'],
    ['topicData', { of: [
      ['name', 'string', '0-12', { ignorable: true }],
      ['topicId', 'uuid', '13+', { ignorable: true }],
      ['partitionData', { of: [
        ['index', 'int32', '0+'],
        ['records', 'records', '0+', { nullable: '0+' }],
      ] }, '0+'],
    ] }, '0+'],
  ],
  response: [
    ['responses', { of: [
      ['name', 'string', '0-12', { ignorable: true }],
      ['topicId', 'uuid', '13+', { ignorable: true }],
      ['partitionResponses', { of: [
        ['index', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
        ['baseOffset', 'int64', '0+'],
        ['logAppendTimeMs', 'int64', '2+', { default: -1, ignorable: true }],
        ['logStartOffset', 'int64', '5+', { default: -1, ignorable: true }],
        ['recordErrors', { of: [
          ['batchIndex', 'int32', '8+'],
          ['batchIndexErrorMessage', 'string', '8+', { nullable: '8+', default: null }],
        ] }, '8+', { ignorable: true }],
        ['errorMessage', 'string', '8+', { nullable: '8+', default: null, ignorable: true }],
        ['currentLeader', [
          ['leaderId', 'int32', '10+', { default: -1 }],
          ['leaderEpoch', 'int32', '10+', { default: -1 }],
        ], '10+', { tag: 0, tagged: '10+' }],
      ] }, '0+'],
    ] }, '0+'],
    ['throttleTimeMs', 'int32', '1+', { ignorable: true }],
    ['nodeEndpoints', { of: [
      ['nodeId', 'int32', '10+'],
      ['host', 'string', '10+'],
      ['port', 'int32', '10+'],
      ['rack', 'string', '10+', { nullable: '10+', default: null }],
    ] }, '10+', { tag: 0, tagged: '10+' }],
  ],
})
