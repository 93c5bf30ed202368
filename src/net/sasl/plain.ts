// PLAIN (RFC 4616): the password as it is, so over TLS only. The server as Kafka's PlainSaslServer.
//
//   client: [authzid] NUL username NUL password

import { createHash, timingSafeEqual } from 'node:crypto'
import { LoginError, type Mechanism } from './mechanism.ts'

const EMPTY = Buffer.alloc(0)

export const plain: Mechanism = {
  name: 'PLAIN',
  client: ({ username, password }) => ({
    first: () => Buffer.from(`\0${username}\0${password}`),
    next: () => null,
  }),
  server: (users) => ({
    next(message) {
      const parts = message.toString().split('\0')
      if (parts.length !== 3) {
        throw new LoginError(`Invalid SASL/PLAIN response: expected 3 tokens, got ${parts.length}`)
      }
      const [authorizationId, username, password] = parts
      if (username === '') throw new LoginError('Authentication failed: username not specified')
      if (password === '') throw new LoginError('Authentication failed: password not specified')
      const expected = users.password(username)
      if (expected === undefined || !isSame(expected, password)) {
        throw new LoginError('Authentication failed: Invalid username or password')
      }
      if (authorizationId !== '' && authorizationId !== username) {
        throw new LoginError(
          'Authentication failed: Client requested an authorization id that is different from username',
        )
      }
      return { challenge: EMPTY, principal: username }
    },
  }),
}

/** Takes as long whatever the difference is. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
