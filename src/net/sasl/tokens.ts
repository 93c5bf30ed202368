// Where the tokens of OAUTHBEARER come from: a command, a file, an OIDC server (KIP-768), AWS, or made here without a signature
// for tests (Kafka: OAuthBearerUnsecuredLoginCallbackHandler). One is used until four fifths of its time are over.

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { DeniedError, UnreachableError, UsageError } from '../../errors.ts'
import { fileProblem } from '../../util/file-problem.ts'
import type { ProxyAddress } from '../../util/proxy-url.ts'
import { type HttpAgents, httpAgents } from '../http-agents.ts'
import type { IamLogin } from './iam.ts'
import type { Token } from './mechanism.ts'

export interface TokenConfig {
  /** Run by the shell; prints the token. */
  command?: string
  file?: string
  server?: TokenServer
  iam?: IamLogin
  unsecured?: { claims: Readonly<Record<string, unknown>>; lifetimeSeconds: number }
  extensions: Readonly<Record<string, string>>
  timeoutMs: number
  /** The way to the server. */
  proxy?: ProxyAddress | null
}

export interface TokenServer {
  url: string
  clientId: string
  clientSecret: string
  scope?: string
  /** Certificates to trust beside the usual ones, PEM. */
  ca?: readonly string[]
}

/** Commands that give no hint of an end are asked again after this. */
const UNKNOWN_LIFETIME_MS = 60_000

const LARGEST_ANSWER = 1 << 20

/** A function that gets a token: the last one while it is good. */
export function tokenSource(config: TokenConfig): () => Promise<Token> {
  let last: Promise<string> | null = null
  let freshUntil = 0
  return async () => {
    if (last === null || Date.now() >= freshUntil) {
      // Connections that open together share one request.
      freshUntil = Number.POSITIVE_INFINITY
      last = obtain(config).then(
        ({ value, expiresAt }) => {
          const now = Date.now()
          freshUntil = now + Math.max(0, (expiresAt - now) * 0.8)
          return value
        },
        (error) => {
          last = null
          throw error
        },
      )
    }
    return { value: await last, extensions: config.extensions }
  }
}

interface Obtained {
  value: string
  expiresAt: number
}

async function obtain(config: TokenConfig): Promise<Obtained> {
  if (config.command) return checked(await fromCommand(config.command, config.timeoutMs), 'the token command')
  if (config.file) return checked(await fromFile(config.file), `the file ${config.file}`)
  if (config.server) return fromServer(config.server, config)
  if (config.iam) return fromIam(config.iam)
  if (config.unsecured) return unsecured(config.unsecured)
  throw new UsageError('OAUTHBEARER needs a token, and no setting says where it comes from', {
    hint: 'give sasl.oauthbearer.token.file, sasl.oauthbearer.token.command or sasl.oauthbearer.token.endpoint.url',
  })
}

async function fromIam(login: IamLogin): Promise<Obtained> {
  const { signedToken } = await import('./iam.ts')
  const { token, expiryTime } = await signedToken(login)
  return { ...checked(token, "AWS's signer"), expiresAt: expiryTime }
}

async function fromCommand(command: string, timeout: number): Promise<string> {
  const [shell, flag] = process.platform === 'win32' ? ['cmd', '/c'] : ['/bin/sh', '-c']
  try {
    return (await promisify(execFile)(shell, [flag, command], { timeout, maxBuffer: LARGEST_ANSWER })).stdout
  } catch (error) {
    const { code, killed } = error as { code?: number | string; killed?: boolean }
    const how = killed ? `did not end within ${timeout} ms` : `ended with ${code}`
    // What it printed may hold a secret.
    throw new DeniedError(`the command of sasl.oauthbearer.token.command ${how}`, { hint: 'run it alone to see why' })
  }
}

async function fromFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new UsageError(fileProblem(error, path, 'token file'))
  }
}

function checked(text: string, what: string): Obtained {
  const value = text.trim()
  if (!/^[-_.~+/A-Za-z0-9]+=*$/.test(value)) throw new DeniedError(`${what} gives no token`)
  return { value, expiresAt: expiryOf(value) ?? Date.now() + UNKNOWN_LIFETIME_MS }
}

/** The `exp` of a JWT, in milliseconds since 1970. */
function expiryOf(token: string): number | undefined {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return typeof exp === 'number' ? exp * 1000 : undefined
  } catch {
    return undefined
  }
}

async function fromServer(server: TokenServer, config: TokenConfig): Promise<Obtained> {
  const { status, body } = await post(server, config)
  let answer: Record<string, unknown> = {}
  try {
    answer = JSON.parse(body)
  } catch {
    // Told below by its status.
  }
  const { access_token: token, expires_in: seconds } = answer
  if (status >= 200 && status < 300 && typeof token === 'string') {
    const { value, expiresAt } = checked(token, server.url)
    return { value, expiresAt: typeof seconds === 'number' ? Date.now() + seconds * 1000 : expiresAt }
  }
  const why = [answer['error'], answer['error_description']].filter((text) => typeof text === 'string').join(': ')
  throw new DeniedError(`${server.url} gives no token: status ${status}${why === '' ? '' : ` (${why})`}`, {
    hint: 'check sasl.oauthbearer.client.credentials.client.id, its secret, and sasl.oauthbearer.scope',
  })
}

async function post(
  server: TokenServer,
  { timeoutMs, proxy = null }: TokenConfig,
): Promise<{ status: number; body: string }> {
  const url = new URL(server.url)
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (server.scope) form.set('scope', server.scope)
  const credentials = Buffer.from(`${server.clientId}:${server.clientSecret}`).toString('base64')
  const { rootCertificates } = await import('node:tls')
  const trust = { ca: server.ca === undefined ? undefined : [...rootCertificates, ...server.ca] }
  const agents = httpAgents(proxy, timeoutMs, trust)
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const fail = (error: Error) =>
      reject(new UnreachableError(`no token from ${server.url}: ${error.message}`, { cause: error }))
    const sent = request(
      url,
      {
        method: 'POST',
        agent: agents[url.protocol as keyof HttpAgents],
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          authorization: `Basic ${credentials}`,
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
      },
      (answer: IncomingMessage) => {
        let body = ''
        answer.setEncoding('utf8').on('data', (text: string) => {
          body += text
          if (body.length > LARGEST_ANSWER) answer.destroy(new Error('the answer is too long'))
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body })).on('error', fail)
      },
    )
    sent.on('error', fail).end(form.toString())
  }).finally(() => {
    for (const agent of Object.values(agents)) agent.destroy()
  })
}

function unsecured({ claims, lifetimeSeconds }: NonNullable<TokenConfig['unsecured']>): Obtained {
  const now = Date.now() / 1000
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = now + lifetimeSeconds
  return { value: `${part({ alg: 'none' })}.${part({ iat: now, exp, ...claims })}.`, expiresAt: exp * 1000 }
}
