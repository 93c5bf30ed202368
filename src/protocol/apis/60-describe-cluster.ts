// DescribeCluster, API key 60. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeClusterRequest {
  includeClusterAuthorizedOperations: boolean
  endpointType: number
  includeFencedBrokers: boolean
}

export interface DescribeClusterResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  endpointType: number
  clusterId: string
  controllerId: number
  brokers: DescribeClusterBroker[]
  clusterAuthorizedOperations: number
}

export interface DescribeClusterBroker {
  brokerId: number
  host: string
  port: number
  rack: string | null
  isFenced: boolean
}

export const DescribeCluster = defineApi<DescribeClusterRequest, DescribeClusterResponse>({
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexible: 0,
  listeners: ['broker', 'controller'],
  request: [
    ['includeClusterAuthorizedOperations', 'bool', '0+'],
    ['endpointType', 'int8', '1+', { default: 1 }],
    ['includeFencedBrokers', 'bool', '2+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+', default: null }],
    ['endpointType', 'int8', '1+', { default: 1 }],
    ['clusterId', 'string', '0+'],
    ['controllerId', 'int32', '0+', { default: -1 }],
    ['brokers', { of: [
      ['brokerId', 'int32', '0+'],
      ['host', 'string', '0+'],
      ['port', 'int32', '0+'],
      ['rack', 'string', '0+', { nullable: '0+', default: null }],
      ['isFenced', 'bool', '2+'],
    ] }, '0+'],
    ['clusterAuthorizedOperations', 'int32', '0+', { default: -2147483648 }],
  ],
})
