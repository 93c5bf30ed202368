// A text that is the same in many records, made ready to be copied in words.

export class FixedText {
  readonly bytes: Buffer
  readonly view: DataView

  constructor(text: string | Buffer) {
    this.bytes = Buffer.from(text)
    const { buffer, byteOffset, length } = this.bytes
    this.view = new DataView(buffer, byteOffset, length)
  }
}

const ZERO = 0x30
const NINE = 0x39

/** Adds one to the decimal number whose last digit is bytes[at]. False where it would need one digit more. */
export function increment(bytes: Buffer, at: number): boolean {
  for (; bytes[at] >= ZERO && bytes[at] <= NINE; at--) {
    if (bytes[at] < NINE) {
      bytes[at]++
      return true
    }
    bytes[at] = ZERO
  }
  return false
}
