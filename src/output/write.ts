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
  return drained(stream)
}

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
