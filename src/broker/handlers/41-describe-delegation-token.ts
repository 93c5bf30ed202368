// DescribeDelegationToken: refused (KIP-48).

import { DescribeDelegationToken } from '../../protocol/apis/41-describe-delegation-token.ts'
import { errorCode } from '../../protocol/errors.ts'
import { tokenRefusal } from '../delegation-tokens.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: DescribeDelegationToken,
  versions: [1, 3],
  handle: (_, { session }) => ({ errorCode: errorCode(tokenRefusal(session)) }),
})
