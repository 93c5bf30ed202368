// DeleteAcls: takes away what filters find, and tells what that was.

import { DeleteAcls } from '../../protocol/apis/31-delete-acls.ts'
import { errorCode } from '../../protocol/errors.ts'
import { ApiError, answerOf } from '../api-error.ts'
import { defineHandler } from '../handler.ts'
import { checkNumbers, deleteAcls } from '../security/acls.ts'

export const handler = defineHandler({
  api: DeleteAcls,
  versions: [1, 3],
  async handle({ filters }, { broker }) {
    for (const { resourceTypeFilter, patternTypeFilter, operation, permissionType } of filters) {
      checkNumbers(resourceTypeFilter, patternTypeFilter, operation, permissionType)
    }
    if (broker.authorizer === null) {
      const refused = { errorCode: errorCode('SECURITY_DISABLED'), errorMessage: 'No Authorizer is configured.' }
      return { filterResults: filters.map(() => refused) }
    }
    const results = await deleteAcls(broker.metadata, filters)
    return {
      filterResults: results.map((found) => {
        if (found instanceof ApiError) return answerOf(found)
        return { errorMessage: null, matchingAcls: found.map(({ id: _, ...acl }) => ({ ...acl, errorMessage: null })) }
      }),
    }
  },
})
