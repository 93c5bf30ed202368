// LeaveGroup: members leave before their session ends. Version 3 several at once, and static ones by their instance id.

import { LeaveGroup, type MemberIdentity } from '../../protocol/apis/13-leave-group.ts'
import { errorCode } from '../../protocol/errors.ts'
import { answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: LeaveGroup,
  versions: [0, 5],
  handle({ groupId, memberId, members }, { broker, version }) {
    if (groupId === '') return { errorCode: errorCode('INVALID_GROUP_ID') }
    if (version < 3) return { errorCode: leave(broker, groupId, memberId, null) }
    return {
      members: members.map((each: MemberIdentity) => ({
        memberId: each.memberId,
        groupInstanceId: each.groupInstanceId,
        errorCode: leave(broker, groupId, each.memberId, each.groupInstanceId),
      })),
    }
  },
})

function leave(broker: Broker, groupId: string, memberId: string, instanceId: string | null): number {
  const group = broker.groups.get(groupId)
  if (group === undefined) return errorCode('UNKNOWN_MEMBER_ID')
  try {
    broker.groups.rebalance.leave(group, memberId, instanceId)
    return 0
  } catch (error) {
    return answerOf(error).errorCode
  }
}
