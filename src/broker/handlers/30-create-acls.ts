// CreateAcls: those that are there already are made again without an error.

import { CreateAcls } from '../../protocol/apis/30-create-acls.ts'
import { errorCode } from '../../protocol/errors.ts'
import { alterError } from '../api-error.ts'
import { defineHandler } from '../handler.ts'
import { checkNumbers, createAcls } from '../security/acls.ts'

export const handler = defineHandler({
  api: CreateAcls,
  versions: [1, 3],
  async handle({ creations }, { broker }) {
    for (const { resourceType, resourcePatternType, operation, permissionType } of creations) {
      checkNumbers(resourceType, resourcePatternType, operation, permissionType)
    }
    if (broker.authorizer === null) {
      const refused = { errorCode: errorCode('SECURITY_DISABLED'), errorMessage: 'No Authorizer is configured.' }
      return { results: creations.map(() => refused) }
    }
    const acls = creations.map(({ resourcePatternType: patternType, ...acl }) => ({ ...acl, patternType }))
    const results = await createAcls(broker.metadata, acls)
    return { results: results.map((error) => (error === null ? { errorMessage: '' } : alterError(error))) }
  },
})
