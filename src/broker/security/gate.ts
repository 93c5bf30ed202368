// The gate before all handlers of a broker that has an authorizer: each request goes through the guard of its API.

import type { ServerConnection } from '../../net/server.ts'
import { AclOperation, AclResource, aclName } from '../../protocol/acl.ts'
import { ProtocolError } from '../../protocol/errors.ts'
import type { AnyHandler, RequestContext } from '../handler.ts'
import type { Authorizer } from './authorizer.ts'
import type { Access, AnyGuard } from './guard.ts'
import { guards, OPEN_APIS } from './guards/index.ts'
import { ANONYMOUS } from './session.ts'

/** A name as a client has sent it, so that it can't draw lines of its own. */
function shown(name: string): string {
  return /^[ -~]{0,249}$/.test(name) ? name : JSON.stringify(name.slice(0, 249))
}

export class Gate {
  private readonly authorizer: Authorizer
  private readonly denied: (text: string) => void
  private readonly clients = new WeakMap<ServerConnection, Access>()

  /** `denied` is told what somebody asked for and may not. */
  constructor(authorizer: Authorizer, denied: (text: string) => void) {
    this.authorizer = authorizer
    this.denied = denied
  }

  // biome-ignore lint/suspicious/noExplicitAny: a request and its answer, of whatever API
  handle(handler: AnyHandler, request: any, context: RequestContext): any {
    const { api } = handler
    if (OPEN_APIS.has(api.key)) return handler.handle(request, context)
    const guard: AnyGuard | undefined = guards.get(api.key)
    // Nothing goes by unguarded because somebody forgot it.
    if (guard === undefined) throw new ProtocolError(`no rule says who may ask for ${api.name}`)
    const access = this.accessOf(context)
    return guard.check(request, access, (part) => handler.handle(part, { ...context, access }), context)
  }

  private accessOf({ connection, session }: RequestContext): Access {
    let access = this.clients.get(connection)
    if (access === undefined) {
      access = this.accessFor(session?.principal ?? ANONYMOUS, connection.remoteAddress)
      this.clients.set(connection, access)
    }
    return access
  }

  private accessFor(principal: string, host: string): Access {
    const { authorizer, denied } = this
    const who = { principal, host }
    const allows = (operation: number, resourceType: number, name: string) =>
      authorizer.allows(who, operation, resourceType, name)
    return {
      allows,
      may(operation, resourceType, name) {
        const allowed = allows(operation, resourceType, name)
        if (!allowed) {
          const what = `${aclName(AclOperation, operation)} on ${aclName(AclResource, resourceType)} ${shown(name)}`
          denied(`${principal} from ${host} may not ${what}`)
        }
        return allowed
      },
      mayAny: (operation, resourceType) => authorizer.allowsAny(who, operation, resourceType),
      operations: (resourceType, name) => authorizer.operations(who, resourceType, name),
    }
  }
}
