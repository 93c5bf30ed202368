// RenewDelegationToken: refused (KIP-48).

import { RenewDelegationToken } from '../../protocol/apis/39-renew-delegation-token.ts'
import { errorCode } from '../../protocol/errors.ts'
import { refusalTime, tokenRefusal } from '../delegation-tokens.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: RenewDelegationToken,
  versions: [1, 2],
  handle(_, { session }) {
    const refusal = tokenRefusal(session)
    return { errorCode: errorCode(refusal), expiryTimestampMs: refusalTime(refusal) }
  },
})
