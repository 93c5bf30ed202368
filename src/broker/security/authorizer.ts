// Who may do what, by the ACLs (Kafka: StandardAuthorizer).
//
//   super user ─> yes        an ACL that denies ─> no        one that allows ─> yes
//   no ACL at all for the resource ─> what allow.everyone.if.no.acl.found says        else ─> no
//
// ACLs count for a resource whose name they are, whose name begins with theirs (prefixed), or for all of its type ('*').
// They are indexed by type and name; prefixes by their lengths too, so that the time does not grow with the number of ACLs.

import { UsageError } from '../../errors.ts'
import {
  type Acl,
  AclOperation,
  AclPattern,
  AclPermission,
  AclResource,
  EVERYBODY,
  WILDCARD,
} from '../../protocol/acl.ts'
import { inFull } from '../../util/address.ts'
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { MetadataImage } from '../metadata-image.ts'

/** Somebody at a host. */
export interface Who {
  readonly principal: string
  readonly host: string
}

const STANDARD = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'

/** Operations that bring another one with them, where they are allowed. */
const IMPLY: ReadonlyMap<number, readonly number[]> = new Map([
  [
    AclOperation.describe,
    [AclOperation.describe, AclOperation.read, AclOperation.write, AclOperation.delete, AclOperation.alter],
  ],
  [AclOperation.describeConfigs, [AclOperation.describeConfigs, AclOperation.alterConfigs]],
])

/** The operations that a resource of a type knows (Kafka: AclEntry.supportedOperations). */
const OPERATIONS: ReadonlyMap<number, readonly number[]> = new Map([
  [AclResource.topic, [3, 4, 5, 6, 7, 8, 10, 11]],
  [AclResource.group, [3, 6, 8, 10, 11]],
  [AclResource.cluster, [5, 7, 8, 9, 10, 11, 12]],
])

/** The ACLs of one type of resources. */
interface Index {
  all: Acl[]
  literal: Map<string, Acl[]>
  prefixed: Map<string, Acl[]>
  /** Of the prefixes, each once. */
  lengths: number[]
}

/** The authorizer that the configs name; null where they name none. Throws a UsageError for one that is not there. */
export function authorizerOf(configs: BrokerConfigs, image: MetadataImage): Authorizer | null {
  const name = configs.get('authorizer.class.name') ?? ''
  if (name === '') return null
  if (name !== STANDARD) {
    throw new UsageError(`authorizer.class.name is ${name}, and no Java is here to run it`, {
      hint: `the one that is built in is ${STANDARD}`,
    })
  }
  const superUsers = (configs.get('super.users') ?? '')
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  const odd = superUsers.find((each) => !each.includes(':'))
  if (odd !== undefined) {
    throw new UsageError(`super.users names ${odd}, which is no principal`, {
      hint: 'write User:NAME;User:NAME, with semicolons between',
    })
  }
  const allowsUnknown = configs.get('allow.everyone.if.no.acl.found')?.trim().toLowerCase() === 'true'
  return new Authorizer(image, { superUsers, allowsUnknown })
}

export class Authorizer {
  private readonly image: MetadataImage
  private readonly superUsers: ReadonlySet<string>
  /** Whether resources without any ACL are everybody's. */
  private readonly allowsUnknown: boolean
  private indexes = new Map<number, Index>()
  private indexedVersion = -1

  constructor(image: MetadataImage, options: { superUsers: readonly string[]; allowsUnknown: boolean }) {
    this.image = image
    this.superUsers = new Set(options.superUsers)
    this.allowsUnknown = options.allowsUnknown
  }

  /** Whether there is nobody who could do anything, not even make ACLs. */
  get isShut(): boolean {
    return this.superUsers.size === 0 && !this.allowsUnknown && this.image.acls.size === 0
  }

