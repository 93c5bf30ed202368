// Records of __cluster_metadata. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineMessage, type Message } from '../api.ts'

export interface RegisterBrokerRecord {
  brokerId: number
  isMigratingZkBroker: boolean
  incarnationId: string
  brokerEpoch: number
  endPoints: RegisterBrokerRecordBrokerEndpoint[]
  features: RegisterBrokerRecordBrokerFeature[]
  rack: string | null
  fenced: boolean
  inControlledShutdown: boolean
  logDirs: string[]
  cordonedLogDirs: string[] | null
}

export interface RegisterBrokerRecordBrokerEndpoint {
  name: string
  host: string
  port: number
  securityProtocol: number
}

export interface RegisterBrokerRecordBrokerFeature {
  name: string
  minSupportedVersion: number
  maxSupportedVersion: number
}

export const registerBrokerRecord = defineMessage<RegisterBrokerRecord>({
  name: 'RegisterBrokerRecord',
  versions: [0, 4],
  flexible: 0,
  fields: [
    ['brokerId', 'int32', '0+'],
    ['isMigratingZkBroker', 'bool', '2+'],
    ['incarnationId', 'uuid', '0+'],
    ['brokerEpoch', 'int64', '0+'],
    ['endPoints', { of: [
      ['name', 'string', '0+'],
      ['host', 'string', '0+'],
      ['port', 'uint16', '0+'],
      ['securityProtocol', 'int16', '0+'],
    ] }, '0+'],
    ['features', { of: [
      ['name', 'string', '0+'],
      ['minSupportedVersion', 'int16', '0+'],
      ['maxSupportedVersion', 'int16', '0+'],
    ] }, '0+'],
    ['rack', 'string', '0+', { nullable: '0+' }],
    ['fenced', 'bool', '0+', { default: true }],
    ['inControlledShutdown', 'bool', '1+'],
    ['logDirs', { of: 'uuid' }, '3+', { tag: 0, tagged: '3+' }],
    ['cordonedLogDirs', { of: 'uuid' }, '4+', { nullable: '4+', tag: 1, tagged: '4+', default: null }],
  ],
})

export interface UnregisterBrokerRecord {
  brokerId: number
  brokerEpoch: number
}

export const unregisterBrokerRecord = defineMessage<UnregisterBrokerRecord>({
  name: 'UnregisterBrokerRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['brokerId', 'int32', '0+'],
    ['brokerEpoch', 'int64', '0+'],
  ],
})

export interface TopicRecord {
  name: string
  topicId: string
}

export const topicRecord = defineMessage<TopicRecord>({
  name: 'TopicRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['name', 'string', '0+'],
    ['topicId', 'uuid', '0+'],
  ],
})

export interface PartitionRecord {
  partitionId: number
  topicId: string
  replicas: number[]
  isr: number[]
  removingReplicas: number[]
  addingReplicas: number[]
  leader: number
  leaderRecoveryState: number
  leaderEpoch: number
  partitionEpoch: number
  directories: string[]
  eligibleLeaderReplicas: number[] | null
  lastKnownElr: number[] | null
}

export const partitionRecord = defineMessage<PartitionRecord>({
  name: 'PartitionRecord',
  versions: [0, 2],
  flexible: 0,
  fields: [
    ['partitionId', 'int32', '0+', { default: -1 }],
    ['topicId', 'uuid', '0+'],
    ['replicas', { of: 'int32' }, '0+'],
    ['isr', { of: 'int32' }, '0+'],
    ['removingReplicas', { of: 'int32' }, '0+'],
    ['addingReplicas', { of: 'int32' }, '0+'],
    ['leader', 'int32', '0+', { default: -1 }],
    ['leaderRecoveryState', 'int8', '0+', { tag: 0, tagged: '0+' }],
    ['leaderEpoch', 'int32', '0+', { default: -1 }],
    ['partitionEpoch', 'int32', '0+', { default: -1 }],
    ['directories', { of: 'uuid' }, '1+'],
    ['eligibleLeaderReplicas', { of: 'int32' }, '2+', { nullable: '2+', tag: 1, tagged: '2+', default: null }],
    ['lastKnownElr', { of: 'int32' }, '2+', { nullable: '2+', tag: 2, tagged: '2+', default: null }],
  ],
})

export interface ConfigRecord {
  resourceType: number
  resourceName: string
  name: string
  value: string | null
}

