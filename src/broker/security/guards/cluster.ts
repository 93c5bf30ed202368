// Who may see and change the cluster: configs, quotas, ACLs, users, leaders, features.

import { AclOperation, AclResource, CLUSTER_NAME } from '../../../protocol/acl.ts'
import { DescribeAcls } from '../../../protocol/apis/29-describe-acls.ts'
import { CreateAcls } from '../../../protocol/apis/30-create-acls.ts'
import { DeleteAcls } from '../../../protocol/apis/31-delete-acls.ts'
import { DescribeConfigs } from '../../../protocol/apis/32-describe-configs.ts'
import { AlterConfigs } from '../../../protocol/apis/33-alter-configs.ts'
import { AlterReplicaLogDirs } from '../../../protocol/apis/34-alter-replica-log-dirs.ts'
import { DescribeLogDirs } from '../../../protocol/apis/35-describe-log-dirs.ts'
import { CreateDelegationToken } from '../../../protocol/apis/38-create-delegation-token.ts'
import { ElectLeaders } from '../../../protocol/apis/43-elect-leaders.ts'
import { IncrementalAlterConfigs } from '../../../protocol/apis/44-incremental-alter-configs.ts'
import { AlterPartitionReassignments } from '../../../protocol/apis/45-alter-partition-reassignments.ts'
import { ListPartitionReassignments } from '../../../protocol/apis/46-list-partition-reassignments.ts'
import { DescribeClientQuotas } from '../../../protocol/apis/48-describe-client-quotas.ts'
import { AlterClientQuotas } from '../../../protocol/apis/49-alter-client-quotas.ts'
import { DescribeUserScramCredentials } from '../../../protocol/apis/50-describe-user-scram-credentials.ts'
import { AlterUserScramCredentials } from '../../../protocol/apis/51-alter-user-scram-credentials.ts'
import { DescribeQuorum } from '../../../protocol/apis/55-describe-quorum.ts'
import { UpdateFeatures } from '../../../protocol/apis/57-update-features.ts'
import { DescribeCluster } from '../../../protocol/apis/60-describe-cluster.ts'
import { UnregisterBroker } from '../../../protocol/apis/64-unregister-broker.ts'
import { ListConfigResources } from '../../../protocol/apis/74-list-config-resources.ts'
import { AddRaftVoter } from '../../../protocol/apis/80-add-raft-voter.ts'
import { RemoveRaftVoter } from '../../../protocol/apis/81-remove-raft-voter.ts'
import type { ErrorName } from '../../../protocol/errors.ts'
import { NOT_ASKED } from '../../authorized-operations.ts'
import { tokenRefusal } from '../../delegation-tokens.ts'
import { ResourceType } from '../../metadata-image.ts'
import {
  type Access,
  type AnyGuard,
  allowedInCluster,
  clusterGuard,
  code,
  defineGuard,
  failure,
  mayInCluster,
  split,
  then,
} from '../guard.ts'

const { alter, describe, describeConfigs, alterConfigs, clusterAction } = AclOperation
const REFUSED = code('CLUSTER_AUTHORIZATION_FAILED')

/** What the answers of Metadata and DescribeCluster tell: nothing to those who may not describe the cluster. */
export function clusterOperations(access: Access): number {
  return allowedInCluster(access, describe) ? access.operations(AclResource.cluster, CLUSTER_NAME) : 0
}

const describeCluster = defineGuard(DescribeCluster, (request, access, next) =>
  then(next(request), (response) => {
    if ((response.clusterAuthorizedOperations ?? NOT_ASKED) === NOT_ASKED) return response
    return { ...response, clusterAuthorizedOperations: clusterOperations(access) }
  }),
)

interface ConfigResource {
  resourceType: number
  resourceName: string
}

/** Null where somebody may do this with the configs of a resource; else the error. */
function configProblem(access: Access, operation: number, { resourceType, resourceName }: ConfigResource) {
  const onCluster = (right: number): ErrorName | null =>
    mayInCluster(access, right) ? null : 'CLUSTER_AUTHORIZATION_FAILED'
  switch (resourceType) {
    case ResourceType.topic:
      return access.may(operation, AclResource.topic, resourceName) ? null : 'TOPIC_AUTHORIZATION_FAILED'
    case ResourceType.group:
      return access.may(operation, AclResource.group, resourceName) ? null : 'GROUP_AUTHORIZATION_FAILED'
    case ResourceType.brokerLogger:
      return onCluster(operation === alterConfigs ? clusterAction : operation)
    case ResourceType.broker:
    case ResourceType.clientMetrics:
      return onCluster(operation)
    default:
      return null
  }
}

function checkConfigs<Resource extends ConfigResource>(
  resources: readonly Resource[],
  access: Access,
  operation: number,
) {
  const problems = new Map<Resource, ErrorName>()
  const [allowed, refused] = split(resources, (resource) => {
    const problem = configProblem(access, operation, resource)
    if (problem !== null) problems.set(resource, problem)
    return problem === null
  })
  const refusals = refused.map((resource) => {
    const { resourceType, resourceName } = resource
    return { ...failure(problems.get(resource) as ErrorName), resourceType, resourceName }
  })
  return { allowed, refusals }
}

const describeAllConfigs = defineGuard(DescribeConfigs, (request, access, next) => {
  const { allowed, refusals } = checkConfigs(request.resources, access, describeConfigs)
  if (refusals.length === 0) return next(request)
  return then(next({ ...request, resources: allowed }), (response) => ({
    ...response,
    results: [...(response.results ?? []), ...refusals],
  }))
})

