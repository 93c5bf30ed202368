// One broker as the client sees it: its connections, opened when needed, and the versions it speaks.
//
// A connection answers in order, so what may wait long has a connection ("lane") of its own: a fetch that waits for new
// records, a member that joins a group. Everything else shares the lane 'main'.

import { setTimeout as sleep } from 'node:timers/promises'
import { KtoolError, UnreachableError } from '../errors.ts'
import { Connection } from '../net/connection.ts'
import type { AnyApi, Api, Input } from '../protocol/api.ts'
import { type ApiVersion, ApiVersions, type ApiVersionsResponse } from '../protocol/apis/18-api-versions.ts'
import { SaslAuthenticate } from '../protocol/apis/36-sasl-authenticate.ts'
import { errorCode, KafkaError } from '../protocol/errors.ts'
import { type Address, name, rewrite } from '../util/address.ts'
import type { ClientOptions } from './options.ts'
import { backoff, ClosedError } from './retry.ts'

export type Lane = 'main' | 'fetch' | 'group'

/** The body, or how to make it once the version is known. */
export type Body<Request> = Input<Request> | ((version: number) => Input<Request>)

export interface RequestOptions {
  lane?: Lane
  timeoutMs?: number
  /** Narrow the versions to choose from, for what only some of them can say. */
  minVersion?: number
  maxVersion?: number
}

const UNSUPPORTED_VERSION = errorCode('UNSUPPORTED_VERSION')

/** What ktool calls itself; shown in broker metrics (KIP-511). */
const SOFTWARE = { clientSoftwareName: 'ktool', clientSoftwareVersion: '0.1.0' }

/**
 * The connection has ended at its first request after the one for the versions, which is all that a listener with a login
 * answers without one.
 */
export class DismissedError extends UnreachableError {}

export class Broker {
  /** -1 for a bootstrap server whose id is not known yet. */
  id: number
  rack: string | null
  readonly address: Address
  private readonly options: ClientOptions
  private readonly lanes = new Map<Lane, Promise<Connection>>()
  private versions: Map<number, ApiVersion> | null = null
  private features: ApiVersionsResponse | null = null
  private failures = 0
  private retryAt = 0
  /** Why no connection is opened any more. */
  private ended: KtoolError | null = null

  constructor(id: number, address: Address, options: ClientOptions, rack: string | null = null) {
    this.id = id
    this.address = address
    this.options = options
    this.rack = rack
  }

  /** HOST:PORT */
  get name(): string {
    return name(this.address)
  }

  /** Gives a bootstrap server the identity that the metadata tells. */
  identify(id: number, rack: string | null): this {
    this.id = id
    this.rack = rack
    return this
  }

  /** Sends a request in the highest version that both sides speak and returns the answer. */
  async request<Request, Response>(
    api: Api<Request, Response>,
    body: Body<Request>,
    options: RequestOptions = {},
  ): Promise<Response> {
    const connection = await this.connection(options.lane)
    const version = this.version(api, options)
    const value = typeof body === 'function' ? (body as (version: number) => Input<Request>)(version) : body
    try {
      return await connection.request(api, version, value, options.timeoutMs ?? this.options.requestTimeoutMs)
    } catch (error) {
      const isDismissal = error instanceof UnreachableError && connection.answered <= 1 && !this.options.security?.sasl
      throw isDismissal ? new DismissedError(error.message, error) : error
    }
  }

  /** The connection of a lane, opened and introduced. */
  async connection(lane: Lane = 'main'): Promise<Connection> {
    const current = this.lanes.get(lane)
    if (current !== undefined) {
      const connection = await current
      if (!connection.isClosed) return connection
      if (this.lanes.get(lane) !== current) return this.connection(lane)
    }
    const opening = this.open()
    this.lanes.set(lane, opening)
    opening.catch(() => {
      if (this.lanes.get(lane) === opening) this.lanes.delete(lane)
    })
    return opening
  }

  /** The version to use for an API; known once a connection was had. Throws where there is none. */
  version(api: AnyApi, { minVersion = api.minVersion, maxVersion = api.maxVersion }: RequestOptions = {}): number {
    const highest = Math.min(maxVersion, api.latestVersionUnstable ? api.maxVersion - 1 : api.maxVersion)
    const offered = this.versions?.get(api.key)
    if (offered === undefined) {
      throw new KtoolError(`the broker ${this.name} has no ${api.name} request`, {
        hint: 'this needs a newer Kafka, or the listener is a controller',
      })
    }
    const version = Math.min(highest, offered.maxVersion)
    if (version < Math.max(minVersion, offered.minVersion)) {
      throw new KtoolError(
        `the broker ${this.name} speaks ${api.name} ${offered.minVersion} to ${offered.maxVersion}, ` +
          `${minVersion} to ${highest} is needed`,
        { hint: version < minVersion ? 'this needs a newer Kafka' : 'this needs a newer ktool' },
      )
    }
    return version
  }

