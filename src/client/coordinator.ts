// The broker that coordinates a group (or a transactional id): found by asking any broker, kept until an answer or a lost
// connection shows that it is elsewhere now.

import { KtoolError, TimeoutError, UnreachableError } from '../errors.ts'
import type { Api } from '../protocol/api.ts'
import { FindCoordinator } from '../protocol/apis/10-find-coordinator.ts'
import { errorCode, KafkaError } from '../protocol/errors.ts'
import type { Body, RequestOptions } from './broker.ts'
import type { Cluster } from './cluster.ts'
import { retry } from './retry.ts'

/** What is coordinated, as FindCoordinator numbers it. */
export const coordinatorTypes = { group: 0, transaction: 1, share: 2 } as const

export type CoordinatorType = keyof typeof coordinatorTypes

/** It was the coordinator, or is none at the moment. */
const moved = new Set([errorCode('NOT_COORDINATOR'), errorCode('COORDINATOR_NOT_AVAILABLE')])
const LOAD_IN_PROGRESS = errorCode('COORDINATOR_LOAD_IN_PROGRESS')

/** Broker ids by key, in one round trip where the broker can (version 4). What can't be found is an error in the map. */
export async function findCoordinators(
  cluster: Cluster,
  keys: readonly string[],
  type: CoordinatorType = 'group',
): Promise<Map<string, number | KafkaError>> {
  const found = new Map<string, number | KafkaError>()
  const keyType = coordinatorTypes[type]
  const put = (key: string, row: { errorCode: number; errorMessage: string | null; nodeId: number }) => {
    const what = `coordinator of ${type} ${key}`
    found.set(key, row.errorCode === 0 ? row.nodeId : new KafkaError(row.errorCode, what, row.errorMessage))
  }
  const broker = await cluster.any()
  await broker.connection()
  if (broker.supports(FindCoordinator, 4)) {
    const { coordinators } = await broker.request(FindCoordinator, { keyType, coordinatorKeys: keys })
    for (const row of coordinators) put(row.key, row)
  } else {
    for (const key of keys) put(key, await broker.request(FindCoordinator, { keyType, key }))
  }
  return found
}

/** What members need of it. */
export type CoordinatorLink = Pick<Coordinator, 'key' | 'request'>

export class Coordinator {
  readonly key: string
  readonly type: CoordinatorType
  private readonly cluster: Cluster
  /** By id: the broker of an id may be replaced, or be gone from the cluster. */
  private found: Promise<number> | null = null
  private readonly ending = new AbortController()

  constructor(cluster: Cluster, key: string, type: CoordinatorType = 'group') {
    this.cluster = cluster
    this.key = key
    this.type = type
  }

  /**
   * One request to the coordinator. Throws a retriable KafkaError where one of the codes in the answer says that it is
   * another broker or still reads its log; what other codes mean is left to the caller.
   */
  async request<Request, Response>(
    api: Api<Request, Response>,
    body: Body<Request>,
    codes: (answer: Response) => Iterable<number>,
    options: RequestOptions = {},
  ): Promise<Response> {
    this.ending.signal.throwIfAborted()
    const finding = this.find()
    const id = await finding
    let answer: Response
    try {
      const broker = await this.cluster.broker(id)
      answer = await broker.request(api, body, options)
    } catch (error) {
      if (error instanceof UnreachableError || error instanceof TimeoutError) this.forget(finding)
      throw error
    }
    for (const code of codes(answer)) {
      if (moved.has(code)) this.forget(finding)
      if (moved.has(code) || code === LOAD_IN_PROGRESS) throw new KafkaError(code, `${this.type} ${this.key}`)
    }
    return answer
  }

  /** Nothing is asked any more, and whoever still looks for it gives up. */
  close(): void {
    this.ending.abort(new KtoolError(`the work with ${this.type} ${this.key} is over`))
  }

  private find(): Promise<number> {
    if (this.found === null) {
      const finding = this.look()
      this.found = finding
      finding.catch(() => this.forget(finding))
    }
    return this.found
  }

  private forget(finding: Promise<number>): void {
    if (this.found === finding) this.found = null
  }

  private look(): Promise<number> {
    const { options } = this.cluster
    const signals = [this.ending.signal, ...(options.signal === undefined ? [] : [options.signal])]
    return retry({ ...options, signal: AbortSignal.any(signals) }, async (attempt) => {
      // The broker that was asked may be the one that went away.
      if (attempt > 1) await this.cluster.fetchMetadata([])
      const id = (await findCoordinators(this.cluster, [this.key], this.type)).get(this.key)
      if (typeof id === 'number') return id
      throw id ?? new KafkaError(-1, `coordinator of ${this.type} ${this.key}`, 'it is not in the answer')
    })
  }
}
