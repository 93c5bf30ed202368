// DescribeLogDirs, API key 35. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeLogDirsRequest {
  topics: DescribableLogDirTopic[] | null
}

export interface DescribableLogDirTopic {
  topic: string
  partitions: number[]
}

export interface DescribeLogDirsResponse {
  throttleTimeMs: number
  errorCode: number
  results: DescribeLogDirsResult[]
}

export interface DescribeLogDirsResult {
  errorCode: number
  logDir: string
  topics: DescribeLogDirsTopic[]
  totalBytes: number
  usableBytes: number
  isCordoned: boolean
}

export interface DescribeLogDirsTopic {
  name: string
  partitions: DescribeLogDirsPartition[]
}

export interface DescribeLogDirsPartition {
  partitionIndex: number
  partitionSize: number
  offsetLag: number
  isFutureKey: boolean
}

export const DescribeLogDirs = defineApi<DescribeLogDirsRequest, DescribeLogDirsResponse>({
  key: 35,
  name: 'DescribeLogDirs',
  versions: [1, 5],
  flexible: 2,
  listeners: ['broker'],
  request: [
    ['topics', { of: [
      ['topic', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+', { nullable: '0+' }],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '3+', { ignorable: true }],
    ['results', { of: [
      ['errorCode', 'int16', '0+'],
      ['logDir', 'string', '0+'],
      ['topics', { of: [
        ['name', 'string', '0+'],
        ['partitions', { of: [
          ['partitionIndex', 'int32', '0+'],
          ['partitionSize', 'int64', '0+'],
          ['offsetLag', 'int64', '0+'],
          ['isFutureKey', 'bool', '0+'],
        ] }, '0+'],
      ] }, '0+'],
      ['totalBytes', 'int64', '4+', { default: -1, ignorable: true }],
      ['usableBytes', 'int64', '4+', { default: -1, ignorable: true }],
      ['isCordoned', 'bool', '5+', { ignorable: true }],
    ] }, '0+'],
  ],
})
