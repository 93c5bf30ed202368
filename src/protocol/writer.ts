// Writes Kafka's primitive types into a growing buffer. Large byte fields (record batches above all) are not copied: they
// are kept as chunks of their own between the pieces written here, so that a frame goes out as a list of buffers.

/** Byte fields from this size on are referenced, not copied. */
const CHUNK_BYTES = 4096

export class Writer {
  private buffer: Buffer
  private position: number
  /** Where the piece that is being written begins in `buffer`. */
  private start: number
  private readonly chunks: Buffer[] = []
  private chunkBytes = 0

  /** `reserve` bytes are left free at the front, to be filled in when the size is known. */
  constructor(capacity = 512, reserve = 0) {
    this.buffer = Buffer.allocUnsafe(capacity)
    this.position = reserve
    this.start = 0
  }

  /** Bytes written so far. */
  get length(): number {
    return this.chunkBytes + this.position - this.start
  }

  /** The pieces in order; the writer must not be used afterwards. */
  finish(): Buffer[] {
    if (this.position > this.start) this.chunks.push(this.buffer.subarray(this.start, this.position))
    return this.chunks
  }

  /** Everything as one buffer. */
  concat(): Buffer {
    const chunks = this.finish()
    return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
  }

  int8(value: number): void {
    this.ensure(1)
    this.buffer[this.position++] = value
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0)
  }

  int16(value: number): void {
    this.ensure(2)
    const b = this.buffer
    b[this.position++] = value >> 8
    b[this.position++] = value
  }

  uint16(value: number): void {
    this.int16(value)
  }

  int32(value: number): void {
    this.ensure(4)
    const b = this.buffer
    b[this.position++] = value >> 24
    b[this.position++] = value >> 16
    b[this.position++] = value >> 8
    b[this.position++] = value
  }

  uint32(value: number): void {
    this.int32(value | 0)
  }

  /** Values beyond Java's long are cut to its range, so that a Long.MAX_VALUE read as a double is written as itself. */
  int64(value: number): void {
    this.ensure(8)
    if (Number.isSafeInteger(value)) {
      const high = Math.floor(value / 0x1_0000_0000)
      this.int32(high)
      this.int32((value - high * 0x1_0000_0000) | 0)
    } else {
      const long = Number.isFinite(value) ? BigInt(Math.trunc(value)) : value > 0 ? LONG_MAX : LONG_MIN
      const cut = long > LONG_MAX ? LONG_MAX : long < LONG_MIN ? LONG_MIN : long
      this.position = this.buffer.writeBigInt64BE(cut, this.position)
    }
  }

  int64Exact(value: bigint): void {
    this.ensure(8)
    this.position = this.buffer.writeBigInt64BE(value, this.position)
  }

  float64(value: number): void {
    this.ensure(8)
    this.position = this.buffer.writeDoubleBE(value, this.position)
  }

  uuid(value: string): void {
    this.ensure(16)
    if (this.buffer.write(value, this.position, 16, 'base64url') !== 16) throw new TypeError(`not a uuid: ${value}`)
    this.position += 16
  }

  uvarint(value: number): void {
    this.ensure(5)
    while (value > 0x7f) {
      this.buffer[this.position++] = (value & 0x7f) | 0x80
      value >>>= 7
    }
    this.buffer[this.position++] = value
  }

  string(value: string): void {
    const length = Buffer.byteLength(value)
    if (length > 0x7fff) throw new TypeError(`a string of ${length} bytes is longer than the protocol's 32767`)
    this.int16(length)
    this.utf8(value, length)
  }

  nullableString(value: string | null): void {
    if (value === null) this.int16(-1)
    else this.string(value)
  }

  compactString(value: string): void {
    const length = Buffer.byteLength(value)
    this.uvarint(length + 1)
    this.utf8(value, length)
  }

  compactNullableString(value: string | null): void {
    if (value === null) this.uvarint(0)
    else this.compactString(value)
  }

  bytes(value: Buffer | readonly Buffer[]): void {
    this.int32(byteLength(value))
    this.raw(value)
  }

  nullableBytes(value: Buffer | readonly Buffer[] | null): void {
    if (value === null) this.int32(-1)
    else this.bytes(value)
  }

  compactBytes(value: Buffer | readonly Buffer[]): void {
    this.uvarint(byteLength(value) + 1)
    this.raw(value)
  }

  compactNullableBytes(value: Buffer | readonly Buffer[] | null): void {
    if (value === null) this.uvarint(0)
    else this.compactBytes(value)
  }

  arrayLength(count: number): void {
    this.int32(count)
  }

  compactArrayLength(count: number): void {
    this.uvarint(count + 1)
  }

  /** Bytes without a length before them. */
  raw(value: Buffer | readonly Buffer[]): void {
    if (!Buffer.isBuffer(value)) {
      for (const piece of value) this.raw(piece)
    } else if (value.length < CHUNK_BYTES) {
      this.ensure(value.length)
      value.copy(this.buffer, this.position)
      this.position += value.length
    } else {
      this.chunks.push(this.buffer.subarray(this.start, this.position), value)
      this.chunkBytes += this.position - this.start + value.length
      this.start = this.position
    }
  }

  private utf8(value: string, length: number): void {
    this.ensure(length)
    this.buffer.write(value, this.position, length, 'utf8')
    this.position += length
  }

  private ensure(bytes: number): void {
    if (this.position + bytes > this.buffer.length) this.grow(bytes)
  }

  private grow(bytes: number): void {
    const used = this.position - this.start
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, used + bytes))
    this.buffer.copy(larger, 0, this.start, this.position)
    this.buffer = larger
    this.start = 0
    this.position = used
  }
}

const LONG_MAX = 0x7fff_ffff_ffff_ffffn
const LONG_MIN = -0x8000_0000_0000_0000n

function byteLength(value: Buffer | readonly Buffer[]): number {
  if (Buffer.isBuffer(value)) return value.length
  let length = 0
  for (const piece of value) length += piece.length
  return length
}
