// Formats whose records are put together from a parsed line: the lines come from a LineReader, the subclass reads one.

import type { InputReader, InputRecord } from './input-record.ts'
import { recordOf } from './input-record.ts'
import { LineReader } from './lines.ts'

export abstract class ParsedLineReader implements InputReader {
  private readonly lines: LineReader
  private current: InputRecord = recordOf(0, null, null)

  /** `delimiter`: between records. */
  constructor(delimiter: Buffer) {
    this.lines = new LineReader({ delimiter })
  }

  /** The record in buffer[start, end). Throws an InputRecordError. */
  protected abstract parse(buffer: Buffer, start: number, end: number, number: number): InputRecord

  feed(piece: Buffer): void {
    this.lines.feed(piece)
  }

  next(): boolean {
    return this.lines.next() && this.step()
  }

  finish(): boolean {
    return this.lines.finish() && this.step()
  }

  private step(): boolean {
    const { buffer, valueStart, valueEnd, number } = this.lines
    this.current = this.parse(buffer, valueStart, valueEnd, number)
    return true
  }

  get buffer(): Buffer {
    return this.current.buffer
  }
  get keyStart(): number {
    return this.current.keyStart
  }
  get keyEnd(): number {
    return this.current.keyEnd
  }
  get valueStart(): number {
    return this.current.valueStart
  }
  get valueEnd(): number {
    return this.current.valueEnd
  }
  get number(): number {
    return this.current.number
  }
  get topic(): string | null {
    return this.current.topic
  }
  get partition(): number | null {
    return this.current.partition
  }
  get timestamp(): number | bigint | null {
    return this.current.timestamp
  }
  get headers(): Buffer | null {
    return this.current.headers
  }
}
