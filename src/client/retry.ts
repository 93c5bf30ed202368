// Tries again what may succeed later, with exponential backoff and jitter (KIP-580), until the time is over.

import { setTimeout as sleep } from 'node:timers/promises'
import { KtoolError, TimeoutError, UnreachableError } from '../errors.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { ClientOptions } from './options.ts'

/** No server of the bootstrap list could be reached: there is nobody yet whose return could be waited for. */
export class BootstrapError extends UnreachableError {}

/** The client was closed while something still wanted an answer: nothing is to be tried again. */
export class ClosedError extends KtoolError {}

/** Whether a later attempt may succeed. */
export function isRetriable(error: unknown): boolean {
  if (error instanceof BootstrapError) return false
  if (error instanceof KafkaError) return error.retriable
  return error instanceof UnreachableError || error instanceof TimeoutError
}

/** Backoff before attempt `n` (from 1): doubled each time, 20 % up or down so that clients do not march in step. */
export function backoff(n: number, firstMs: number, maxMs: number): number {
  return Math.min(firstMs * 2 ** (n - 1), maxMs) * (0.8 + 0.4 * Math.random())
}

/** Calls `attempt` until it succeeds, fails for good, or `apiTimeoutMs` has passed; then throws the last error. */
export async function retry<T>(
  options: Pick<ClientOptions, 'apiTimeoutMs' | 'retryBackoffMs' | 'retryBackoffMaxMs' | 'signal'>,
  attempt: (n: number) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + options.apiTimeoutMs
  for (let n = 1; ; n++) {
    try {
      return await attempt(n)
    } catch (error) {
      if (!isRetriable(error)) throw error
      const pause = backoff(n, options.retryBackoffMs, options.retryBackoffMaxMs)
      if (Date.now() + pause >= deadline) throw n === 1 ? error : gaveUp(error as KtoolError, n, options.apiTimeoutMs)
      await sleep(pause, undefined, { signal: options.signal })
    }
  }
}

/** An error of its own, as others may wait for the same attempt; what an attempt tried again by itself is said already. */
function gaveUp(error: KtoolError, attempts: number, timeoutMs: number): KtoolError {
  if (!(error instanceof KtoolError) || error.message.includes('; gave up after')) return error
  const told: KtoolError = Object.create(Object.getPrototypeOf(error), Object.getOwnPropertyDescriptors(error))
  told.message = `${error.message}; gave up after ${attempts} attempts in ${timeoutMs} ms`
  return told
}
