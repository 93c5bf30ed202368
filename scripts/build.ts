// Builds the program: src/cli/main.ts and what it imports into dist/, split so that a command loads only what it needs.
// Packages with native parts stay outside; the others are bundled, which starts faster, with their licences beside them.
//
//   node scripts/build.ts [OUTPUT DIRECTORY]

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

/** Packages that load binaries or WebAssembly from their own folders. */
const native = ['@node-rs/crc32', 'snappy', 'lz4-wasm-nodejs']

/** What commander gets in place of these. */
const lightModules: Record<string, string> = {
  'node:child_process': 'export default {}',
  'node:process': 'export default process',
}

const root = resolve(import.meta.dirname, '..')
const output = resolve(process.argv[2] ?? join(root, 'dist'))

const bundle = await rolldown({
  input: join(root, 'src/cli/main.ts'),
  platform: 'node',
  external: native,
  logLevel: 'warn',
  plugins: [
    {
      // Loading what starts programs takes longer than the rest of commander, and ktool's commands are none.
      name: 'light-commander',
      resolveId: (source, importer) =>
        source in lightModules && importer?.includes('commander') ? `light ${source}` : null,
      load: (id) => (id.startsWith('light ') ? lightModules[id.slice('light '.length)] : null),
    },
  ],
})
rmSync(output, { recursive: true, force: true })
const { output: files } = await bundle.write({
  dir: output,
  format: 'cjs',
  minify: true,
  // Few files, as each costs time to find and load: what every command needs, what those need that ask a cluster, and
  // one for each command and each library that is not always needed.
  codeSplitting: {
    groups: [
      { name: 'core', tags: ['$initial'], priority: 2 },
      { name: 'core', test: /rolldown[\\/]runtime/, priority: 2 },
      { name: 'client', test: /src[\\/](client|net|protocol|util)[\\/]/, minShareCount: 4, priority: 1 },
    ],
  },
  entryFileNames: 'main.cjs',
  chunkFileNames: '[name]-[hash].cjs',
})
await bundle.close()

mkdirSync(output, { recursive: true })
writeFileSync(join(output, 'THIRD-PARTY-LICENSES.txt'), licences())

/** The licence texts of the packages whose code is in the bundle. */
function licences(): string {
  const folders = new Set<string>()
  for (const file of files) {
    for (const module of file.type === 'chunk' ? file.moduleIds : []) {
      if (module.includes('node_modules')) folders.add(packageFolder(module))
    }
  }
  return [...folders].sort().map(licence).join('\n\n')
}

function packageFolder(module: string): string {
  let folder = dirname(module)
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

function licence(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()
  return `${name} ${version} (${license})\n\n${text}`
}
