// DeleteGroups: takes groups without members away, with their offsets.

import { DeleteGroups } from '../../protocol/apis/42-delete-groups.ts'
import { answerOf } from '../api-error.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: DeleteGroups,
  versions: [0, 2],
  async handle({ groupsNames }, { broker }) {
    const results = []
    for (const groupId of new Set(groupsNames)) {
      try {
        await broker.groups.deleteGroup(groupId)
        results.push({ groupId })
      } catch (error) {
        results.push({ groupId, errorCode: answerOf(error).errorCode })
      }
    }
    return { results }
  },
})
