// XXH3 with 64 bits, seed 0 and its default secret: the hash with which a coordinator notes what it knows of topics.
// For now and then a few kilobytes: it counts in bigints.

const SECRET = Buffer.from(
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248e' +
    'e03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d' +
    '8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc' +
    '8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e',
  'hex',
)

const PRIME32_1 = 0x9e3779b1n
const PRIME32_2 = 0x85ebca77n
const PRIME32_3 = 0xc2b2ae3dn
const PRIME64_1 = 0x9e3779b185ebca87n
const PRIME64_2 = 0xc2b2ae3d27d4eb4fn
const PRIME64_3 = 0x165667b19e3779f9n
const PRIME64_4 = 0x85ebca77c2b2ae63n
const PRIME64_5 = 0x27d4eb2f165667c5n
const MIX_1 = 0x165667919e3779f9n
const MIX_2 = 0x9fb21c651e98df25n

const STRIPE = 64
const STRIPES_PER_BLOCK = (SECRET.length - STRIPE) / 8
const BLOCK = STRIPE * STRIPES_PER_BLOCK

const LOW_32 = 0xffff_ffffn
const u64 = (value: bigint) => BigInt.asUintN(64, value)
const rotate = (value: bigint, bits: bigint) => u64(value << bits) | (value >> (64n - bits))
const secret = (at: number) => SECRET.readBigUInt64LE(at)

/** As a signed long. */
export function xxh3(bytes: Buffer): bigint {
  return BigInt.asIntN(64, hash(bytes))
}

function hash(bytes: Buffer): bigint {
  const { length } = bytes
  if (length === 0) return avalanche64(secret(56) ^ secret(64))
  if (length <= 3) return upTo3(bytes)
  if (length <= 8) return upTo8(bytes)
  if (length <= 16) return upTo16(bytes)
  if (length <= 128) return upTo128(bytes)
  if (length <= 240) return upTo240(bytes)
  return long(bytes)
}

function upTo3(bytes: Buffer): bigint {
  const { length } = bytes
  const middle = bytes[length >> 1]
  const combined = ((bytes[0] << 16) | (middle << 24) | bytes[length - 1] | (length << 8)) >>> 0
  return avalanche64(BigInt(combined) ^ BigInt((SECRET.readUInt32LE(0) ^ SECRET.readUInt32LE(4)) >>> 0))
}

function upTo8(bytes: Buffer): bigint {
  const { length } = bytes
  const input = BigInt(bytes.readUInt32LE(length - 4)) + (BigInt(bytes.readUInt32LE(0)) << 32n)
  let value = input ^ secret(8) ^ secret(16)
  value ^= rotate(value, 49n) ^ rotate(value, 24n)
  value = u64(value * MIX_2)
  value ^= (value >> 35n) + BigInt(length)
  value = u64(value * MIX_2)
  return value ^ (value >> 28n)
}

function upTo16(bytes: Buffer): bigint {
  const { length } = bytes
  const low = bytes.readBigUInt64LE(0) ^ secret(24) ^ secret(32)
  const high = bytes.readBigUInt64LE(length - 8) ^ secret(40) ^ secret(48)
  return avalanche(u64(BigInt(length) + swap(low) + high + fold(low, high)))
}

function upTo128(bytes: Buffer): bigint {
  const { length } = bytes
  let sum = BigInt(length) * PRIME64_1
  for (let i = (length - 1) >> 5; i >= 0; i--) {
    sum += mix16(bytes, 16 * i, 32 * i) + mix16(bytes, length - 16 * (i + 1), 32 * i + 16)
  }
  return avalanche(u64(sum))
}

function upTo240(bytes: Buffer): bigint {
  const { length } = bytes
  let sum = BigInt(length) * PRIME64_1
  for (let i = 0; i < 8; i++) sum += mix16(bytes, 16 * i, 16 * i)
  sum = avalanche(u64(sum))
  for (let i = 8; i < length >> 4; i++) sum += mix16(bytes, 16 * i, 16 * (i - 8) + 3)
  return avalanche(u64(sum + mix16(bytes, length - 16, 136 - 17)))
}

function long(bytes: Buffer): bigint {
  const { length } = bytes
  const sums = [PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1]
  const last = length - 1 - ((length - 1) % BLOCK)
  for (let at = 0; at < last; at += BLOCK) {
    for (let i = 0; i < STRIPES_PER_BLOCK; i++) accumulate(sums, bytes, at + i * STRIPE, i * 8)
    for (let i = 0; i < 8; i++) {
      const mixed = sums[i] ^ (sums[i] >> 47n) ^ secret(SECRET.length - STRIPE + 8 * i)
      sums[i] = u64(mixed * PRIME32_1)
    }
  }
  const stripes = Math.floor((length - 1 - last) / STRIPE)
  for (let i = 0; i < stripes; i++) accumulate(sums, bytes, last + i * STRIPE, i * 8)
  accumulate(sums, bytes, length - STRIPE, SECRET.length - STRIPE - 7)
  let result = BigInt(length) * PRIME64_1
  for (let i = 0; i < 4; i++) result += fold(sums[2 * i] ^ secret(11 + 16 * i), sums[2 * i + 1] ^ secret(19 + 16 * i))
  return avalanche(u64(result))
}

function accumulate(sums: bigint[], bytes: Buffer, at: number, secretAt: number): void {
  for (let i = 0; i < 8; i++) {
    const value = bytes.readBigUInt64LE(at + 8 * i)
    const keyed = value ^ secret(secretAt + 8 * i)
    sums[i ^ 1] = u64(sums[i ^ 1] + value)
    sums[i] = u64(sums[i] + (keyed & LOW_32) * (keyed >> 32n))
  }
}

function mix16(bytes: Buffer, at: number, secretAt: number): bigint {
  return fold(bytes.readBigUInt64LE(at) ^ secret(secretAt), bytes.readBigUInt64LE(at + 8) ^ secret(secretAt + 8))
}

/** Both halves of the product of 128 bits. */
function fold(a: bigint, b: bigint): bigint {
  const product = a * b
  return u64(product) ^ (product >> 64n)
}

function swap(value: bigint): bigint {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigUInt64LE(value)
  return bytes.readBigUInt64BE()
}

function avalanche(value: bigint): bigint {
  const mixed = u64((value ^ (value >> 37n)) * MIX_1)
  return mixed ^ (mixed >> 32n)
}

/** As in the older XXH64. */
function avalanche64(value: bigint): bigint {
  let mixed = u64((value ^ (value >> 33n)) * PRIME64_2)
  mixed = u64((mixed ^ (mixed >> 29n)) * PRIME64_3)
  return mixed ^ (mixed >> 32n)
}