  /** Whether the broker has an API in at least a version; known once a connection was had. */
  supports(api: AnyApi, version = api.minVersion): boolean {
    const offered = this.versions?.get(api.key)
    return offered !== undefined && offered.maxVersion >= version
  }

  /** The broker's own answer to ApiVersions, with features. */
  async apiVersions(): Promise<ApiVersionsResponse> {
    await this.connection()
    return this.features as ApiVersionsResponse
  }

  /** The cluster has no such broker any more: its partitions are elsewhere by now. */
  retire(): void {
    this.end(new UnreachableError(`broker ${this.id} at ${this.name} has left the cluster`))
  }

  /** The client is closed. */
  close(): void {
    this.end(new ClosedError(`the client of ${this.name} was closed`))
  }

  get isEnded(): boolean {
    return this.ended !== null
  }

  private end(reason: KtoolError): void {
    this.ended ??= reason
    for (const lane of this.lanes.values()) {
      lane.then(
        (connection) => connection.close(),
        () => {},
      )
    }
    this.lanes.clear()
  }

  private async open(): Promise<Connection> {
    if (this.ended !== null) throw this.ended
    const wait = this.retryAt - Date.now()
    if (wait > 0) await sleep(wait, undefined, { signal: this.options.signal })
    try {
      const connection = await Connection.open({
        address: this.address,
        target: rewrite(this.address, this.options.resolve),
        tls: this.options.security?.tls,
        proxy: this.options.proxy,
        clientId: this.options.clientId,
        setupTimeoutMs: this.options.setupTimeoutMs,
        signal: this.options.signal,
      })
      if (this.ended !== null) connection.close()
      await this.introduce(connection).catch((error) => {
        connection.close()
        throw error
      })
      this.failures = 0
      return connection
    } catch (error) {
      const { reconnectBackoffMs, reconnectBackoffMaxMs } = this.options
      this.retryAt = Date.now() + backoff(++this.failures, reconnectBackoffMs, reconnectBackoffMaxMs)
      throw this.id < 0 || !(error instanceof UnreachableError) ? error : this.notReachable(error)
    }
  }

  /** The address is not the user's but what the cluster told. */
  private notReachable(error: UnreachableError): UnreachableError {
    return new UnreachableError(`broker ${this.id}, which the cluster advertises as ${this.name}: ${error.message}`, {
      hint:
        "is that address reachable from here? If not, the broker's advertised.listeners is set for other clients; " +
        `where it can be reached under another address: --resolve ${this.name}=HOST:PORT`,
      cause: error,
    })
  }

  /**
   * Asks for the versions, and logs in. A broker that does not know the version of this very request answers in version 0 with the
   * range it knows (KIP-511).
   */
  private async introduce(connection: Connection): Promise<void> {
    const { requestTimeoutMs } = this.options
    const highest = ApiVersions.maxVersion
    const frame = await connection.exchange(ApiVersions, highest, SOFTWARE, requestTimeoutMs)
    let answer: ApiVersionsResponse
    if (frame.readInt16BE(4) === UNSUPPORTED_VERSION) {
      const range = ApiVersions.response.decode(frame.subarray(4), 0).apiKeys.find((a) => a.apiKey === ApiVersions.key)
      const version = Math.min(range?.maxVersion ?? 0, highest - 1)
      answer = await connection.request(ApiVersions, version, SOFTWARE, requestTimeoutMs)
    } else {
      answer = ApiVersions.response.decode(frame.subarray(4), highest)
    }
    if (answer.errorCode !== 0) throw new KafkaError(answer.errorCode, `asking ${this.name} for its API versions`)
    this.features = answer
    this.versions = new Map(answer.apiKeys.map((row) => [row.apiKey, row]))
    const sasl = this.options.security?.sasl
    if (sasl) {
      const { logIn } = await import('../net/sasl/login.ts')
      await logIn(connection, sasl, { version: this.version(SaslAuthenticate), timeoutMs: requestTimeoutMs })
    }
  }
}
