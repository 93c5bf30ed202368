// What a handler is: one file for each API in handlers/, listed in handlers/index.ts. ApiVersions answers from what the
// handlers declare, so that it can't promise more than there is.

import type { ServerConnection } from '../net/server.ts'
import type { Api, Input } from '../protocol/api.ts'
import type { Broker } from './broker.ts'
import type { QuotaClient } from './quotas/client-quotas.ts'
import type { Access, Answered, Next } from './security/guard.ts'
import type { Session } from './security/session.ts'

/** One request's surroundings. */
export interface RequestContext {
  readonly broker: Broker
  readonly version: number
  readonly clientId: string | null
  /** Whose quotas hold. */
  readonly client: QuotaClient
  readonly connection: ServerConnection
  /** Who is on the connection; null on a listener in plain text without a login. */
  readonly session: Session | null
  /** What the client may do, where the broker has an authorizer. */
  readonly access?: Access
  /** All there are, by API key. */
  readonly handlers: ReadonlyMap<number, AnyHandler>
}

export interface Handler<Request, Response> {
  readonly api: Api<Request, Response>
  /** Lowest and highest version that is answered. */
  readonly versions: readonly [min: number, max: number]
  /** The lowest version that ApiVersions names, where that is another one. */
  readonly advertisedMin?: number
  /** It is answered, but ApiVersions does not name it. */
  readonly isHidden?: boolean
  /**
   * Answers a request; null where the client wants no answer. Byte fields of the request are views of a buffer that is used
   * again after the answer.
   */
  handle(request: Request, context: RequestContext): Answered<Response>
  /** Stands before the API's guard and `handle`, which `next` is: for a request that stands for another one. */
  around?(request: Request, context: RequestContext, next: Next<Request, Response>): Answered<Response>
  /** What a client that is above its quota gets instead of its answer. */
  throttled?(request: Request, response: Input<Response>, context: RequestContext): Input<Response>
}

// biome-ignore lint/suspicious/noExplicitAny: a handler of whatever request and response
export type AnyHandler = Handler<any, any>

/** The handler's row in the answer of ApiVersions. */
export function advertised({ api, versions, advertisedMin }: AnyHandler) {
  return { apiKey: api.key, minVersion: advertisedMin ?? versions[0], maxVersion: versions[1] }
}

/** Gives `handle` the types of its API. */
export function defineHandler<Request, Response>(handler: Handler<Request, Response>): Handler<Request, Response> {
  return handler
}