  allows(who: Who, operation: number, resourceType: number, name: string): boolean {
    if (this.superUsers.has(who.principal)) return true
    const index = this.indexFor(resourceType)
    if (index === undefined) return this.allowsUnknown
    let found = false
    let allowed = false
    const look = (acls: readonly Acl[] | undefined): boolean => {
      if (acls === undefined) return true
      found = true
      for (const acl of acls) {
        if (!concerns(acl, who) || !covers(acl, operation)) continue
        if (acl.permissionType === AclPermission.deny) return false
        allowed = true
      }
      return true
    }
    if (!look(index.literal.get(name)) || (name !== WILDCARD && !look(index.literal.get(WILDCARD)))) return false
    for (const length of index.lengths) {
      if (length <= name.length && !look(index.prefixed.get(name.slice(0, length)))) return false
    }
    return allowed || (!found && this.allowsUnknown)
  }

  /**
   * Whether there is any resource of the type that the operation is allowed on (Kafka: Authorizer.authorizeByResourceType).
   * Here no operation implies another one.
   */
  allowsAny(who: Who, operation: number, resourceType: number): boolean {
    if (this.allows(who, operation, resourceType, 'hardcode')) return true
    const own = (this.indexFor(resourceType)?.all ?? []).filter(
      (acl) => concerns(acl, who) && (acl.operation === operation || acl.operation === AclOperation.all),
    )
    const denied = own.filter(({ permissionType }) => permissionType === AclPermission.deny)
    const allowed = own.filter(({ permissionType }) => permissionType === AclPermission.allow)
    const isAll = ({ patternType, resourceName }: Acl) =>
      patternType === AclPattern.literal && resourceName === WILDCARD
    if (denied.some(isAll)) return false
    return allowed.some(
      (allow) =>
        isAll(allow) ||
        !denied.some((deny) =>
          deny.patternType === AclPattern.prefixed
            ? allow.resourceName.startsWith(deny.resourceName)
            : allow.patternType === AclPattern.literal && allow.resourceName === deny.resourceName,
        ),
    )
  }

  /** The operations that are allowed, as bits by their number. */
  operations(who: Who, resourceType: number, name: string): number {
    let bits = 0
    for (const operation of OPERATIONS.get(resourceType) ?? []) {
      if (this.allows(who, operation, resourceType, name)) bits |= 1 << operation
    }
    return bits
  }

  private indexFor(resourceType: number): Index | undefined {
    if (this.indexedVersion !== this.image.aclVersion) {
      this.indexes = indexesOf(this.image.acls.values())
      this.indexedVersion = this.image.aclVersion
    }
    return this.indexes.get(resourceType)
  }
}

function indexesOf(acls: Iterable<Acl>): Map<number, Index> {
  const indexes = new Map<number, Index>()
  for (const given of acls) {
    // An IPv6 address may be written in many ways.
    const acl = { ...given, host: inFull(given.host) }
    let index = indexes.get(acl.resourceType)
    if (index === undefined) {
      index = { all: [], literal: new Map(), prefixed: new Map(), lengths: [] }
      indexes.set(acl.resourceType, index)
    }
    index.all.push(acl)
    const isPrefix = acl.patternType === AclPattern.prefixed
    const byName = isPrefix ? index.prefixed : index.literal
    const same = byName.get(acl.resourceName)
    if (same === undefined) byName.set(acl.resourceName, [acl])
    else same.push(acl)
    if (isPrefix && !index.lengths.includes(acl.resourceName.length)) index.lengths.push(acl.resourceName.length)
  }
  return indexes
}

function concerns({ principal, host }: Acl, who: Who): boolean {
  return (principal === who.principal || principal === EVERYBODY) && (host === WILDCARD || host === who.host)
}

function covers({ operation: given, permissionType }: Acl, wanted: number): boolean {
  if (given === wanted || given === AclOperation.all) return true
  return permissionType === AclPermission.allow && (IMPLY.get(wanted)?.includes(given) ?? false)
}