export const configRecord = defineMessage<ConfigRecord>({
  name: 'ConfigRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['resourceType', 'int8', '0+'],
    ['resourceName', 'string', '0+'],
    ['name', 'string', '0+'],
    ['value', 'string', '0+', { nullable: '0+' }],
  ],
})

export interface PartitionChangeRecord {
  partitionId: number
  topicId: string
  isr: number[] | null
  leader: number
  replicas: number[] | null
  removingReplicas: number[] | null
  addingReplicas: number[] | null
  leaderRecoveryState: number
  directories: string[] | null
  eligibleLeaderReplicas: number[] | null
  lastKnownElr: number[] | null
}

export const partitionChangeRecord = defineMessage<PartitionChangeRecord>({
  name: 'PartitionChangeRecord',
  versions: [0, 2],
  flexible: 0,
  fields: [
    ['partitionId', 'int32', '0+', { default: -1 }],
    ['topicId', 'uuid', '0+'],
    ['isr', { of: 'int32' }, '0+', { nullable: '0+', tag: 0, tagged: '0+', default: null }],
    ['leader', 'int32', '0+', { tag: 1, tagged: '0+', default: -2 }],
    ['replicas', { of: 'int32' }, '0+', { nullable: '0+', tag: 2, tagged: '0+', default: null }],
    ['removingReplicas', { of: 'int32' }, '0+', { nullable: '0+', tag: 3, tagged: '0+', default: null }],
    ['addingReplicas', { of: 'int32' }, '0+', { nullable: '0+', tag: 4, tagged: '0+', default: null }],
    ['leaderRecoveryState', 'int8', '0+', { tag: 5, tagged: '0+', default: -1 }],
    ['directories', { of: 'uuid' }, '1+', { nullable: '1+', tag: 8, tagged: '1+', default: null }],
    ['eligibleLeaderReplicas', { of: 'int32' }, '2+', { nullable: '2+', tag: 6, tagged: '2+', default: null }],
    ['lastKnownElr', { of: 'int32' }, '2+', { nullable: '2+', tag: 7, tagged: '2+', default: null }],
  ],
})

export interface FenceBrokerRecord {
  id: number
  epoch: number
}

export const fenceBrokerRecord = defineMessage<FenceBrokerRecord>({
  name: 'FenceBrokerRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['id', 'int32', '0+'],
    ['epoch', 'int64', '0+'],
  ],
})

export interface UnfenceBrokerRecord {
  id: number
  epoch: number
}

export const unfenceBrokerRecord = defineMessage<UnfenceBrokerRecord>({
  name: 'UnfenceBrokerRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['id', 'int32', '0+'],
    ['epoch', 'int64', '0+'],
  ],
})

export interface RemoveTopicRecord {
  topicId: string
}

export const removeTopicRecord = defineMessage<RemoveTopicRecord>({
  name: 'RemoveTopicRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['topicId', 'uuid', '0+'],
  ],
})

export interface DelegationTokenRecord {
  owner: string
  requester: string
  renewers: string[]
  issueTimestamp: number
  maxTimestamp: number
  expirationTimestamp: number
  tokenId: string
}

export const delegationTokenRecord = defineMessage<DelegationTokenRecord>({
  name: 'DelegationTokenRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['owner', 'string', '0+'],
    ['requester', 'string', '0+'],
    ['renewers', { of: 'string' }, '0+'],
    ['issueTimestamp', 'int64', '0+'],
    ['maxTimestamp', 'int64', '0+'],
    ['expirationTimestamp', 'int64', '0+'],
    ['tokenId', 'string', '0+'],
  ],
})

export interface UserScramCredentialRecord {
  name: string
  mechanism: number
  salt: Buffer
  storedKey: Buffer
  serverKey: Buffer
  iterations: number
}

export const userScramCredentialRecord = defineMessage<UserScramCredentialRecord>({
  name: 'UserScramCredentialRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['name', 'string', '0+'],
    ['mechanism', 'int8', '0+'],
    ['salt', 'bytes', '0+'],
    ['storedKey', 'bytes', '0+'],
    ['serverKey', 'bytes', '0+'],
    ['iterations', 'int32', '0+'],
  ],
})

export interface FeatureLevelRecord {
  name: string
  featureLevel: number
}

