// What a guard is: the declared rule of one API, which stands before its handler. It looks at who asks and at the request, and
// answers by itself, hands the request on, or hands on the part that is allowed and puts the refusals to the answer.
// Handlers know nothing of it. guards/ has them by area, guards/index.ts the list.

import { AclOperation, AclResource, aclName, CLUSTER_NAME } from '../../protocol/acl.ts'
import type { Api, Input } from '../../protocol/api.ts'
import { type ErrorName, errorCode, errorText } from '../../protocol/errors.ts'
import type { RequestContext } from '../handler.ts'
import type { MetadataImage } from '../metadata-image.ts'

/** What the client of a connection may do. */
export interface Access {
  /** For what the client has asked for: a refusal is noted. */
  may(operation: number, resourceType: number, name: string): boolean
  /** For what may be left out without a word. */
  allows(operation: number, resourceType: number, name: string): boolean
  /** Whether there is any resource of the type that it may do this with. */
  mayAny(operation: number, resourceType: number): boolean
  /** What it may do, as bits. */
  operations(resourceType: number, name: string): number
}

export type Answered<Response> = Input<Response> | null | Promise<Input<Response> | null>

export interface Guard<Request, Response> {
  readonly api: Api<Request, Response>
  /** Answers a request. `next` has the handler answer this one, or a part of it. */
  check(request: Request, access: Access, next: Next<Request, Response>, context: RequestContext): Answered<Response>
}

export type Next<Request, Response> = (request: Request) => Answered<Response>

// biome-ignore lint/suspicious/noExplicitAny: a guard of whatever request and response
export type AnyGuard = Guard<any, any>

/** Gives `check` the types of its API. */
export function defineGuard<Request, Response>(
  api: Api<Request, Response>,
  check: Guard<Request, Response>['check'],
): Guard<Request, Response> {
  return { api, check }
}

/** For an API that needs a right on the cluster and is refused as a whole. */
export function clusterGuard<Request, Response>(
  api: Api<Request, Response>,
  operation: number,
  refuse: (request: Request, errorMessage: string, version: number) => Input<Response>,
): Guard<Request, Response> {
  const problem = `Request ${api.name} needs ${aclName(AclOperation, operation)} permission.`
  return defineGuard(api, (request, access, next, { version }) =>
    mayInCluster(access, operation) ? next(request) : refuse(request, problem, version),
  )
}

export function mayInCluster(access: Access, operation: number): boolean {
  return access.may(operation, AclResource.cluster, CLUSTER_NAME)
}

/** Where there is another way to be allowed it. */
export function allowedInCluster(access: Access, operation: number): boolean {
  return access.allows(operation, AclResource.cluster, CLUSTER_NAME)
}

/** Changes an answer once it is there. Where the client wants none, there is none. */
export function then<Response>(
  answer: Answered<Response>,
  change: (response: Input<Response>) => Input<Response>,
): Answered<Response> {
  if (answer instanceof Promise) return answer.then((response) => (response === null ? null : change(response)))
  return answer === null ? null : change(answer)
}

/** The items that pass, and the others. */
export function split<Item>(items: readonly Item[], passes: (item: Item) => boolean): [Item[], Item[]] {
  const [passed, refused]: [Item[], Item[]] = [[], []]
  for (const item of items) (passes(item) ? passed : refused).push(item)
  return [passed, refused]
}

/** Whether topics may be seen or used, asked once for each name. */
export function topicCheck(
  access: Access,
  operation: number,
  how: 'may' | 'allows' = 'may',
): (name: string) => boolean {
  const known = new Map<string, boolean>()
  return (name) => {
    let may = known.get(name)
    if (may === undefined) known.set(name, (may = access[how](operation, AclResource.topic, name)))
    return may
  }
}

/**
 * The name of a topic that a request names or, from a version on, gives the id of. Undefined for an id that is nobody's: then
 * there is nothing to be refused.
 */
export function nameOf(image: MetadataImage, byId: boolean, topic: { name: string; topicId: string }) {
  return byId ? image.topicsById.get(topic.topicId)?.name : topic.name
}

export function code(error: ErrorName): number {
  return errorCode(error)
}

export function failure(error: ErrorName): { errorCode: number; errorMessage: string } {
  return { errorCode: errorCode(error), errorMessage: errorText(errorCode(error)) }
}
