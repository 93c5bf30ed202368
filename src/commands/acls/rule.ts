// What the options of the acls commands say: resources, patterns, who, operations. And how an ACL is shown.

import { UsageError } from '../../errors.ts'
import {
  type Acl,
  AclOperation,
  AclPattern,
  AclPermission,
  AclResource,
  CLUSTER_NAME,
  EVERYBODY,
  WILDCARD,
} from '../../protocol/acl.ts'
import { defineFlags, type FlagValues } from '../command.ts'

/** `describeConfigs` to `describe-configs`, as options and rows have it. */
const kebab = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Numbers by their names in options and rows. */
const named = (table: Readonly<Record<string, number>>) =>
  new Map(Object.entries(table).map(([name, code]) => [kebab(name), code]))

export const operations = named(AclOperation)
const resources = named(AclResource)
const patterns = named(AclPattern)
const permissions = named(AclPermission)

export const resourceFlags = defineFlags({
  topic: { value: 'NAME', repeatable: true, complete: 'topic', doc: "Topic; '*' for every topic" },
  group: { value: 'ID', repeatable: true, complete: 'group', doc: "Group; '*' for every group" },
  transactionalId: {
    value: 'ID',
    repeatable: true,
    complete: 'transaction',
    doc: "Transactional id; '*' for every one",
  },
  cluster: { doc: 'The cluster itself' },
  delegationToken: { value: 'ID', repeatable: true, doc: "Delegation token; '*' for every token" },
  tokenOwner: { value: 'USER', repeatable: true, doc: 'User whose delegation tokens it is about' },
  prefixed: { doc: 'Names stand for all names that begin with them' },
})

export const operationFlag = defineFlags({
  operation: {
    value: 'OPERATION',
    choices: [...operations.keys()],
    repeatable: true,
    doc: 'What it is about',
  },
  host: { value: 'ADDRESS', repeatable: true, doc: "IP address that clients come from; '*' for every address" },
})

export interface Resource {
  resourceType: number
  resourceName: string
}

/** The resources that the options name. */
export function resourcesOf(flags: FlagValues<Omit<typeof resourceFlags, 'prefixed'>>): Resource[] {
  const of = (resourceType: number, names: readonly string[]) =>
    names.map((resourceName): Resource => {
      if (resourceName === '') throw new UsageError('a name is empty', { hint: "'*' stands for every name" })
      if (resourceType === AclResource.topic && resourceName !== WILDCARD && /[*?]/.test(resourceName)) {
        throw new UsageError(`ACLs know no globs such as '${resourceName}'`, {
          hint: "--prefixed has a name stand for all that begin with it, and '*' stands for every topic",
        })
      }
      return { resourceType, resourceName }
    })
  return [
    ...of(AclResource.topic, flags.topic),
    ...of(AclResource.group, flags.group),
    ...of(AclResource.transactionalId, flags.transactionalId),
    ...(flags.cluster ? [{ resourceType: AclResource.cluster, resourceName: CLUSTER_NAME }] : []),
    ...of(AclResource.delegationToken, flags.delegationToken),
    ...of(AclResource.user, flags.tokenOwner.map(principalOf)),
  ]
}

/** A user's name, `*` for every user, or TYPE:NAME as it is. */
export function principalOf(text: string): string {
  if (text === WILDCARD) return EVERYBODY
  if (text === '' || text.startsWith(':')) throw new UsageError(`'${text}' is no user`)
  return text.includes(':') ? text : `User:${text}`
}

export function operationsOf(names: readonly string[]): number[] {
  return names.map((name) => operations.get(name) as number)
}

export interface AclRow {
  resource: string
  name: string
  pattern: string
  principal: string
  permission: string
  operation: string
  host: string
}

export function aclRow(acl: Acl): AclRow {
  return {
    resource: nameIn(resources, acl.resourceType),
    name: acl.resourceName,
    pattern: nameIn(patterns, acl.patternType),
    principal: acl.principal,
    permission: nameIn(permissions, acl.permissionType),
    operation: nameIn(operations, acl.operation),
    host: acl.host,
  }
}

function nameIn(table: ReadonlyMap<string, number>, code: number): string {
  return [...table].find(([, number]) => number === code)?.[0] ?? `unknown-${code}`
}

export const aclColumns = [
  { key: 'resource' },
  { key: 'name' },
  { key: 'pattern' },
  { key: 'principal' },
  { key: 'permission' },
  { key: 'operation' },
  { key: 'host' },
] as const
