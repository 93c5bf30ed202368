// xxHash32, the checksum of LZ4 frames.

const P1 = 0x9e3779b1
const P2 = 0x85ebca77
const P3 = 0xc2b2ae3d
const P4 = 0x27d4eb2f
const P5 = 0x165667b1

/** xxHash32 with seed 0 of buffer[start, end), unsigned. */
export function xxh32(buffer: Buffer, start: number, end: number): number {
  let p = start
  let hash: number
  if (end - start >= 16) {
    let a = (P1 + P2) | 0
    let b = P2
    let c = 0
    let d = -P1
    for (const last = end - 16; p <= last; p += 16) {
      a = round(a, little32(buffer, p))
      b = round(b, little32(buffer, p + 4))
      c = round(c, little32(buffer, p + 8))
      d = round(d, little32(buffer, p + 12))
    }
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)
  } else {
    hash = P5
  }
  hash = (hash + (end - start)) | 0
  for (; p + 4 <= end; p += 4) hash = Math.imul(rotate((hash + Math.imul(little32(buffer, p), P3)) | 0, 17), P4)
  for (; p < end; p++) hash = Math.imul(rotate((hash + Math.imul(buffer[p], P5)) | 0, 11), P1)
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function round(lane: number, input: number): number {
  return Math.imul(rotate((lane + Math.imul(input, P2)) | 0, 13), P1)
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

function little32(buffer: Buffer, at: number): number {
  return buffer[at] | (buffer[at + 1] << 8) | (buffer[at + 2] << 16) | (buffer[at + 3] << 24)
}
