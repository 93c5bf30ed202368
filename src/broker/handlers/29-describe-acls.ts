// DescribeAcls: there is no authorizer, as Kafka answers without one.

import { DescribeAcls } from '../../protocol/apis/29-describe-acls.ts'
import { errorCode } from '../../protocol/errors.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: DescribeAcls,
  versions: [1, 3],
  handle() {
    return {
      errorCode: errorCode('SECURITY_DISABLED'),
      errorMessage: 'No Authorizer is configured on the broker',
      resources: [],
    }
  },
})
