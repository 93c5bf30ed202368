// LeaveGroup: members leave before their session ends. Version 3 several at once, and static ones by their instance id.

import { LeaveGroup } from '../../protocol/apis/13-leave-group.ts'
import { errorCode } from '../../protocol/errors.ts'
import { answerOf } from '../api-error.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: LeaveGroup,
  versions: [0, 5],
  async handle({ groupId, memberId, members }, { broker, version }) {
    if (groupId === '') return { errorCode: errorCode('INVALID_GROUP_ID') }
    const leaving = version < 3 ? [{ memberId, groupInstanceId: null }] : members
    try {
      const codes = await broker.groups.leave(groupId, leaving)
      if (version < 3) return { errorCode: codes[0] }
      return {
        members: members.map((each, i) => ({
          memberId: each.memberId,
          groupInstanceId: each.groupInstanceId,
          errorCode: codes[i],
        })),
      }
    } catch (error) {
      return { errorCode: answerOf(error).errorCode }
    }
  },
})
