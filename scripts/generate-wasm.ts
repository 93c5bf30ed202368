// Assembles src/records/lines.wat into src/records/lines-wasm.ts.
//
//   node scripts/generate-wasm.ts

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import wabt from 'wabt'

const folder = join(import.meta.dirname, '../src/records')
export const wasmFile: string = join(folder, 'lines-wasm.ts')

/** What `wasmFile` is to hold. */
export async function wasmSource(): Promise<string> {
  const name = 'lines.wat'
  const { parseWat } = await wabt()
  const module = parseWat(name, readFileSync(join(folder, name), 'utf8'), { simd: true, mutable_globals: true })
  const { buffer } = module.toBinary({})
  module.destroy()
  return [
    `// Generated from ${name} by \`npm run generate:wasm\`: the assembled module, in base64.`,
    '',
    `export const LINES_WASM =`,
    `  '${Buffer.from(buffer).toString('base64')}'`,
    '',
  ].join('\n')
}

if (import.meta.main) writeFileSync(wasmFile, await wasmSource())
