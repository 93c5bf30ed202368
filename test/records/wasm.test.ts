// The assembled modules are those of their texts.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { wasmFile, wasmModules, wasmSource } from '../../scripts/generate-wasm.ts'

for (const name of wasmModules) {
  test(`${name}.wat`, async () => {
    assert.equal(readFileSync(wasmFile(name), 'utf8'), await wasmSource(name), 'run npm run generate:wasm')
  })
}
