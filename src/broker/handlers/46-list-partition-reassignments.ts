// ListPartitionReassignments: with one node there never are any.

import { ListPartitionReassignments } from '../../protocol/apis/46-list-partition-reassignments.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: ListPartitionReassignments,
  versions: [0, 0],
  handle() {
    return { errorMessage: null }
  },
})