export const featureLevelRecord = defineMessage<FeatureLevelRecord>({
  name: 'FeatureLevelRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['name', 'string', '0+'],
    ['featureLevel', 'int16', '0+'],
  ],
})

export interface ClientQuotaRecord {
  entity: ClientQuotaRecordEntityData[]
  key: string
  value: number
  remove: boolean
}

export interface ClientQuotaRecordEntityData {
  entityType: string
  entityName: string | null
}

export const clientQuotaRecord = defineMessage<ClientQuotaRecord>({
  name: 'ClientQuotaRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['entity', { of: [
      ['entityType', 'string', '0+'],
      ['entityName', 'string', '0+', { nullable: '0+' }],
    ] }, '0+'],
    ['key', 'string', '0+'],
    ['value', 'float64', '0+'],
    ['remove', 'bool', '0+'],
  ],
})

export interface ProducerIdsRecord {
  brokerId: number
  brokerEpoch: number
  nextProducerId: number
}

export const producerIdsRecord = defineMessage<ProducerIdsRecord>({
  name: 'ProducerIdsRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['brokerId', 'int32', '0+'],
    ['brokerEpoch', 'int64', '0+', { default: -1 }],
    ['nextProducerId', 'int64', '0+'],
  ],
})

export interface BrokerRegistrationChangeRecord {
  brokerId: number
  brokerEpoch: number
  fenced: number
  inControlledShutdown: number
  logDirs: string[]
  cordonedLogDirs: string[] | null
}

export const brokerRegistrationChangeRecord = defineMessage<BrokerRegistrationChangeRecord>({
  name: 'BrokerRegistrationChangeRecord',
  versions: [0, 3],
  flexible: 0,
  fields: [
    ['brokerId', 'int32', '0+'],
    ['brokerEpoch', 'int64', '0+'],
    ['fenced', 'int8', '0+', { tag: 0, tagged: '0+' }],
    ['inControlledShutdown', 'int8', '1+', { tag: 1, tagged: '1+' }],
    ['logDirs', { of: 'uuid' }, '2+', { tag: 2, tagged: '2+' }],
    ['cordonedLogDirs', { of: 'uuid' }, '3+', { nullable: '3+', tag: 3, tagged: '3+', default: null }],
  ],
})

export interface AccessControlEntryRecord {
  id: string
  resourceType: number
  resourceName: string
  patternType: number
  principal: string
  host: string
  operation: number
  permissionType: number
}

export const accessControlEntryRecord = defineMessage<AccessControlEntryRecord>({
  name: 'AccessControlEntryRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['id', 'uuid', '0+'],
    ['resourceType', 'int8', '0+'],
    ['resourceName', 'string', '0+'],
    ['patternType', 'int8', '0+'],
    ['principal', 'string', '0+'],
    ['host', 'string', '0+'],
    ['operation', 'int8', '0+'],
    ['permissionType', 'int8', '0+'],
  ],
})

export interface RemoveAccessControlEntryRecord {
  id: string
}

export const removeAccessControlEntryRecord = defineMessage<RemoveAccessControlEntryRecord>({
  name: 'RemoveAccessControlEntryRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['id', 'uuid', '0+'],
  ],
})

export type NoOpRecord = Record<never, never>

export const noOpRecord = defineMessage<NoOpRecord>({
  name: 'NoOpRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [],
})

export interface ZkMigrationStateRecord {
  zkMigrationState: number
}

export const zkMigrationStateRecord = defineMessage<ZkMigrationStateRecord>({
  name: 'ZkMigrationStateRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['zkMigrationState', 'int8', '0+'],
  ],
})

export interface RemoveUserScramCredentialRecord {
  name: string
  mechanism: number
}

export const removeUserScramCredentialRecord = defineMessage<RemoveUserScramCredentialRecord>({
  name: 'RemoveUserScramCredentialRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['name', 'string', '0+'],
    ['mechanism', 'int8', '0+'],
  ],
})

export interface BeginTransactionRecord {
  name: string | null
}

export const beginTransactionRecord = defineMessage<BeginTransactionRecord>({
  name: 'BeginTransactionRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['name', 'string', '0+', { nullable: '0+', tag: 0, tagged: '0+', default: null }],
  ],
})

export type EndTransactionRecord = Record<never, never>

export const endTransactionRecord = defineMessage<EndTransactionRecord>({
  name: 'EndTransactionRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [],
})

