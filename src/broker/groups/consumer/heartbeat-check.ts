// What a heartbeat must and must not say (Kafka: GroupCoordinatorService.throwIfConsumerGroupHeartbeatRequestIsInvalid).

import type { ConsumerGroupHeartbeatRequest } from '../../../protocol/apis/68-consumer-group-heartbeat.ts'
import { ApiError } from '../../api-error.ts'
import { javaHash } from '../../coordinator-log.ts'
import type { ServerAssignor } from './assignors/assignor.ts'
import { grownCapacity, hashOrder } from './java-order.ts'
import { JOIN_EPOCH, LEAVE_EPOCH, STATIC_LEAVE_EPOCH } from './member.ts'

/** Throws INVALID_REQUEST or UNSUPPORTED_ASSIGNOR. */
export function checkHeartbeat(
  request: ConsumerGroupHeartbeatRequest,
  version: number,
  assignors: readonly ServerAssignor[],
): void {
  const { memberEpoch, serverAssignor } = request
  // Before version 1 the coordinator made the id.
  if (version >= 1 || memberEpoch > 0 || memberEpoch === LEAVE_EPOCH) notEmpty(request.memberId, 'MemberId')
  notEmpty(request.groupId, 'GroupId')
  notEmpty(request.instanceId, 'InstanceId')
  notEmpty(request.rackId, 'RackId')
  if (memberEpoch === JOIN_EPOCH) {
    if (request.rebalanceTimeoutMs === -1) invalid('RebalanceTimeoutMs must be provided in first request.')
    if (request.topicPartitions?.length !== 0) invalid('TopicPartitions must be empty when (re-)joining.')
    if (request.subscribedTopicNames === null && request.subscribedTopicRegex === null) {
      invalid('Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.')
    }
  } else if (memberEpoch === STATIC_LEAVE_EPOCH) {
    if (request.instanceId === null) invalid("InstanceId can't be null.")
  } else if (memberEpoch < STATIC_LEAVE_EPOCH) invalid('MemberEpoch is invalid.')
  const names = assignors.map(({ name }) => name)
  if (serverAssignor !== null && !names.includes(serverAssignor)) {
    const list = hashOrder(new Set(names), javaHash, grownCapacity(names.length)).join(', ')
    throw new ApiError(
      'UNSUPPORTED_ASSIGNOR',
      `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${list}.`,
    )
  }
}

function notEmpty(value: string | null, field: string): void {
  if (value?.trim() === '') invalid(`${field} can't be empty.`)
}

function invalid(message: string): never {
  throw new ApiError('INVALID_REQUEST', message)
}
