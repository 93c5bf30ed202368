// JoinGroup: a member joins a group of the classic protocol and waits for the rebalance. Versions: 1 a rebalance timeout;
// 4 new members are told their id first (KIP-394); 5 static members (KIP-345); 9 may tell the leader to keep its assignment.

import { JoinGroup } from '../../protocol/apis/11-join-group.ts'
import { ApiError } from '../api-error.ts'
import { failedJoin } from '../groups/classic/group.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: JoinGroup,
  versions: [0, 9],
  async handle(request, { broker, clientId, connection, version }) {
    try {
      const { configs, groups } = broker
      const { groupId, sessionTimeoutMs } = request
      if (groupId === '') throw new ApiError('INVALID_GROUP_ID')
      const [least, most] = [
        configs.number('group.min.session.timeout.ms'),
        configs.number('group.max.session.timeout.ms'),
      ]
      if (sessionTimeoutMs < least || sessionTimeoutMs > most) throw new ApiError('INVALID_SESSION_TIMEOUT')
      const client = { id: clientId ?? '', host: `/${connection.remoteAddress}`, takesMemberId: version >= 4 }
      const answer = await groups.join(request, client)
      return version >= 7 ? answer : { ...answer, protocolName: answer.protocolName ?? '' }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const failed = failedJoin(error.error, request.memberId)
      return version >= 7 ? failed : { ...failed, protocolName: '' }
    }
  },
})
