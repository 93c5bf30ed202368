// Sizes in bytes: `65536`, `64k`, `1MiB`, `1.5G`, `500kB`. One letter and the `iB` units are powers of 1024, `kB MB GB
// TB` powers of 1000.

import { UsageError } from '../errors.ts'

const powers: Record<string, number> = { '': 0, k: 1, m: 2, g: 3, t: 4 }
const pattern = /^(?:(\d+)\s*b?|(\d+(?:\.\d+)?)\s*([kmgt])(ib?|b)?)$/i

/** Whole bytes. Throws a UsageError. */
export function parseSize(text: string): number {
  const match = pattern.exec(text.trim())
  if (match === null) {
    throw new UsageError(`'${text}' is not a size`, { hint: 'sizes are written in bytes, or as 64k, 1MiB, 10MB, 2G' })
  }
  const [, whole, amount = whole, prefix = '', suffix = ''] = match
  const base = suffix.toLowerCase() === 'b' ? 1000 : 1024
  const bytes = Math.round(Number(amount) * base ** powers[prefix.toLowerCase()])
  if (!Number.isSafeInteger(bytes)) throw new UsageError(`the size '${text}' is too large`)
  return bytes
}

const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** Bytes for people: `512`, `64 KiB`, `1.5 GiB`. */
export function formatSize(bytes: number): string {
  let amount = bytes
  let unit = ''
  for (const next of units) {
    if (amount < 1024) break
    amount /= 1024
    unit = ` ${next}`
  }
  return `${Number(amount.toFixed(1))}${unit}`
}
