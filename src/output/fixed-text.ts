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

/** A whole number in decimal that stays the same or goes up by one from use to use. */
export class CountingText {
  private value = Number.NaN
  private text: FixedText = new FixedText('')

  /** Good until the next call. */
  of(value: number): FixedText {
    if (value === this.value) return this.text
    if (value !== this.value + 1 || value <= 0 || !this.increment()) this.text = new FixedText(String(value))
    this.value = value
    return this.text
  }

  /** False where one more digit is needed. */
  private increment(): boolean {
    const { bytes } = this.text
    for (let i = bytes.length - 1; i >= 0; i--) {
      if (bytes[i] < NINE) {
        bytes[i]++
        return true
      }
      bytes[i] = ZERO
    }
    return false
  }
}
