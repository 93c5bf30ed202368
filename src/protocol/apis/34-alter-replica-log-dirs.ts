// AlterReplicaLogDirs, API key 34. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface AlterReplicaLogDirsRequest {
  dirs: AlterReplicaLogDir[]
}

export interface AlterReplicaLogDir {
  path: string
  topics: AlterReplicaLogDirTopic[]
}

export interface AlterReplicaLogDirTopic {
  name: string
  partitions: number[]
}

export interface AlterReplicaLogDirsResponse {
  throttleTimeMs: number
  results: AlterReplicaLogDirTopicResult[]
}

export interface AlterReplicaLogDirTopicResult {
  topicName: string
  partitions: AlterReplicaLogDirPartitionResult[]
}

export interface AlterReplicaLogDirPartitionResult {
  partitionIndex: number
  errorCode: number
}

export const AlterReplicaLogDirs = defineApi<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse>({
  key: 34,
  name: 'AlterReplicaLogDirs',
  versions: [1, 2],
  flexible: 2,
  listeners: ['broker'],
  request: [
    ['dirs', { of: [
      ['path', 'string', '0+'],
      ['topics', { of: [
        ['name', 'string', '0+'],
        ['partitions', { of: 'int32' }, '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['results', { of: [
      ['topicName', 'string', '0+'],
      ['partitions', { of: [
        ['partitionIndex', 'int32', '0+'],
        ['errorCode', 'int16', '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
