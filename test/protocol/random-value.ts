// A random value of a message, as the given version can carry it: what is absent from the version stays at its default.

import { ZERO_UUID } from '../../src/protocol/codec.ts'
import { type Field, type FieldType, inVersions, type MessageSchema } from '../../src/protocol/schema.ts'

/** A generator of numbers in [0, 1) that can be repeated (mulberry32). */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

type Value = Record<string, unknown>

export function randomValue(schema: MessageSchema, version: number, random: () => number): Value {
  return struct(schema.fields, version, random)
}

function struct(fields: readonly Field[], version: number, random: () => number): Value {
  return Object.fromEntries(
    fields.map(([name, type, versions, options]) => {
      if (!inVersions(versions, version)) return [name, fallback(type, options?.default)]
      if (inVersions(options?.nullable, version) && random() < 0.2) return [name, null]
      if (options?.tag !== undefined && random() < 0.3) return [name, fallback(type, options.default)]
      return [name, value(type, version, random)]
    }),
  )
}

function value(type: FieldType, version: number, random: () => number): unknown {
  if (typeof type !== 'string') {
    if (!('of' in type)) return struct(type, version, random)
    return Array.from({ length: Math.floor(random() * 4) }, () => value(type.of, version, random))
  }
  const below = (limit: number) => Math.floor(random() * limit)
  switch (type) {
    case 'int8':
      return below(256) - 128
    case 'int16':
      return below(65536) - 32768
    case 'uint16':
      return below(65536)
    case 'int32':
      return below(2 ** 32) - 2 ** 31
    case 'uint32':
      return below(2 ** 32)
    case 'int64':
      return random() < 0.1 ? 2 ** 63 : below(2 ** 53) * (random() < 0.3 ? -1 : 1)
    case 'int64Exact':
      return bytes(8, random).readBigInt64BE()
    case 'float64':
      return random() * 1e9 - 5e8
    case 'bool':
      return random() < 0.5
    case 'uuid':
      return bytes(16, random).toString('base64url')
    case 'string':
      return ['', 'x', 'orders', 'grüße', '鍵', 'a'.repeat(below(300))][below(6)]
    case 'bytes':
    case 'records':
      return bytes([0, 1, 20, 200, 5000][below(5)], random)
  }
}

function bytes(length: number, random: () => number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)))
}

function fallback(type: FieldType, given: unknown): unknown {
  if (given !== undefined) return given
  if (typeof type !== 'string') {
    if ('of' in type) return []
    return Object.fromEntries(type.map(([name, inner, , options]) => [name, fallback(inner, options?.default)]))
  }
  switch (type) {
    case 'string':
      return ''
    case 'bool':
      return false
    case 'uuid':
      return ZERO_UUID
    case 'int64Exact':
      return 0n
    case 'bytes':
    case 'records':
      return Buffer.alloc(0)
    default:
      return 0
  }
}
