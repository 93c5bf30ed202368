// SyncGroup: the leader brings the assignment, the others wait for it. Version 3 static members, 5 the protocol.

import { SyncGroup } from '../../protocol/apis/14-sync-group.ts'
import { ApiError } from '../api-error.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: SyncGroup,
  versions: [0, 5],
  async handle(request, { broker, version }) {
    try {
      if (request.groupId === '') throw new ApiError('INVALID_GROUP_ID')
      if (version >= 5 && (request.protocolType === null || request.protocolName === null)) {
        throw new ApiError('INCONSISTENT_GROUP_PROTOCOL')
      }
      return await broker.groups.sync(request)
    } catch (error) {
      if (error instanceof ApiError) return { errorCode: error.code }
      throw error
    }
  },
})
