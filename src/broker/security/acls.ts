// ACLs as they are made, found and taken away (Kafka: AclControlManager, AclApis, AclBindingFilter). They are records of the
// metadata log; without an authorizer nobody looks at them.

import {
  type Acl,
  type AclFilter,
  AclOperation,
  AclPattern,
  AclPermission,
  AclResource,
  ANY,
  aclName,
  CLUSTER_NAME,
  WILDCARD,
} from '../../protocol/acl.ts'
import { ProtocolError } from '../../protocol/errors.ts'
import type { AccessControlEntryRecord } from '../../protocol/stored/cluster-metadata.ts'
import { ApiError } from '../api-error.ts'
import { newUuid } from '../controller.ts'
import { type MetadataRecord, RecordType } from '../metadata-image.ts'
import type { MetadataLog } from '../metadata-log.ts'

/** Makes the ACLs, those apart that there are already. Returns what is wrong with each; null where nothing is. */
export async function createAcls(metadata: MetadataLog, acls: readonly Acl[]): Promise<(ApiError | null)[]> {
  const known = new Set([...metadata.image.acls.values()].map(aclKey))
  const records: MetadataRecord[] = []
  const any = acls.some(holdsAny)
  const results = acls.map((acl) => {
    try {
      // Kafka's own classes can't hold such an ACL, and the request fails as a whole.
      if (any) throw new ApiError('UNKNOWN_SERVER_ERROR', '')
      checkAcl(acl)
      if (!known.has(aclKey(acl))) records.push({ type: RecordType.acl, version: 0, value: { ...acl, id: newUuid() } })
      known.add(aclKey(acl))
      return null
    } catch (error) {
      if (error instanceof ApiError) return error
      throw error
    }
  })
  metadata.append(records)
  await metadata.flush()
  return results
}

/** Takes away what the filters find. Returns for each what it found. */
export async function deleteAcls(
  metadata: MetadataLog,
  filters: readonly AclFilter[],
): Promise<(AccessControlEntryRecord[] | ApiError)[]> {
  const results = filters.map((filter) => filterProblem(filter) ?? findAcls(metadata.image.acls.values(), filter))
  const ids = new Set(results.flatMap((found) => (found instanceof ApiError ? [] : found.map(({ id }) => id))))
  metadata.append([...ids].map((id) => ({ type: RecordType.removeAcl, version: 0, value: { id } })))
  await metadata.flush()
  return results
}

export function findAcls<Each extends Acl>(acls: Iterable<Each>, filter: AclFilter): Each[] {
  return [...acls].filter((acl) => matches(filter, acl))
}

/** Throws a ProtocolError, which closes the connection, for what stands for something unknown (as Kafka's parser does). */
export function checkNumbers(...codes: readonly number[]): void {
  if (codes.includes(0)) throw new ProtocolError('a request about ACLs with unknown elements')
}

/** What makes an ACL another one. */
export function aclKey({ resourceType, resourceName, patternType, principal, host, operation, permissionType }: Acl) {
  return JSON.stringify([resourceType, resourceName, patternType, principal, host, operation, permissionType])
}

function matches(filter: AclFilter, acl: Acl): boolean {
  const { resourceTypeFilter, principalFilter, hostFilter, operation, permissionType } = filter
  return (
    (resourceTypeFilter === ANY || resourceTypeFilter === acl.resourceType) &&
    matchesPattern(filter, acl) &&
    (principalFilter === null || principalFilter === acl.principal) &&
    (hostFilter === null || hostFilter === acl.host) &&
    (operation === ANY || operation === acl.operation) &&
    (permissionType === ANY || permissionType === acl.permissionType)
  )
}

function matchesPattern({ patternTypeFilter: wanted, resourceNameFilter: name }: AclFilter, acl: Acl): boolean {
  if (wanted !== ANY && wanted !== AclPattern.match && wanted !== acl.patternType) return false
  if (name === null || name === acl.resourceName) return true
  if (wanted !== AclPattern.match) return false
  return acl.patternType === AclPattern.prefixed ? name.startsWith(acl.resourceName) : acl.resourceName === WILDCARD
}

function holdsAny({ resourceType, patternType, operation, permissionType }: Acl): boolean {
  const anyPattern = patternType === ANY || patternType === AclPattern.match
  return resourceType === ANY || anyPattern || operation === ANY || permissionType === ANY
}

const isKnown = (table: Readonly<Record<string, number>>, code: number) => Object.values(table).includes(code)

function checkAcl(acl: Acl): void {
  const { resourceType, resourceName, patternType, principal, operation, permissionType } = acl
  if (resourceType === AclResource.cluster && resourceName !== CLUSTER_NAME) {
    throw invalid(`The only valid name for the CLUSTER resource is ${CLUSTER_NAME}`)
  }
  if (resourceName === '') throw invalid('Invalid empty resource name')
  for (const [what, table, code] of [
    ['resourceType', AclResource, resourceType],
    ['patternType', AclPattern, patternType],
    ['operation', AclOperation, operation],
    ['permissionType', AclPermission, permissionType],
  ] as const) {
    if (!isKnown(table, code)) throw invalid(`Invalid ${what} ${aclName(table, code)}`)
  }
  if (!principal.includes(':')) {
    const why = 'no colon is present separating the principal type from the principal name'
    throw invalid(`Could not parse principal from \`${principal}\` (${why})`)
  }
}

function filterProblem(filter: AclFilter): ApiError | undefined {
  const known = (table: Readonly<Record<string, number>>, code: number) => code === ANY || isKnown(table, code)
  if (!known(AclResource, filter.resourceTypeFilter) || !known(AclPattern, filter.patternTypeFilter)) {
    return invalid('Unknown patternFilter.')
  }
  if (!known(AclOperation, filter.operation) || !known(AclPermission, filter.permissionType)) {
    return invalid('Unknown entryFilter.')
  }
  return undefined
}

function invalid(message: string): ApiError {
  return new ApiError('INVALID_REQUEST', message)
}
