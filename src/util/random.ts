// Random bytes and UUIDs that nobody can guess, without node:crypto where the system has a file of them: what that module
// loads is 2 MiB of an idle broker.

import { closeSync, openSync, readSync } from 'node:fs'

/** At most 256 bytes, as many as are read whole. */
export function randomBytes(size: number): Buffer {
  return ofSystem(size) ?? process.getBuiltinModule('node:crypto').randomBytes(size)
}

/** The 16 bytes of a random UUID (version 4). */
export function uuidBytes(): Buffer {
  const bytes = randomBytes(16)
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  return bytes
}

/** A random UUID as text: `8-4-4-4-12` hexadecimal digits. */
export function randomUuid(): string {
  return uuidBytes()
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function ofSystem(size: number): Buffer | undefined {
  let fd: number
  try {
    fd = openSync('/dev/urandom', 'r')
  } catch {
    return undefined
  }
  try {
    const bytes = Buffer.alloc(size)
    return readSync(fd, bytes) === size ? bytes : undefined
  } finally {
    closeSync(fd)
  }
}