export interface AbortTransactionRecord {
  reason: string | null
}

export const abortTransactionRecord = defineMessage<AbortTransactionRecord>({
  name: 'AbortTransactionRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['reason', 'string', '0+', { nullable: '0+', tag: 0, tagged: '0+', default: null }],
  ],
})

export interface RemoveDelegationTokenRecord {
  tokenId: string
}

export const removeDelegationTokenRecord = defineMessage<RemoveDelegationTokenRecord>({
  name: 'RemoveDelegationTokenRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['tokenId', 'string', '0+'],
  ],
})

export interface RegisterControllerRecord {
  controllerId: number
  incarnationId: string
  zkMigrationReady: boolean
  endPoints: RegisterControllerRecordControllerEndpoint[]
  features: RegisterControllerRecordControllerFeature[]
}

export interface RegisterControllerRecordControllerEndpoint {
  name: string
  host: string
  port: number
  securityProtocol: number
}

export interface RegisterControllerRecordControllerFeature {
  name: string
  minSupportedVersion: number
  maxSupportedVersion: number
}

export const registerControllerRecord = defineMessage<RegisterControllerRecord>({
  name: 'RegisterControllerRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['controllerId', 'int32', '0+'],
    ['incarnationId', 'uuid', '0+'],
    ['zkMigrationReady', 'bool', '0+'],
    ['endPoints', { of: [
      ['name', 'string', '0+'],
      ['host', 'string', '0+'],
      ['port', 'uint16', '0+'],
      ['securityProtocol', 'int16', '0+'],
    ] }, '0+'],
    ['features', { of: [
      ['name', 'string', '0+'],
      ['minSupportedVersion', 'int16', '0+'],
      ['maxSupportedVersion', 'int16', '0+'],
    ] }, '0+'],
  ],
})

export interface ClearElrRecord {
  topicName: string
}

export const clearElrRecord = defineMessage<ClearElrRecord>({
  name: 'ClearElrRecord',
  versions: [0, 0],
  flexible: 0,
  fields: [
    ['topicName', 'string', '0+'],
  ],
})

/** By the record's type number. */
// biome-ignore lint/suspicious/noExplicitAny: a record of whatever type
export const recordTypes: ReadonlyMap<number, { name: string; value: Message<any> }> = new Map([
  [0, { name: 'RegisterBroker', value: registerBrokerRecord }],
  [1, { name: 'UnregisterBroker', value: unregisterBrokerRecord }],
  [2, { name: 'Topic', value: topicRecord }],
  [3, { name: 'Partition', value: partitionRecord }],
  [4, { name: 'Config', value: configRecord }],
  [5, { name: 'PartitionChange', value: partitionChangeRecord }],
  [7, { name: 'FenceBroker', value: fenceBrokerRecord }],
  [8, { name: 'UnfenceBroker', value: unfenceBrokerRecord }],
  [9, { name: 'RemoveTopic', value: removeTopicRecord }],
  [10, { name: 'DelegationToken', value: delegationTokenRecord }],
  [11, { name: 'UserScramCredential', value: userScramCredentialRecord }],
  [12, { name: 'FeatureLevel', value: featureLevelRecord }],
  [14, { name: 'ClientQuota', value: clientQuotaRecord }],
  [15, { name: 'ProducerIds', value: producerIdsRecord }],
  [17, { name: 'BrokerRegistrationChange', value: brokerRegistrationChangeRecord }],
  [18, { name: 'AccessControlEntry', value: accessControlEntryRecord }],
  [19, { name: 'RemoveAccessControlEntry', value: removeAccessControlEntryRecord }],
  [20, { name: 'NoOp', value: noOpRecord }],
  [21, { name: 'ZkMigrationState', value: zkMigrationStateRecord }],
  [22, { name: 'RemoveUserScramCredential', value: removeUserScramCredentialRecord }],
  [23, { name: 'BeginTransaction', value: beginTransactionRecord }],
  [24, { name: 'EndTransaction', value: endTransactionRecord }],
  [25, { name: 'AbortTransaction', value: abortTransactionRecord }],
  [26, { name: 'RemoveDelegationToken', value: removeDelegationTokenRecord }],
  [27, { name: 'RegisterController', value: registerControllerRecord }],
  [28, { name: 'ClearElr', value: clearElrRecord }],
])
