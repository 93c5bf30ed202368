// Who an ACL to be made or taken away is for, and the short forms that stand for several (Kafka: kafka-acls --producer,
// --consumer). What `acls add` and `acls remove` share.

import { UsageError } from '../../errors.ts'
import {
  type Acl,
  AclOperation,
  AclPattern,
  AclPermission,
  AclResource,
  CLUSTER_NAME,
  WILDCARD,
} from '../../protocol/acl.ts'
import { defineFlags, type FlagValues } from '../command.ts'
import { operationFlag, operationsOf, principalOf, type Resource, resourceFlags, resourcesOf } from './rule.ts'

export const subjectFlags = defineFlags({
  allowPrincipal: { value: 'USER', repeatable: true, doc: "User who may, '*' for every user, or TYPE:NAME" },
  denyPrincipal: { value: 'USER', repeatable: true, doc: 'User who may not, whatever else allows it' },
  producer: {
    doc: 'What a producer needs: write, describe and create for the topics, write and describe for transactional ids',
  },
  idempotent: { doc: 'With --producer: idempotent-write for the cluster too, which brokers before 2.8 want' },
  consumer: { doc: 'What a consumer needs: read and describe for the topics, read for the groups' },
})

const flags = { ...resourceFlags, ...subjectFlags, ...operationFlag }

/** The ACLs that the options describe, each once. Throws a UsageError where they describe none. */
export function aclsOf(given: FlagValues<typeof flags>): Acl[] {
  const subjects = [
    ...given.allowPrincipal.map((user) => ({ principal: principalOf(user), permissionType: AclPermission.allow })),
    ...given.denyPrincipal.map((user) => ({ principal: principalOf(user), permissionType: AclPermission.deny })),
  ]
  if (subjects.length === 0)
    throw new UsageError('nobody is named', { hint: 'give --allow-principal or --deny-principal' })
  const rights = rightsOf(given)
  const hosts = given.host.length > 0 ? given.host : [WILDCARD]
  const patternType = given.prefixed ? AclPattern.prefixed : AclPattern.literal
  const acls = rights.flatMap(({ resourceType, resourceName, operation }) =>
    subjects.flatMap((subject) =>
      hosts.map((host): Acl => {
        const isOne = resourceType === AclResource.cluster
        return {
          resourceType,
          resourceName,
          patternType: isOne ? AclPattern.literal : patternType,
          ...subject,
          host,
          operation,
        }
      }),
    ),
  )
  return [...new Map(acls.map((acl) => [JSON.stringify(acl), acl])).values()]
}

/** Operations on resources. */
function rightsOf(given: FlagValues<typeof flags>): (Resource & { operation: number })[] {
  const resources = resourcesOf(given)
  const of = (type: number, ...operations: number[]) =>
    resources
      .filter(({ resourceType }) => resourceType === type)
      .flatMap((resource) => operations.map((operation) => ({ ...resource, operation })))
  const { read, write, create, describe, idempotentWrite } = AclOperation
  if (given.idempotent && !given.producer) throw new UsageError('--idempotent goes with --producer')
  if (!given.producer && !given.consumer) {
    if (resources.length === 0) {
      throw new UsageError('no resource is named', { hint: 'give --topic, --group, --transactional-id or --cluster' })
    }
    if (given.operation.length === 0) {
      throw new UsageError('no operation is named', {
        hint: 'give --operation, --producer or --consumer; --operation all is everything',
      })
    }
    return operationsOf(given.operation).flatMap((operation) =>
      resources.map((resource) => ({ ...resource, operation })),
    )
  }
  if (given.operation.length > 0)
    throw new UsageError('--producer and --consumer say which operations; leave --operation out')
  if (given.topic.length === 0) throw new UsageError('--producer and --consumer need --topic')
  if (given.consumer && given.group.length === 0) throw new UsageError('--consumer needs --group')
  return [
    ...(given.producer ? of(AclResource.topic, write, describe, create) : []),
    ...(given.producer ? of(AclResource.transactionalId, write, describe) : []),
    ...(given.idempotent
      ? [{ resourceType: AclResource.cluster, resourceName: CLUSTER_NAME, operation: idempotentWrite }]
      : []),
    ...(given.consumer ? [...of(AclResource.topic, read, describe), ...of(AclResource.group, read)] : []),
  ]
}
