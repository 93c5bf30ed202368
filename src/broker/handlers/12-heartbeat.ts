// Heartbeat: a member says that it is alive, and learns of a rebalance. Version 3 static members.

import { Heartbeat } from '../../protocol/apis/12-heartbeat.ts'
import { ApiError } from '../api-error.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: Heartbeat,
  versions: [0, 4],
  handle({ groupId, generationId, memberId, groupInstanceId }, { broker }) {
    try {
      if (groupId === '') throw new ApiError('INVALID_GROUP_ID')
      const group = broker.groups.get(groupId)
      if (group === undefined) throw new ApiError('UNKNOWN_MEMBER_ID')
      broker.groups.rebalance.heartbeat(group, memberId, groupInstanceId, generationId)
      return {}
    } catch (error) {
      if (error instanceof ApiError) return { errorCode: error.code }
      throw error
    }
  },
})
