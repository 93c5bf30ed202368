// Loads the files of the built program, with what V8 compiled of them in earlier runs (the code cache), and calls main().
//
// Node's own compile cache keeps a file as it is compiled when it is loaded, without the functions that are called later: to
// compile those again in each run is a seventh of the time of a short command. Here a file is kept as it is after a run.
//
//   folder/<Node>-<processor>-<build>/<first word of the command>   all files that it loads, as the first runs leave them
//
// Whatever is wrong with a cache, the program runs without it.

import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { constants, Script } from 'node:vm'
import { makeDirectory } from '../util/make-directory.ts'

/** Put in by scripts/build.ts: which build it is, its first file, and the first words of all commands. */
declare const BUILD: string
declare const MAIN: string
declare const COMMANDS: string

/** What this file has as the CommonJS module that it is built to. */
declare const require: (id: string) => object

/** So many runs add to a cache what they compiled; later ones are content with what is there. */
const LEARNING_RUNS = 3
/**
 * So long (ms) after it began, the start is over: what it needed is kept, as V8 drops what has not run for a while, and the
 * cache leaves the memory.
 */
const START_MS = 1_000
/** Builds, and versions of Node, for which nothing was kept for this long (ms) are forgotten when another one comes. */
const FORGET_AFTER_MS = 30 * 24 * 3600 * 1_000
const BUILD_FOLDER = /^v\d+\.\d+\.\d+\S*-\w+-[0-9a-f]{16}$/

/** Of the size of the table, which is next; what V8 made of each file comes behind it, and then all of it once more. */
const HEAD_BYTES = 4

interface Table {
  /** How many runs it has learned from. */
  runs: number
  files: [name: string, bytes: number][]
}

interface Cache {
  runs: number
  files: Map<string, Buffer>
}

/** `folder`: where what can be made again is kept; undefined where nothing is. */
export function start(folder: string | undefined, argv: readonly string[]): void {
  const program = new Program(folder !== undefined && isOurs(folder) ? cacheFile(folder, argv) : undefined)
  const { main } = program.load(MAIN) as { main(argv: readonly string[]): void }
  main(argv)
}

/** What is in a cache is run: that of another user is nothing for `sudo ktool`, which leaves nothing there either. */
function isOurs(folder: string): boolean {
  try {
    return isTrusted(statSync(folder))
  } catch {
    const parent = dirname(folder)
    return parent !== folder && isOurs(parent)
  }
}

function isTrusted({ uid }: Stats): boolean {
  return process.getuid === undefined || uid === 0 || uid === process.getuid()
}

function cacheFile(folder: string, argv: readonly string[]): string {
  const word = argv.find((argument) => COMMANDS.split(' ').includes(argument)) ?? 'ktool'
  return join(folder, `${process.version}-${process.arch}-${BUILD}`, word)
}

class Program {
  private readonly cache: Cache
  private readonly modules = new Map<string, { exports: object }>()
  /** The files that the cache has. */
  private readonly cached: ReadonlySet<string>
  /** What was loaded since the cache was written. */
  private readonly scripts = new Map<string, Script>()
  /** Whether this run has what is worth keeping. */
  private learns: boolean

  constructor(file: string | undefined) {
    this.cache = file === undefined ? { runs: 0, files: new Map() } : readCache(file)
    this.cached = new Set(this.cache.files.keys())
    this.learns = this.cache.runs < LEARNING_RUNS
    if (file === undefined) return
    const keep = () => {
      if (this.learns) this.keep(file)
      this.learns = false
      this.cache.files.clear()
      this.scripts.clear()
    }
    setTimeout(keep, START_MS).unref()
    process.on('exit', keep)
  }

  /** What a file of the program exports. */
  load(name: string): object {
    const known = this.modules.get(name)
    if (known !== undefined) return known.exports
    const module = { exports: {} }
    // Before it runs, as files may need each other.
    this.modules.set(name, module)
    try {
      this.run(name, module)
    } catch (error) {
      this.modules.delete(name)
      throw error
    }
    return module.exports
  }

  private run(name: string, module: { exports: object }): void {
    const filename = join(import.meta.dirname, name)
    const cachedData = this.cache.files.get(name)
    const script = new Script(
      `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`,
      { filename, cachedData, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
    )
    this.scripts.set(name, script)
    if (script.cachedDataRejected) this.cache.runs = 0
    if (!this.cached.has(name) || script.cachedDataRejected) this.learns = true
    const load = (id: string) => (id.startsWith('./') ? this.load(id.slice(2)) : require(id))
    script.runInThisContext().call(module.exports, module.exports, load, module, filename, import.meta.dirname)
  }

  private keep(file: string): void {
    try {
      makeFolder(dirname(file))
      // What other runs have kept meanwhile stays.
      const { files } = readCache(file)
      for (const [name, script] of this.scripts) files.set(name, script.createCachedData())
      // Once for a run, though it may keep something again at its end.
      writeCache(file, { runs: this.cache.runs + 1, files })
    } catch {
      // A folder that can't be written, a full disk: the next run compiles again.
    }
  }
}

/**
 * An empty one where there is none, or a damaged one, which V8 would end the process on. That it is whole shows in its being
 * there twice: there is no checksum without node:zlib, which takes ten times as long to load as this.
 */
function readCache(file: string): Cache {
  const cache: Cache = { runs: 0, files: new Map() }
  try {
    const bytes = readTrusted(file)
    const half = bytes.length / 2
    if (!bytes.subarray(0, half).equals(bytes.subarray(half))) return cache
    let at = HEAD_BYTES + bytes.readUInt32LE(0)
    const { runs, files } = JSON.parse(bytes.toString('latin1', HEAD_BYTES, at)) as Table
    for (const [name, size] of files) cache.files.set(name, bytes.subarray(at, (at += size)))
    cache.runs = runs
  } catch {
    // It is made anew.
  }
  return cache
}

function readTrusted(file: string): Buffer {
  const fd = openSync(file, 'r')
  try {
    if (!isTrusted(fstatSync(fd))) throw new Error(`${file} is another user's`)
    return readFileSync(fd)
  } finally {
    closeSync(fd)
  }
}

function writeCache(file: string, { runs, files }: Cache): void {
  const table: Table = { runs, files: [...files].map(([name, data]) => [name, data.length]) }
  const text = Buffer.from(JSON.stringify(table))
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32LE(text.length)
  const half = Buffer.concat([head, text, ...files.values()])
  // In one step, as other processes read it meanwhile.
  const part = `${file}.${process.pid}-${Date.now()}`
  try {
    writeFileSync(part, Buffer.concat([half, half]), { mode: 0o600, flag: 'wx' })
    renameSync(part, file)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}

function makeFolder(folder: string): void {
  let found: Stats
  try {
    found = lstatSync(folder)
  } catch {
    makeDirectory(dirname(folder))
    mkdirSync(folder, { mode: 0o700 })
    forgetOthers(folder)
    return
  }
  if (!isTrusted(found) || !found.isDirectory()) throw new Error(`${folder} is another user's`)
}

function forgetOthers(folder: string): void {
  const parent = dirname(folder)
  for (const name of readdirSync(parent)) {
    const other = join(parent, name)
    if (!BUILD_FOLDER.test(name) || Date.now() - statSync(other).mtimeMs < FORGET_AFTER_MS) continue
    rmSync(other, { recursive: true, force: true })
  }
}
