// RemoveRaftVoter: refused, as voters are static.

import { RemoveRaftVoter } from '../../protocol/apis/81-remove-raft-voter.ts'
import { answerOf } from '../api-error.ts'
import { defineHandler } from '../handler.ts'
import { checkVoter, refuseChange } from '../voters.ts'

export const handler = defineHandler({
  api: RemoveRaftVoter,
  versions: [0, 0],
  handle(request, { broker }) {
    try {
      checkVoter(request, broker, 'Remove')
      return refuseChange('removing')
    } catch (error) {
      return answerOf(error)
    }
  },
})
