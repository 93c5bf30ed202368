// SaslAuthenticate: a message of the mechanism, answered by the next one. Versions: 1 how long the session lasts (KIP-368).

import { SaslAuthenticate } from '../../protocol/apis/36-sasl-authenticate.ts'
import { errorCode } from '../../protocol/errors.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: SaslAuthenticate,
  versions: [0, 2],
  async handle({ authBytes }, { session }) {
    if (session === null) {
      const errorMessage = 'SaslAuthenticate request received after successful authentication'
      return { errorCode: errorCode('ILLEGAL_SASL_STATE'), errorMessage }
    }
    const { error, message, bytes, lifetimeMs } = await session.authenticate(authBytes)
    return { errorCode: errorCode(error), errorMessage: message, authBytes: bytes, sessionLifetimeMs: lifetimeMs }
  },
})
