// CreateAcls: there is no authorizer, as Kafka answers without one.

import { CreateAcls } from '../../protocol/apis/30-create-acls.ts'
import { errorCode } from '../../protocol/errors.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: CreateAcls,
  versions: [1, 3],
  handle({ creations }) {
    const refused = { errorCode: errorCode('SECURITY_DISABLED'), errorMessage: 'No Authorizer is configured.' }
    return { results: creations.map(() => refused) }
  },
})
