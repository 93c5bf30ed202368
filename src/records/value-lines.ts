// Makes lines of the values of many records at once, in the place of the records: values.wat does it.

import { memoryOf, type WasmMemory } from '../util/wasm-memory.ts'
import { VALUES_WASM } from './values-wasm.ts'

/** As much has to be free before the records, and may be read behind them (values.wat). */
const BLOCK = 16

declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: { records: { memory: WasmMemory } }) => { exports: ValuesModule }
}

interface ValuesModule {
  count: { value: number }
  taken: { value: number }
  take(at: number, end: number, delimiter: number, most: number, out: number): number
}

export class ValueLines {
  /** Of the last take(): how many records, the place after them, and the range of their lines in the same buffer. */
  count = 0
  taken = 0
  start = 0
  end = 0
  /** Null where WebAssembly can't be had. */
  private static module: object | null | undefined
  private static readonly known = new WeakMap<WasmMemory, ValueLines>()
  private readonly exports: ValuesModule
  /** The last place that records may have, so that what is read behind them is there. */
  private readonly last: number

  private constructor(module: object, memory: WasmMemory) {
    this.exports = new WebAssembly.Instance(module, { records: { memory } }).exports
    this.last = memory.buffer.byteLength - BLOCK
  }

  /** For records in this buffer; undefined where WebAssembly can't reach it, or does not know such instructions here. */
  static in(buffer: Buffer): ValueLines | undefined {
    const memory = memoryOf(buffer)
    if (memory === undefined || ValueLines.module === null) return undefined
    let lines = ValueLines.known.get(memory)
    if (lines === undefined) {
      try {
        ValueLines.module ??= new WebAssembly.Module(Buffer.from(VALUES_WASM, 'base64'))
        lines = new ValueLines(ValueLines.module, memory)
      } catch {
        ValueLines.module = null
        return undefined
      }
      ValueLines.known.set(memory, lines)
    }
    return lines
  }

  /**
   * Takes up to `most` records of a batch (format 2, not compressed): those from `at` on that are whole and right, and end at
   * `end` or before it. Their bytes and the 16 before `at` are overwritten. Each line ends with the byte `delimiter`; a null is
   * an empty one. At a record that is damaged, and at the very end of the memory, it stops.
   */
  take({ byteOffset }: Buffer, at: number, end: number, delimiter: number, most: number): void {
    const { exports } = this
    this.start = at - BLOCK
    const limit = Math.min(byteOffset + end, this.last)
    this.end = exports.take(byteOffset + at, limit, delimiter, most, byteOffset + this.start) - byteOffset
    this.count = exports.count.value
    this.taken = exports.taken.value - byteOffset
  }
}
