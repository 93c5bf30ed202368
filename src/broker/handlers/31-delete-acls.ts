// DeleteAcls: there is no authorizer, as Kafka answers without one.

import { DeleteAcls } from '../../protocol/apis/31-delete-acls.ts'
import { errorCode } from '../../protocol/errors.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: DeleteAcls,
  versions: [1, 3],
  handle({ filters }) {
    const refused = { errorCode: errorCode('SECURITY_DISABLED'), errorMessage: 'No Authorizer is configured.' }
    return { filterResults: filters.map(() => refused) }
  },
})
