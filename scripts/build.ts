// Builds the program: src/cli/main.ts and what it imports into dist/, split so that a command loads only what it needs;
// and the library: src/index.ts with its types.
// Packages with native parts stay outside; the others are bundled, which starts faster, with their licences beside them.
//
//   node scripts/build.ts [OUTPUT DIRECTORY]

import { hash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type OutputAsset, type OutputChunk, rolldown } from 'rolldown'
import { isolatedDeclarationSync } from 'rolldown/experimental'
import { manifest } from '../src/cli/manifest.ts'

/** Packages that load binaries or WebAssembly from their own folders. */
const native = ['@node-rs/crc32', 'snappy', 'lz4-wasm-nodejs']

/**
 * What commander gets in place of these, for which it has a use only where commands are programs of their own: loading
 * them takes longer than the rest of it.
 */
const lightModules: Record<string, string> = {
  'node:child_process': 'export default {}',
  'node:fs': 'export default {}',
  'node:path': 'export default {}',
  'node:process': 'export default process',
}

const root = resolve(import.meta.dirname, '..')
const output = resolve(process.argv[2] ?? join(root, 'dist'))

/** What the client imports, itself included. */
const clientModules = new Set<string>()

const bundle = await rolldown({
  input: join(root, 'src/cli/main.ts'),
  platform: 'node',
  external: native,
  logLevel: 'warn',
  plugins: [
    {
      name: 'client-modules',
      buildEnd() {
        const visit = (id: string) => {
          if (clientModules.has(id)) return
          clientModules.add(id)
          this.getModuleInfo(id)?.importedIds.forEach(visit)
        }
        visit(join(root, 'src/client/client.ts'))
      },
    },
    {
      name: 'light-commander',
      resolveId: (source, importer) =>
        source in lightModules && importer?.includes('commander') ? `light ${source}` : null,
      load: (id) => (id.startsWith('light ') ? lightModules[id.slice('light '.length)] : null),
    },
  ],
})
const { output: files } = await bundle.generate({
  format: 'cjs',
  minify: true,
  // Few files, as each costs time to find and load: what every command needs, what those need that ask a cluster, and
  // one for each command and each library that is not always needed.
  codeSplitting: {
    groups: [
      { name: 'core', tags: ['$initial'], priority: 2 },
      { name: 'client', test: (id) => clientModules.has(id), priority: 1 },
    ],
  },
  entryFileNames: 'main-[hash].cjs',
  chunkFileNames: '[name]-[hash].cjs',
})
await bundle.close()

// The package as a library, on its own: what the command line starts with stays small.
const libraryFiles = await inOneFile('src/index.ts', 'index.cjs')
// What loads the program. The code cache of one build is of no use to another.
const startSource = readFileSync(join(root, 'src/cli/start.ts'), 'utf8')
const startFiles = await inOneFile('src/cli/start.ts', 'start.cjs', {
  BUILD: JSON.stringify(hash('sha256', [startSource, ...files.map(contentOf)].join()).slice(0, 16)),
  MAIN: JSON.stringify(files.find((file) => file.type === 'chunk' && file.isEntry)?.fileName),
  COMMANDS: JSON.stringify([...new Set(manifest.map(({ path }) => path.split(' ')[0]))].join(' ')),
})

const declarations = isolatedDeclarationSync('index.ts', readFileSync(join(root, 'src/index.ts'), 'utf8'))
if (declarations.errors.length > 0) throw new Error(declarations.errors.map(({ message }) => message).join('\n'))

// What was built before stays until the new one is complete.
const unfinished = `${output}.part`
rmSync(unfinished, { recursive: true, force: true })
mkdirSync(unfinished, { recursive: true })
writeFileSync(join(unfinished, 'index.d.ts'), declarations.code)
for (const file of [...files, ...libraryFiles, ...startFiles])
  writeFileSync(join(unfinished, file.fileName), contentOf(file))
writeFileSync(join(unfinished, 'THIRD-PARTY-LICENSES.txt'), licences())
rmSync(output, { recursive: true, force: true })
renameSync(unfinished, output)

/**
 * A program or a library without parts that are loaded later. In lines: Node shows the one where an error comes from that a
 * program does not catch.
 */
async function inOneFile(input: string, name: string, define: Record<string, string> = {}) {
  const one = await rolldown({
    input: join(root, input),
    platform: 'node',
    external: native,
    logLevel: 'warn',
    transform: { define },
  })
  const { output } = await one.generate({
    format: 'cjs',
    minify: { compress: true, mangle: true, codegen: { removeWhitespace: false } },
    codeSplitting: false,
    entryFileNames: name,
  })
  await one.close()
  return output
}

function contentOf(file: OutputChunk | OutputAsset) {
  return file.type === 'chunk' ? ascii(file.code) : file.source
}

/** V8 keeps a source with any other character in it in twice the memory, and takes longer to read it. */
function ascii(code: string): string {
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

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
