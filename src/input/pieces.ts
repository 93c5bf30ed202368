// Input in pieces: files through reads of our own, one ahead of what is being worked on; pipes as they have something, into
// one buffer; everything else as its stream gives it, so that what is typed arrives at once.

import fs from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { UsageError } from '../errors.ts'

const PIECE = 1 << 20
/** What a pipe holds at most, where nobody asked for more. */
const PIPE_PIECE = 64 * 1024

/**
 * The pieces of a stream until its end or until the signal aborts. A piece is good until the next one is asked for. Throws a
 * UsageError for a directory, which Node takes for an empty stream.
 */
export async function* streamPieces(
  stream: Readable & { fd?: number; isTTY?: boolean },
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const { fd, isTTY } = stream
  const kind = fd === undefined ? undefined : fs.fstatSync(fd)
  if (kind?.isDirectory()) throw new UsageError('stdin is a directory')
  if (fd !== undefined && kind?.isFile()) {
    yield* filePieces(fd, signal)
    return
  }
  // So Node has it where it knows how to read the pipe or the connection.
  if (fd !== undefined && !isTTY && stream instanceof Socket) {
    yield* pipePieces(fd, signal)
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

/** As a stream does it, but for a new buffer with each of its small pieces, of which there are very many. */
async function* pipePieces(fd: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(PIPE_PIECE)
  let bytes = 0
  let turn = Promise.withResolvers<void>()
  const pipe = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback(count) {
        bytes = count
        turn.resolve()
        return false
      },
    },
  })
  let failure: Error | undefined
  pipe.on('error', (error) => (failure = error)).on('close', () => turn.resolve())
  const stop = () => pipe.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    while (!signal.aborted) {
      pipe.resume()
      await turn.promise
      if (failure !== undefined && !signal.aborted) throw failure
      if (bytes === 0) return
      turn = Promise.withResolvers<void>()
      yield buffer.subarray(0, bytes)
      bytes = 0
    }
  } finally {
    signal.removeEventListener('abort', stop)
    pipe.destroy()
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
