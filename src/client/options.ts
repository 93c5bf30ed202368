// What the client can be told, with Kafka's defaults. Names in comments are the Java settings they stand for.

import type { Address, AddressRule } from '../util/address.ts'
import type { ProxyAddress } from '../util/proxy-url.ts'
import type { Security } from './security.ts'

export interface ClientOptions {
  /** bootstrap.servers */
  bootstrapServers: Address[]
  /** client.id */
  clientId: string
  /** request.timeout.ms: for one request on one connection. */
  requestTimeoutMs: number
  /** default.api.timeout.ms: for an operation with all its retries. */
  apiTimeoutMs: number
  /** socket.connection.setup.timeout.ms */
  setupTimeoutMs: number
  /** reconnect.backoff.ms and .max.ms */
  reconnectBackoffMs: number
  reconnectBackoffMaxMs: number
  /** retry.backoff.ms and .max.ms */
  retryBackoffMs: number
  retryBackoffMaxMs: number
  /** metadata.max.age.ms */
  metadataMaxAgeMs: number
  /** TLS and login; null: neither. */
  security: Security | null
  /** Where to find what the cluster advertises (--resolve). */
  resolve: readonly AddressRule[]
  /** The way to all brokers; null: straight. */
  proxy: ProxyAddress | null
  /** Aborts everything that waits. */
  signal?: AbortSignal
}

export const defaultOptions: ClientOptions = {
  bootstrapServers: [{ host: '127.0.0.1', port: 9092 }],
  clientId: 'ktool',
  requestTimeoutMs: 30_000,
  apiTimeoutMs: 60_000,
  setupTimeoutMs: 10_000,
  reconnectBackoffMs: 50,
  reconnectBackoffMaxMs: 1_000,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1_000,
  metadataMaxAgeMs: 300_000,
  security: null,
  resolve: [],
  proxy: null,
}
