// Encodes many lines at once as records without key and headers: lines.wat does it, this is its memory.
//
//   0      the varint of the timestamp delta
//   32     up to LINES bytes of lines
//   then   up to RECORDS bytes of records
//
// Lines and records are copied in and out, by pieces that stay in the processor's cache: that takes a tenth of the time that
// is won, and nobody else has to know of the memory.

import { LINES_WASM } from './lines-wasm.ts'
import { writeVarint } from './varint.ts'

/** As much is copied beyond the end of a range (lines.wat). */
const BLOCK = 16
const TIME_AT = 0
const LINES_AT = 32
const LINES = 128 * 1024
const RECORDS_AT = LINES_AT + LINES + BLOCK
const RECORDS = 192 * 1024

declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { exports: LinesModule }
}

interface LinesModule {
  memory: { buffer: ArrayBuffer }
  count: { value: number }
  taken: { value: number }
  encode(
    at: number,
    end: number,
    delimiter: number,
    emptyLength: number,
    timeDelta: number,
    timeSize: number,
    offsetDelta: number,
    most: number,
    out: number,
    limit: number,
  ): number
}

export class LineEncoder {
  /** Records of the last encode(), and the bytes of lines and delimiters that they were. */
  count = 0
  taken = 0
  private readonly module: LinesModule
  private readonly memory: Buffer
  private readonly delimiter: number
  private readonly emptyLength: number

  private constructor(module: LinesModule, delimiter: number, emptyIsNull: boolean) {
    this.module = module
    this.memory = Buffer.from(module.memory.buffer)
    this.delimiter = delimiter
    this.emptyLength = emptyIsNull ? 1 : 0
  }

  /**
   * `delimiter`: the byte that ends a line. Null where WebAssembly can't be had: it is switched off, or gets none of the much
   * address space that it wants.
   */
  static load(delimiter: number, emptyIsNull: boolean): LineEncoder | null {
    try {
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(LINES_WASM, 'base64')))
      return new LineEncoder(exports, delimiter, emptyIsNull)
    } catch {
      return null
    }
  }

  /**
   * The records of whole lines from `start` to `end`: as many as there are, at most `most`, and no more than `room` bytes of
   * them, the first with `offsetDelta`, all with the same timestamp delta. It may be fewer, and none where a line is very
   * long. The bytes are good until the next call.
   */
  encode(
    source: Buffer,
    start: number,
    end: number,
    timeDelta: number,
    offsetDelta: number,
    most: number,
    room: number,
  ): Buffer {
    const { memory, module, delimiter, emptyLength } = this
    // A record is longer than its line, so no more lines than bytes that are free are of use.
    const size = Math.min(end - start, LINES, Math.max(room, 0))
    source.copy(memory, LINES_AT, start, start + size)
    const timeSize = writeVarint(memory, TIME_AT, timeDelta) - TIME_AT
    const recordsEnd = module.encode(
      LINES_AT,
      LINES_AT + size,
      delimiter,
      emptyLength,
      TIME_AT,
      timeSize,
      offsetDelta,
      Math.max(0, Math.min(most, LINES)),
      RECORDS_AT,
      RECORDS_AT + Math.min(room, RECORDS),
    )
    this.count = module.count.value
    this.taken = module.taken.value - LINES_AT
    return memory.subarray(RECORDS_AT, recordsEnd)
  }
}
