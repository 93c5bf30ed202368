// The numbers that ACLs are made of in requests and in the metadata log, and their names (Kafka: ResourceType, PatternType,
// AclOperation, AclPermissionType). 0 is something not known, 1 stands for any in filters.

export const AclResource = {
  topic: 2,
  group: 3,
  cluster: 4,
  transactionalId: 5,
  delegationToken: 6,
  user: 7,
} as const

export const AclPattern = {
  /** In filters: literal, wildcard and prefixed patterns that a name falls under. */
  match: 2,
  literal: 3,
  prefixed: 4,
} as const

export const AclOperation = {
  all: 2,
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
  createTokens: 13,
  describeTokens: 14,
  twoPhaseCommit: 15,
} as const

export const AclPermission = { deny: 2, allow: 3 } as const

/** In filters: whatever. */
export const ANY = 1

/** The one resource of type cluster. */
export const CLUSTER_NAME = 'kafka-cluster'
/** As a literal name: every resource; as a host: every host. */
export const WILDCARD = '*'
/** Every user. */
export const EVERYBODY = 'User:*'

/** An ACL: who may or may not do what, from where, to which resources. */
export interface Acl {
  resourceType: number
  resourceName: string
  patternType: number
  /** `TYPE:NAME` */
  principal: string
  host: string
  operation: number
  permissionType: number
}

/** null and ANY find whatever there is. */
export interface AclFilter {
  resourceTypeFilter: number
  resourceNameFilter: string | null
  patternTypeFilter: number
  principalFilter: string | null
  hostFilter: string | null
  operation: number
  permissionType: number
}

/** Kafka's name of a number, as its texts have it: `DESCRIBE_CONFIGS`. */
export function aclName(table: Readonly<Record<string, number>>, code: number): string {
  if (code === ANY) return 'ANY'
  const name = Object.keys(table).find((key) => table[key] === code)
  return name === undefined ? 'UNKNOWN' : name.replaceAll(/[A-Z]/g, '_$&').toUpperCase()
}
