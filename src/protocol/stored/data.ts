// Control records and data carried inside other messages. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineMessage } from '../api.ts'

export interface ConsumerProtocolAssignment {
  assignedPartitions: ConsumerProtocolAssignmentTopicPartition[]
  userData: Buffer | null
}

export interface ConsumerProtocolAssignmentTopicPartition {
  topic: string
  partitions: number[]
}

export const consumerProtocolAssignment = defineMessage<ConsumerProtocolAssignment>({
  name: 'ConsumerProtocolAssignment',
  versions: [0, 3],
  flexible: null,
  fields: [
    ['assignedPartitions', { of: [
      ['topic', 'string', '0+'],
      ['partitions', { of: 'int32' }, '0+'],
    ] }, '0+'],
    ['userData', 'bytes', '0+', { nullable: '0+', default: null }],
  ],
})

export interface ConsumerProtocolSubscription {
  topics: string[]
  userData: Buffer | null
  ownedPartitions: ConsumerProtocolSubscriptionTopicPartition[]
  generationId: number
  rackId: string | null
}

export interface ConsumerProtocolSubscriptionTopicPartition {
  topic: string
  partitions: number[]
}

export const consumerProtocolSubscription = defineMessage<ConsumerProtocolSubscription>({
  name: 'ConsumerProtocolSubscription',
  versions: [0, 3],
  flexible: null,
  fields: [
    ['topics', { of: 'string' }, '0+'],
    ['userData', 'bytes', '0+', { nullable: '0+', default: null }],
    ['ownedPartitions', { of: [
      ['topic', 'string', '1+'],
      ['partitions', { of: 'int32' }, '1+'],
    ] }, '1+', { ignorable: true }],
    ['generationId', 'int32', '2+', { default: -1, ignorable: true }],
    ['rackId', 'string', '3+', { nullable: '3+', default: null, ignorable: true }],
  ],
})

export interface ControlRecordTypeSchema {
  type: number
}

export const controlRecordTypeSchema = defineMessage<ControlRecordTypeSchema>({
  name: 'ControlRecordTypeSchema',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['type', 'int16', '0+'],
  ],
})

export interface DefaultPrincipalData {
  type: string
  name: string
  tokenAuthenticated: boolean
}

export const defaultPrincipalData = defineMessage<DefaultPrincipalData>({
  name: 'DefaultPrincipalData',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['type', 'string', '0+'],
    ['name', 'string', '0+'],
    ['tokenAuthenticated', 'bool', '0+'],
  ],
})

export interface EndTxnMarker {
  coordinatorEpoch: number
}

export const endTxnMarker = defineMessage<EndTxnMarker>({
  name: 'EndTxnMarker',
  versions: [0, 0],
  flexible: null,
  fields: [
    ['coordinatorEpoch', 'int32', '0+'],
  ],
})

export interface KRaftVersionRecord {
  version: number
  kRaftVersion: number
}

export const kRaftVersionRecord = defineMessage<KRaftVersionRecord>({
  name: 'KRaftVersionRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['version', 'int16', '0+'],
    ['kRaftVersion', 'int16', '0+'],
  ],
})

export interface LeaderChangeMessage {
  version: number
  leaderId: number
  voters: LeaderChangeMessageVoter[]
  grantingVoters: LeaderChangeMessageVoter[]
}

export interface LeaderChangeMessageVoter {
  voterId: number
  voterDirectoryId: string
}

export const leaderChangeMessage = defineMessage<LeaderChangeMessage>({
  name: 'LeaderChangeMessage',
  versions: [0, 1],
  flexible: 0,
  fields: [
    ['version', 'int16', '0+'],
    ['leaderId', 'int32', '0+'],
    ['voters', { of: [
      ['voterId', 'int32', '0+'],
      ['voterDirectoryId', 'uuid', '1+'],
    ] }, '0+'],
    ['grantingVoters', { of: [
      ['voterId', 'int32', '0+'],
      ['voterDirectoryId', 'uuid', '1+'],
    ] }, '0+'],
  ],
})

