// DescribeGroups: the state and the members of groups of the classic protocol. Version 6 says of an unknown group that it is not there.

import { DescribeGroups } from '../../protocol/apis/15-describe-groups.ts'
import { errorCode } from '../../protocol/errors.ts'
import { GROUP_OPERATIONS, NOT_ASKED } from '../authorized-operations.ts'
import { ClassicGroup, NO_BYTES } from '../groups/classic/group.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: DescribeGroups,
  versions: [0, 6],
  handle({ groups: wanted, includeAuthorizedOperations }, { broker, version }) {
    const authorizedOperations = includeAuthorizedOperations ? GROUP_OPERATIONS : NOT_ASKED
    const groups = wanted.map((groupId) => {
      if (groupId === '') return { groupId, errorCode: errorCode('INVALID_GROUP_ID') }
      const group = broker.groups.get(groupId)
      if (!(group instanceof ClassicGroup)) {
        const dead = { groupId, groupState: 'Dead', authorizedOperations }
        if (version < 6) return dead
        const errorMessage = `Group ${groupId} ${group === undefined ? 'not found' : 'is not a classic group'}.`
        return { ...dead, authorizedOperations: NOT_ASKED, errorCode: errorCode('GROUP_ID_NOT_FOUND'), errorMessage }
      }
      const isAgreed = group.state === 'Stable'
      return {
        groupId,
        groupState: group.state,
        protocolType: group.protocolType ?? '',
        protocolData: isAgreed ? (group.protocolName ?? '') : '',
        members: [...group.members.values()].map((member) => ({
          memberId: member.id,
          groupInstanceId: member.instanceId,
          clientId: member.clientId,
          clientHost: member.clientHost,
          memberMetadata: isAgreed ? group.metadataOf(member) : NO_BYTES,
          memberAssignment: isAgreed ? member.assignment : NO_BYTES,
        })),
        authorizedOperations,
      }
    })
    return { groups }
  },
})
