// CreateDelegationToken: refused (KIP-48). Version 3 may name another owner than who asks (KIP-373).

import { CreateDelegationToken } from '../../protocol/apis/38-create-delegation-token.ts'
import { errorCode } from '../../protocol/errors.ts'
import { refusalTime, requester, tokenRefusal } from '../delegation-tokens.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: CreateDelegationToken,
  versions: [1, 3],
  handle({ ownerPrincipalType, ownerPrincipalName, renewers }, { session, version }) {
    const { principalType, principalName } = requester(session)
    const refusal = tokenRefusal(session)
    const isOdd = renewers.some((each) => each.principalType !== 'User')
    const error = refusal === 'DELEGATION_TOKEN_AUTH_DISABLED' && isOdd ? 'INVALID_PRINCIPAL_TYPE' : refusal
    const time = refusalTime(error)
    return {
      errorCode: errorCode(error),
      principalType: ownerPrincipalName ? (ownerPrincipalType ?? '') : principalType,
      principalName: ownerPrincipalName || principalName,
      tokenRequesterPrincipalType: version >= 3 ? principalType : '',
      tokenRequesterPrincipalName: version >= 3 ? principalName : '',
      issueTimestampMs: time,
      expiryTimestampMs: time,
      maxTimestampMs: time,
    }
  },
})