export interface ProducerSnapshot {
  crc: number
  producerEntries: ProducerSnapshotProducerEntry[]
}

export interface ProducerSnapshotProducerEntry {
  producerId: number
  epoch: number
  lastSequence: number
  lastOffset: number
  offsetDelta: number
  timestamp: number
  coordinatorEpoch: number
  currentTxnFirstOffset: number
}

export const producerSnapshot = defineMessage<ProducerSnapshot>({
  name: 'ProducerSnapshot',
  versions: [1, 1],
  flexible: null,
  fields: [
    ['crc', 'uint32', '1'],
    ['producerEntries', { of: [
      ['producerId', 'int64', '1'],
      ['epoch', 'int16', '1'],
      ['lastSequence', 'int32', '1'],
      ['lastOffset', 'int64', '1'],
      ['offsetDelta', 'int32', '1'],
      ['timestamp', 'int64', '1'],
      ['coordinatorEpoch', 'int32', '1'],
      ['currentTxnFirstOffset', 'int64', '1'],
    ] }, '1'],
  ],
})

export interface QuorumStateData {
  clusterId: string
  leaderId: number
  leaderEpoch: number
  votedId: number
  votedDirectoryId: string
  appliedOffset: number
  currentVoters: QuorumStateDataVoter[] | null
}

export interface QuorumStateDataVoter {
  voterId: number
}

export const quorumStateData = defineMessage<QuorumStateData>({
  name: 'QuorumStateData',
  versions: [0, 1],
  flexible: 0,
  fields: [
    ['clusterId', 'string', '0'],
    ['leaderId', 'int32', '0+', { default: -1 }],
    ['leaderEpoch', 'int32', '0+', { default: -1 }],
    ['votedId', 'int32', '0+', { default: -1 }],
    ['votedDirectoryId', 'uuid', '1+'],
    ['appliedOffset', 'int64', '0'],
    ['currentVoters', { of: [
      ['voterId', 'int32', '0'],
    ] }, '0', { nullable: '0' }],
  ],
})

export interface SnapshotFooterRecord {
  version: number
}

export const snapshotFooterRecord = defineMessage<SnapshotFooterRecord>({
  name: 'SnapshotFooterRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['version', 'int16', '0+'],
  ],
})

export interface SnapshotHeaderRecord {
  version: number
  lastContainedLogTimestamp: number
}

export const snapshotHeaderRecord = defineMessage<SnapshotHeaderRecord>({
  name: 'SnapshotHeaderRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['version', 'int16', '0+'],
    ['lastContainedLogTimestamp', 'int64', '0+'],
  ],
})

export interface VotersRecord {
  version: number
  voters: VotersRecordVoter[]
}

export interface VotersRecordVoter {
  voterId: number
  voterDirectoryId: string
  endpoints: VotersRecordEndpoint[]
  kRaftVersionFeature: VotersRecordKRaftVersionFeature
}

export interface VotersRecordEndpoint {
  name: string
  host: string
  port: number
}

export interface VotersRecordKRaftVersionFeature {
  minSupportedVersion: number
  maxSupportedVersion: number
}

export const votersRecord = defineMessage<VotersRecord>({
  name: 'VotersRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['version', 'int16', '0+'],
    ['voters', { of: [
      ['voterId', 'int32', '0+'],
      ['voterDirectoryId', 'uuid', '0+'],
      ['endpoints', { of: [
        ['name', 'string', '0+'],
        ['host', 'string', '0+'],
        ['port', 'uint16', '0+'],
      ] }, '0+'],
      ['kRaftVersionFeature', [
        ['minSupportedVersion', 'int16', '0+'],
        ['maxSupportedVersion', 'int16', '0+'],
      ], '0+'],
    ] }, '0+'],
  ],
})
