// SaslHandshake: the mechanism that a client wants to log in with. Versions: 1 messages follow in SaslAuthenticate, before
// that as they are.

import { SaslHandshake } from '../../protocol/apis/17-sasl-handshake.ts'
import { errorCode } from '../../protocol/errors.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: SaslHandshake,
  versions: [0, 1],
  handle({ mechanism }, { session, version }) {
    if (session === null) return { errorCode: errorCode('ILLEGAL_SASL_STATE'), mechanisms: [] }
    const { error, mechanisms } = session.handshake(mechanism, version)
    return { errorCode: errorCode(error), mechanisms }
  },
})
