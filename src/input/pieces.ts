// Input in pieces: files through reads of our own, one ahead of what is being worked on; everything else as its stream
// gives it, so that what is typed arrives at once.

import fs from 'node:fs'
import type { Readable } from 'node:stream'
import { UsageError } from '../errors.ts'

const PIECE = 1 << 20

/**
 * The pieces of a stream until its end or until the signal aborts. A piece is good until the next one is asked for. Throws a
 * UsageError for a directory, which Node takes for an empty stream.
 */
export async function* streamPieces(stream: Readable & { fd?: number }, signal: AbortSignal): AsyncGenerator<Buffer> {
  const kind = stream.fd === undefined ? undefined : fs.fstatSync(stream.fd)
  if (kind?.isDirectory()) throw new UsageError('stdin is a directory')
  if (stream.fd !== undefined && kind?.isFile()) {
    yield* filePieces(stream.fd, signal)
    return
  }
  const stop = () => stream.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    if (!signal.aborted) yield* stream
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/**
 * The pieces of an open file from its current position. When they end, early or not, nothing of a file is being read any
 * more: a read that goes on after closing it would take from the file that is opened next and gets the same descriptor.
 */
export async function* filePieces(fd: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const buffers = [Buffer.allocUnsafeSlow(PIECE), Buffer.allocUnsafeSlow(PIECE)]
  let pending = read(fd, buffers[0])
  try {
    for (let turn = 0; !signal.aborted; turn ^= 1) {
      const bytes = await pending
      if (bytes === 0) return
      pending = read(fd, buffers[turn ^ 1])
      pending.catch(() => {})
      yield buffers[turn].subarray(0, bytes)
    }
  } finally {
    // A pipe may say nothing more for ever.
    if (fs.fstatSync(fd).isFile()) await pending.catch(() => {})
  }
}

function read(fd: number, buffer: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, 0, buffer.length, null, (error, bytes) => (error ? reject(error) : resolve(bytes)))
  })
}