const alterAllConfigs = defineGuard(AlterConfigs, (request, access, next) => {
  const { allowed, refusals } = checkConfigs(request.resources, access, alterConfigs)
  if (refusals.length === 0) return next(request)
  return then(next({ ...request, resources: allowed }), (response) => ({
    ...response,
    responses: [...(response.responses ?? []), ...refusals],
  }))
})

const incrementalAlterConfigs = defineGuard(IncrementalAlterConfigs, (request, access, next) => {
  const { allowed, refusals } = checkConfigs(request.resources, access, alterConfigs)
  if (refusals.length === 0) return next(request)
  return then(next({ ...request, resources: allowed }), (response) => ({
    ...response,
    responses: [
      ...(response.responses ?? []),
      // Loggers are the broker's own matter in Kafka, which says less then.
      ...refusals.map((each) =>
        each.resourceType === ResourceType.brokerLogger ? { ...each, errorMessage: null } : each,
      ),
    ],
  }))
})

/** Everybody may have a token of their own; for others a right on that user is needed. */
const createDelegationToken = defineGuard(CreateDelegationToken, (request, access, next, { session }) => {
  const { ownerPrincipalName, ownerPrincipalType } = request
  const owner = `${ownerPrincipalType}:${ownerPrincipalName}`
  const isOwn = !ownerPrincipalName || owner === session?.principal
  const isRefused = tokenRefusal(session) === 'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED'
  if (isRefused || isOwn || access.may(AclOperation.createTokens, AclResource.user, owner)) return next(request)
  return then(next(request), (response) => ({
    ...response,
    errorCode: code('DELEGATION_TOKEN_AUTHORIZATION_FAILED'),
    issueTimestampMs: -1,
    expiryTimestampMs: -1,
    maxTimestampMs: -1,
  }))
})

export const clusterGuards: AnyGuard[] = [
  createDelegationToken,
  clusterGuard(AlterReplicaLogDirs, alter, ({ dirs }) => ({
    results: dirs.flatMap(({ topics }) =>
      topics.map(({ name, partitions }) => ({
        topicName: name,
        partitions: partitions.map((partitionIndex) => ({ partitionIndex, errorCode: REFUSED })),
      })),
    ),
  })),
  clusterGuard(UnregisterBroker, alter, (_, errorMessage) => ({ errorCode: REFUSED, errorMessage })),
  clusterGuard(AddRaftVoter, alter, () => failure('CLUSTER_AUTHORIZATION_FAILED')),
  clusterGuard(RemoveRaftVoter, alter, () => failure('CLUSTER_AUTHORIZATION_FAILED')),
  describeCluster,
  describeAllConfigs,
  alterAllConfigs,
  incrementalAlterConfigs,
  clusterGuard(ListConfigResources, describeConfigs, () => ({ errorCode: REFUSED })),
  clusterGuard(DescribeAcls, describe, (_, errorMessage) => ({ errorCode: REFUSED, errorMessage, resources: [] })),
  clusterGuard(CreateAcls, alter, ({ creations }, errorMessage) => ({
    results: creations.map(() => ({ errorCode: REFUSED, errorMessage })),
  })),
  clusterGuard(DeleteAcls, alter, ({ filters }, errorMessage) => ({
    filterResults: filters.map(() => ({ errorCode: REFUSED, errorMessage })),
  })),
  clusterGuard(DescribeLogDirs, describe, () => ({ errorCode: REFUSED })),
  clusterGuard(ElectLeaders, alter, ({ topicPartitions }, errorMessage, version) => ({
    errorCode: version === 0 ? 0 : REFUSED,
    replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({ partitionId, errorCode: REFUSED, errorMessage })),
    })),
  })),
  clusterGuard(AlterPartitionReassignments, alter, ({ topics }, errorMessage) => ({
    errorCode: REFUSED,
    errorMessage,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: REFUSED, errorMessage })),
    })),
  })),
  clusterGuard(ListPartitionReassignments, describe, (_, errorMessage) => ({ errorCode: REFUSED, errorMessage })),
  clusterGuard(DescribeClientQuotas, describeConfigs, () => ({
    errorCode: REFUSED,
    errorMessage: null,
    entries: null,
  })),
  clusterGuard(AlterClientQuotas, alterConfigs, ({ entries }) => ({
    entries: entries.map(({ entity }) => ({ ...failure('CLUSTER_AUTHORIZATION_FAILED'), entity })),
  })),
  // Kafka leaves the names out.
  clusterGuard(DescribeUserScramCredentials, describe, ({ users }) => ({
    errorCode: REFUSED,
    errorMessage: null,
    results: (users ?? []).map(() => ({ errorCode: REFUSED, errorMessage: null })),
  })),
  clusterGuard(AlterUserScramCredentials, alter, ({ deletions, upsertions }, errorMessage) => ({
    results: [...new Set([...deletions, ...upsertions].map(({ name }) => name))].map((user) => ({
      user,
      errorCode: REFUSED,
      errorMessage,
    })),
  })),
  clusterGuard(DescribeQuorum, describe, () => failure('CLUSTER_AUTHORIZATION_FAILED')),
  clusterGuard(UpdateFeatures, alter, (_, errorMessage) => ({ errorCode: REFUSED, errorMessage, results: [] })),
]
