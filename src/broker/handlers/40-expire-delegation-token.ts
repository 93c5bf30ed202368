// ExpireDelegationToken: refused (KIP-48).

import { ExpireDelegationToken } from '../../protocol/apis/40-expire-delegation-token.ts'
import { errorCode } from '../../protocol/errors.ts'
import { refusalTime, tokenRefusal } from '../delegation-tokens.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: ExpireDelegationToken,
  versions: [1, 2],
  handle(_, { session }) {
    const refusal = tokenRefusal(session)
    return { errorCode: errorCode(refusal), expiryTimestampMs: refusalTime(refusal) }
  },
})
