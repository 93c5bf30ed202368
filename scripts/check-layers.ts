// Checks that imports in src/ point to the same or a lower layer, and that each outside package is imported from one
// place only. The two tables below are the rule.
//
//   node scripts/check-layers.ts [FOLDER OF SOURCES]

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** Folders (and the file errors.ts) by layer: a file may import from its own layer and those before it. */
const layers: readonly (readonly string[])[] = [
  ['errors.ts', 'util'],
  ['protocol', 'records', 'config', 'filter', 'input', 'output'],
  ['net'],
  ['client', 'storage', 'registry'],
  ['broker', 'web'],
  ['commands', 'personas'],
  ['cli', 'index.ts'],
]

/** The one folder (or file) that may import each package. */
const packages: Readonly<Record<string, string>> = {
  '@marcbachmann/cel-js': 'filter',
  '@node-rs/crc32': 'records',
  ajv: 'registry',
  'ajv-formats': 'registry',
  chalk: 'output',
  'cli-table3': 'output',
  commander: 'cli',
  'lz4-wasm-nodejs': 'records',
  'node-forge': 'net',
  kafkajs: 'commands',
  ora: 'cli',
  'prom-client': 'web',
  protobufjs: 'registry',
  snappy: 'records',
  snappyjs: 'records',
  socks: 'net',
  'string-width': 'output',
  yaml: 'output',
}

export interface Import {
  /** Path of the importing file within the sources, with forward slashes. */
  from: string
  /** As it is written. */
  specifier: string
}

/** What is wrong with an import, or undefined. */
export function judge({ from, specifier }: Import): string | undefined {
  if (specifier.startsWith('node:')) return undefined
  if (specifier.startsWith('.')) {
    const target = join(dirname(from), specifier).replaceAll('\\', '/')
    if (target.startsWith('..')) return `${from} imports ${specifier}, which lies outside the sources`
    const [own, other] = [layerOf(from), layerOf(target)]
    if (own < 0) return `${from} lies in no layer`
    if (other < 0) return `${from} imports ${specifier}, which lies in no layer`
    return other > own ? `${from} (layer ${own}) imports ${target} (layer ${other})` : undefined
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  const place = packages[name]
  if (place === undefined) return `${from} imports the package ${name}, which has no place in the table`
  return isWithin(from, place) ? undefined : `${from} imports ${name}, which only ${place} may`
}

function layerOf(path: string): number {
  return layers.findIndex((places) => places.some((place) => isWithin(path, place)))
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`)
}

/** The imports of a source text: static, dynamic, of types, and re-exports. */
export function importsOf(text: string): string[] {
  const statement = /^\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]/gm
  const call = /\b(?:import|require|createRequire\([^)]*\))\(\s*['"]([^'"]+)['"]/g
  return [...text.matchAll(statement), ...text.matchAll(call)].map((match) => match[1])
}

export function checkSources(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[cm]?[jt]s$/.test(name))
  return files.sort().flatMap((name) => {
    const from = relative(folder, join(folder, name)).replaceAll('\\', '/')
    const imports = importsOf(readFileSync(join(folder, name), 'utf8'))
    return imports.map((specifier) => judge({ from, specifier })).filter((problem) => problem !== undefined)
  })
}

if (import.meta.main) {
  const problems = checkSources(resolve(process.argv[2] ?? join(import.meta.dirname, '../src')))
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
}
