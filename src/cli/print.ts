// Short texts to stdout at once, for help and the version: making Node's stream of a pipe takes longer than all the rest.

import { fstatSync, writeSync } from 'node:fs'
import type { Writable } from 'node:stream'
import type { WriteStream } from 'node:tty'

export async function print(text: string): Promise<void> {
  let rest = Buffer.from(text)
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // A pipe that another program made non-blocking, and that is full: the stream knows how to wait.
    if (code !== 'EAGAIN') throw error
    process.stdout.write(rest)
    await flushed(process.stdout)
  }
}

/** Waits until all is written, or the stream has failed, which it tells its listeners. */
export async function flushed(stream: Writable): Promise<void> {
  if (!stream.destroyed) await new Promise<void>((resolve) => stream.write('', () => resolve()))
}

/** The stream of stdout where that is a terminal. */
export function stdoutTerminal(): WriteStream | undefined {
  return fstatSync(1).isCharacterDevice() && process.stdout.isTTY ? process.stdout : undefined
}
