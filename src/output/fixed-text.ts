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
