// Assembles each src/records/NAME.wat into NAME-wasm.ts.
//
//   node scripts/generate-wasm.ts

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import wabt from 'wabt'

const features = { simd: true, mutable_globals: true }
const folder = join(import.meta.dirname, '../src/records')
export const wasmModules = ['lines', 'values']

export function wasmFile(name: string): string {
  return join(folder, `${name}-wasm.ts`)
}

/** What `wasmFile` is to hold. */
export async function wasmSource(name: string): Promise<string> {
  const text = `${name}.wat`
  const { parseWat } = await wabt()
  const module = parseWat(text, readFileSync(join(folder, text), 'utf8'), features)
  const { buffer } = module.toBinary({})
  module.destroy()
  return [
    `// Generated from ${text} by \`npm run generate:wasm\`: the assembled module, in base64.`,
    '',
    `export const ${name.toUpperCase()}_WASM =`,
    `  '${Buffer.from(buffer).toString('base64')}'`,
    '',
  ].join('\n')
}

if (import.meta.main) for (const name of wasmModules) writeFileSync(wasmFile(name), await wasmSource(name))
