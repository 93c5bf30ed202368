// The variable-length integers of records: seven bits per byte, low bits first, the top bit says that more follow.
// Signed values are zigzagged first (0, -1, 1, -2 -> 0, 1, 2, 3), so that small negative ones stay short.
// A varint holds 32 bits in at most 5 bytes, a varlong 64 bits in at most 10 (Kafka's ByteUtils). They are written here;
// the record cursor reads them in place.

export const MAX_VARINT_SIZE = 5
export const MAX_VARLONG_SIZE = 10

/** Bytes that the varint of a signed 32-bit integer takes: 1 to 5. */
export function varintSize(value: number): number {
  // One byte for each seven bits in use: (bits + 6) / 7, as a multiplication.
  return ((38 - Math.clz32(((value << 1) ^ (value >> 31)) | 1)) * 37) >>> 8
}

/** Writes a signed 32-bit integer and returns the position after it. */
export function writeVarint(buffer: Uint8Array, at: number, value: number): number {
  let bits = (value << 1) ^ (value >> 31)
  let p = at
  while ((bits & ~0x7f) !== 0) {
    buffer[p++] = (bits & 0x7f) | 0x80
    bits >>>= 7
  }
  buffer[p++] = bits
  return p
}

/** Bytes that the varlong of a signed 64-bit integer takes: 1 to 10. A number has to be a safe integer. */
export function varlongSize(value: number | bigint): number {
  if (typeof value === 'number' && value === (value | 0)) return varintSize(value)
  let bits = BigInt.asUintN(64, zigzag(BigInt(value)))
  let size = 1
  while (bits > 0x7fn) {
    bits >>= 7n
    size++
  }
  return size
}

/** Writes a signed 64-bit integer and returns the position after it. A number has to be a safe integer. */
export function writeVarlong(buffer: Uint8Array, at: number, value: number | bigint): number {
  if (typeof value === 'number' && value === (value | 0)) return writeVarint(buffer, at, value)
  let bits = BigInt.asUintN(64, zigzag(BigInt(value)))
  let p = at
  while (bits > 0x7fn) {
    buffer[p++] = Number(bits & 0x7fn) | 0x80
    bits >>= 7n
  }
  buffer[p++] = Number(bits)
  return p
}

function zigzag(value: bigint): bigint {
  return (value << 1n) ^ (value >> 63n)
}
