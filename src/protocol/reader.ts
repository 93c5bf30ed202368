// Reads Kafka's primitive types from a buffer, front to back. Every read is checked against the end, every count against
// the bytes that are left, so that a truncated or hostile frame ends in a ProtocolError in bounded time and memory.

import { ProtocolError } from './errors.ts'

/** How many array elements one frame may hold. A response of the largest known clusters stays far below. */
const MAX_ELEMENTS = 1 << 22
/** The same for a request. A broker takes a microsecond or two for each, and answers nobody else meanwhile. */
export const MAX_REQUEST_ELEMENTS = 1 << 18

export class Reader {
  readonly buffer: Buffer
  position: number
  readonly end: number
  private readonly maxElements: number
  private elementsLeft: number

  constructor(buffer: Buffer, position = 0, end = buffer.length, maxElements = MAX_ELEMENTS) {
    this.buffer = buffer
    this.position = position
    this.end = end
    this.maxElements = maxElements
    this.elementsLeft = maxElements
  }

  /** Moves over `bytes` and returns where they begin. */
  take(bytes: number): number {
    const at = this.position
    if (bytes > this.end - at) this.truncated(bytes)
    this.position = at + bytes
    return at
  }

  int8(): number {
    return (this.buffer[this.take(1)] << 24) >> 24
  }

  bool(): boolean {
    return this.buffer[this.take(1)] !== 0
  }

  int16(): number {
    const at = this.take(2)
    return ((this.buffer[at] << 24) | (this.buffer[at + 1] << 16)) >> 16
  }

  uint16(): number {
    const at = this.take(2)
    return (this.buffer[at] << 8) | this.buffer[at + 1]
  }

  int32(): number {
    const at = this.take(4)
    const b = this.buffer
    return (b[at] << 24) | (b[at + 1] << 16) | (b[at + 2] << 8) | b[at + 3]
  }

  uint32(): number {
    return this.int32() >>> 0
  }

  /** Exact up to 2^53; beyond, the nearest double (Long.MAX_VALUE and its like keep their meaning, see Writer.int64). */
  int64(): number {
    const high = this.int32()
    return high * 0x1_0000_0000 + this.uint32()
  }

  int64Exact(): bigint {
    return this.buffer.readBigInt64BE(this.take(8))
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.take(8))
  }

  /** A uuid in Kafka's text form: 22 characters of URL-safe base64. */
  uuid(): string {
    const at = this.take(16)
    return this.buffer.toString('base64url', at, at + 16)
  }

  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer[this.take(1)]
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw new ProtocolError(`varint longer than 5 bytes at byte ${this.position - 5}`)
  }

  string(): string {
    return this.text(this.int16()) ?? this.unexpectedNull('string')
  }

  nullableString(): string | null {
    return this.text(this.int16())
  }

  compactString(): string {
    return this.text(this.uvarint() - 1) ?? this.unexpectedNull('string')
  }

  compactNullableString(): string | null {
    return this.text(this.uvarint() - 1)
  }

  bytes(): Buffer {
    return this.view(this.int32()) ?? this.unexpectedNull('bytes')
  }

  nullableBytes(): Buffer | null {
    return this.view(this.int32())
  }

  compactBytes(): Buffer {
    return this.view(this.uvarint() - 1) ?? this.unexpectedNull('bytes')
  }

  compactNullableBytes(): Buffer | null {
    return this.view(this.uvarint() - 1)
  }

  /** Element count of an array, -1 for null. `elementBytes` is the least that one element takes. */
  arrayLength(elementBytes: number): number {
    return this.checkCount(this.int32(), elementBytes)
  }

  compactArrayLength(elementBytes: number): number {
    return this.checkCount(this.uvarint() - 1, elementBytes)
  }

  unexpectedNull(what: string): never {
    throw new ProtocolError(`null where a ${what} must be, before byte ${this.position}`)
  }

  /** Skips the tagged fields of a struct that knows none of them. */
  skipTags(): void {
    for (let left = this.uvarint(); left > 0; left--) {
      this.uvarint()
      this.take(this.uvarint())
    }
  }

  /** After a tagged field: it must have used just its declared bytes. */
  expectPosition(position: number): void {
    if (this.position !== position) {
      throw new ProtocolError(`a tagged field should end at byte ${position} but ended at ${this.position}`)
    }
  }

  expectEnd(what: string): void {
    if (this.position !== this.end) {
      throw new ProtocolError(`${this.end - this.position} bytes left over after ${what}`)
    }
  }

  private text(length: number): string | null {
    if (length < 0) return this.nullLength(length)
    const at = this.take(length)
    return this.buffer.toString('utf8', at, at + length)
  }

  private view(length: number): Buffer | null {
    if (length < 0) return this.nullLength(length)
    const at = this.take(length)
    return this.buffer.subarray(at, at + length)
  }

  private nullLength(length: number): null {
    if (length !== -1) throw new ProtocolError(`length ${length} before byte ${this.position}`)
    return null
  }

  private checkCount(count: number, elementBytes: number): number {
    if (count < -1) throw new ProtocolError(`array of ${count} elements before byte ${this.position}`)
    if (count * elementBytes > this.end - this.position) this.truncated(count * elementBytes)
    if ((this.elementsLeft -= count) < 0)
      throw new ProtocolError(`more than ${this.maxElements} array elements in a frame`)
    return count
  }

  private truncated(bytes: number): never {
    throw new ProtocolError(
      `truncated: ${bytes} bytes wanted at byte ${this.position}, ${this.end - this.position} are left`,
    )
  }
}
