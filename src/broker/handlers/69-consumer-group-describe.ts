// ConsumerGroupDescribe: the members of consumer groups, what they have and what they shall have. Version 1 tells who of them
// speaks the classic protocol.

import { ConsumerGroupDescribe } from '../../protocol/apis/69-consumer-group-describe.ts'
import { errorCode } from '../../protocol/errors.ts'
import { answerOf } from '../api-error.ts'
import { GROUP_OPERATIONS, NOT_ASKED } from '../authorized-operations.ts'
import { hasConsumerGroups } from '../features.ts'
import { describeGroup } from '../groups/consumer/describe.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: ConsumerGroupDescribe,
  versions: [0, 1],
  handle({ groupIds, includeAuthorizedOperations }, { broker }) {
    const { groups } = broker
    if (!hasConsumerGroups(broker)) {
      return { groups: groupIds.map((groupId) => ({ groupId, errorCode: errorCode('UNSUPPORTED_VERSION') })) }
    }
    const authorizedOperations = includeAuthorizedOperations ? GROUP_OPERATIONS : NOT_ASKED
    return {
      groups: groupIds.map((groupId) => {
        if (groupId === '') return { groupId, errorCode: errorCode('INVALID_GROUP_ID') }
        try {
          const group = describeGroup(groups.consumerGroup(groupId), groups.topics, groups.defaultAssignor)
          return { ...group, authorizedOperations }
        } catch (error) {
          return { groupId, ...answerOf(error) }
        }
      }),
    }
  },
})
