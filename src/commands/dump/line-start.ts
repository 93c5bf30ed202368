// The line of a record up to its key: most often that of the record before with an offset and a sequence number that are one
// higher. Then only the digits change.
//
//   | offset: 41 CreateTime: 1700000000000 keySize: -1 valueSize: 98 sequence: 41 headerKeys: []

import { FixedText, increment } from '../../output/fixed-text.ts'
import { NO_SEQUENCE } from '../../records/batch.ts'

const TYPES = ['CreateTime', 'LogAppendTime']

export class LineStart {
  private text: FixedText | null = null
  private offset = -1
  private timestamp = Number.NaN
  private type = -1
  private keySize = -1
  private valueSize = -1
  private sequence = NO_SEQUENCE
  /** Where the last digits are. */
  private offsetEnd = 0
  private sequenceEnd = 0

  /** Good until the next call. Null where this is the first of its kind: making the text pays from the second on. */
  of(
    offset: number,
    type: number,
    timestamp: number,
    keySize: number,
    valueSize: number,
    sequence: number,
  ): FixedText | null {
    const isAlike =
      timestamp === this.timestamp && type === this.type && keySize === this.keySize && valueSize === this.valueSize
    const isNext =
      offset === this.offset + 1 && sequence === (this.sequence === NO_SEQUENCE ? NO_SEQUENCE : this.sequence + 1)
    this.offset = offset
    this.sequence = sequence
    if (isAlike && isNext && this.text !== null) {
      const { bytes } = this.text
      if (increment(bytes, this.offsetEnd) && (sequence === NO_SEQUENCE || increment(bytes, this.sequenceEnd))) {
        return this.text
      }
    }
    this.timestamp = timestamp
    this.type = type
    this.keySize = keySize
    this.valueSize = valueSize
    this.text = isAlike ? this.make() : null
    return this.text
  }

  private make(): FixedText {
    const start = `| offset: ${this.offset}`
    const middle = ` ${TYPES[this.type]}: ${this.timestamp} keySize: ${this.keySize} valueSize: ${this.valueSize} sequence: `
    this.offsetEnd = start.length - 1
    this.sequenceEnd = start.length + middle.length + String(this.sequence).length - 1
    return new FixedText(`${start}${middle}${this.sequence} headerKeys: []`)
  }
}
