// Where WebAssembly does not know the instructions, as on old processors, lines are made one by one.

import assert from 'node:assert/strict'
import test from 'node:test'
import { ValueLines } from '../../src/records/value-lines.ts'
import { allocateWasm, memoryOf } from '../../src/util/wasm-memory.ts'

test('a module that can not be compiled', () => {
  const known = globalThis as unknown as { WebAssembly: { Module: unknown } }
  known.WebAssembly.Module = class {
    constructor() {
      throw new Error('Wasm SIMD unsupported')
    }
  }
  const buffer = allocateWasm(100_000)
  assert.notEqual(memoryOf(buffer), undefined)
  assert.equal(ValueLines.in(buffer), undefined)
  assert.equal(ValueLines.in(buffer), undefined)
})
