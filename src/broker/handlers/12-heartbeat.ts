// Heartbeat: a member says that it is alive, and learns of a rebalance. Version 3 static members.

import { Heartbeat } from '../../protocol/apis/12-heartbeat.ts'
import { ApiError } from '../api-error.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: Heartbeat,
  versions: [0, 4],
  handle(request, { broker }) {
    try {
      if (request.groupId === '') throw new ApiError('INVALID_GROUP_ID')
      broker.groups.heartbeat(request)
      return {}
    } catch (error) {
      if (error instanceof ApiError) return { errorCode: error.code }
      throw error
    }
  },
})
