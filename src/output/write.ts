// Writing that waits for a slow reader.

import { once } from 'node:events'
import type { Writable } from 'node:stream'

/**
 * Writes to the stream. Undefined where it took the data at once; otherwise a promise to await before writing more, which
 * resolves when the stream has drained, or is closed and takes nothing any more.
 */
export function write(stream: Writable, data: string | Uint8Array): Promise<void> | undefined {
  if (stream.destroyed || stream.writableEnded) return undefined
  if (stream.write(data) || stream.destroyed) return undefined
  let waiting = waits.get(stream)
  if (waiting === undefined) {
    waiting = drained(stream).finally(() => waits.delete(stream))
    waits.set(stream, waiting)
  }
  return waiting
}

/** All who wait for a stream share one: some add rows without waiting, and each would have its own listeners there. */
const waits = new WeakMap<Writable, Promise<void>>()

async function drained(stream: Writable): Promise<void> {
  const done = new AbortController()
  const { signal } = done
  try {
    // An error closes the stream; main has its own listener that tells a closed pipe from a full disk.
    await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })])
  } catch {
    // The stream failed: there is nothing to wait for.
  } finally {
    done.abort()
  }
}
