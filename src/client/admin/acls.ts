// ACLs: which there are, made and taken away (KIP-140, KIP-290).

import { type KtoolError, UsageError } from '../../errors.ts'
import type { Acl, AclFilter } from '../../protocol/acl.ts'
import { DescribeAcls } from '../../protocol/apis/29-describe-acls.ts'
import { CreateAcls } from '../../protocol/apis/30-create-acls.ts'
import { DeleteAcls } from '../../protocol/apis/31-delete-acls.ts'
import { errorCode as codeOf, KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { retry } from '../retry.ts'
import { atController } from './at-controller.ts'

/** The ACLs that a filter finds, by resource and principal. */
export async function findAcls(cluster: Cluster, filter: AclFilter): Promise<Acl[]> {
  const { resources } = await retry(cluster.options, async () => {
    const broker = await cluster.any()
    const answer = await broker.request(DescribeAcls, filter)
    const problem = problemOf(answer, 'ACLs')
    if (problem !== null) throw problem
    return answer
  })
  const acls = resources.flatMap(({ acls, ...resource }) => acls.map((acl): Acl => ({ ...resource, ...acl })))
  return acls.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
}

/** Makes ACLs; those that are there already stay. What is wrong with each, in the order given. */
export async function createAcls(cluster: Cluster, acls: readonly Acl[]): Promise<(KtoolError | null)[]> {
  const { results } = await atController(cluster, (broker) => {
    const creations = acls.map(({ patternType, ...acl }) => ({ ...acl, resourcePatternType: patternType }))
    return broker.request(CreateAcls, { creations })
  })
  return acls.map((acl, index) => problemOf(results[index], `ACL of ${acl.principal} for ${acl.resourceName}`))
}

/** Takes ACLs away, each as it is. What is wrong with each, in the order given. */
export async function deleteAcls(cluster: Cluster, acls: readonly Acl[]): Promise<(KtoolError | null)[]> {
  const { filterResults } = await atController(cluster, (broker) =>
    broker.request(DeleteAcls, { filters: acls.map(exactly) }),
  )
  return acls.map((acl, index) => {
    const what = `ACL of ${acl.principal} for ${acl.resourceName}`
    const failed = filterResults[index].matchingAcls.find(({ errorCode }) => errorCode !== 0)
    return problemOf(filterResults[index], what) ?? (failed === undefined ? null : problemOf(failed, what))
  })
}

/** The filter that finds nothing but this ACL. */
function exactly(acl: Acl): AclFilter {
  const { resourceType, resourceName, patternType, principal, host, operation, permissionType } = acl
  return {
    resourceTypeFilter: resourceType,
    resourceNameFilter: resourceName,
    patternTypeFilter: patternType,
    principalFilter: principal,
    hostFilter: host,
    operation,
    permissionType,
  }
}

const SECURITY_DISABLED = codeOf('SECURITY_DISABLED')

function problemOf(answer: { errorCode: number; errorMessage: string | null }, what: string): KtoolError | null {
  const { errorCode, errorMessage } = answer
  if (errorCode === 0) return null
  if (errorCode !== SECURITY_DISABLED) return new KafkaError(errorCode, what, errorMessage)
  return new UsageError('the brokers have no authorizer, so that there are no ACLs and everybody may do everything', {
    hint: 'authorizer.class.name in their configuration names one',
  })
}

function sortKey({ resourceType, resourceName, patternType, principal, host, permissionType, operation }: Acl): string {
  return JSON.stringify([resourceType, resourceName, patternType, principal, host, permissionType, operation + 10])
}
