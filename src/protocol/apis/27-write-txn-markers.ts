// WriteTxnMarkers, API key 27. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface WriteTxnMarkersRequest {
  markers: WritableTxnMarker[]
}

export interface WritableTxnMarker {
  producerId: number
  producerEpoch: number
  transactionResult: boolean
  topics: WritableTxnMarkerTopic[]
  coordinatorEpoch: number
  transactionVersion: number
}

export interface WritableTxnMarkerTopic {
  name: string
  partitionIndexes: number[]
}

export interface WriteTxnMarkersResponse {
  markers: WritableTxnMarkerResult[]
}

export interface WritableTxnMarkerResult {
  producerId: number
  topics: WritableTxnMarkerTopicResult[]
}

export interface WritableTxnMarkerTopicResult {
  name: string
  partitions: WritableTxnMarkerPartitionResult[]
}

export interface WritableTxnMarkerPartitionResult {
  partitionIndex: number
  errorCode: number
}

export const WriteTxnMarkers = defineApi<WriteTxnMarkersRequest, WriteTxnMarkersResponse>({
  key: 27,
  name: 'WriteTxnMarkers',
  versions: [1, 2],
  flexible: 1,
  listeners: ['broker'],
  request: [
    ['markers', { of: [
      ['producerId', 'int64', '0+'],
      ['producerEpoch', 'int16', '0+'],
      ['transactionResult', 'bool', '0+'],
      ['topics', { of: [
        ['name', 'string', '0+'],
        ['partitionIndexes', { of: 'int32' }, '0+'],
      ] }, '0+'],
      ['coordinatorEpoch', 'int32', '0+'],
      ['transactionVersion', 'int8', '2+', { ignorable: true }],
    ] }, '0+'],
  ],
  response: [
    ['markers', { of: [
      ['producerId', 'int64', '0+'],
      ['topics', { of: [
        ['name', 'string', '0+'],
        ['partitions', { of: [
          ['partitionIndex', 'int32', '0+'],
          ['errorCode', 'int16', '0+'],
        ] }, '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
