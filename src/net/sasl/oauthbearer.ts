// OAUTHBEARER (RFC 7628, KIP-255): a token, which others have given out.
//
//   client: n,,^Aauth=Bearer TOKEN^A[key=value^A…]^A      server: nothing, or {"status":"invalid_token"}, which the client answers with ^A

import { LoginError, type Mechanism, type ServerExchange, type Users } from './mechanism.ts'

const SEPARATOR = '\u0001'
const EMPTY = Buffer.alloc(0)

export const oauthbearer: Mechanism = {
  name: 'OAUTHBEARER',
  client: ({ token }) => ({
    async first() {
      const { value, extensions } = await token()
      const pairs = Object.entries({ auth: `Bearer ${value}`, ...extensions }).map(([key, text]) => `${key}=${text}`)
      return Buffer.from(['n,,', ...pairs, '', ''].join(SEPARATOR))
    },
    next: (challenge) => (challenge.length === 0 ? null : Buffer.from(SEPARATOR)),
  }),
  server: serverExchange,
}

const FIRST =
  /^n,(?:a=([^,]*))?,\u0001(?:[A-Za-z]+=[^\u0001]*\u0001)*?auth=bearer ([-_.~+/A-Za-z0-9]+=*)\u0001(?:[A-Za-z]+=[^\u0001]*\u0001)*\u0001$/i

function serverExchange(users: Users): ServerExchange {
  let refusal: string | null = null
  return {
    async next(message) {
      // The client has taken note of the refusal; now it may fail.
      if (refusal !== null) throw new LoginError(refusal)
      const match = FIRST.exec(message.toString())
      if (match === null) throw new LoginError('Invalid OAUTHBEARER client first message')
      const [, authorizationId = '', token] = match
      try {
        const { principal, expiresAt } = await users.checkToken(token)
        if (authorizationId !== '' && authorizationId !== principal) {
          throw new LoginError(
            `Authentication failed: Client requested an authorization id (${authorizationId}) that is different from ` +
              "the token's principal name",
          )
        }
        return { challenge: EMPTY, principal, expiresAt }
      } catch (error) {
        if (!(error instanceof LoginError)) throw error
        refusal = JSON.stringify({ status: 'invalid_token' })
        return { challenge: Buffer.from(refusal) }
      }
    },
  }
}
