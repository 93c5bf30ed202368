// The code cache: kept by the first runs, of use to the later ones, and never in the way.

import assert from 'node:assert/strict'
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { ktool } from './run.ts'

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-start-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** The program with a folder for caches of its own, in which it keeps one build. */
function cacheFolder(t: TestContext) {
  const home = temporaryFolder(t)
  const folder = join(home, 'ktool')
  return {
    folder,
    build: () => join(folder, readdirSync(folder)[0]),
    run: async (...args: string[]) => {
      const { code, stdout, stderr } = await ktool(args, { env: { XDG_CACHE_HOME: home } })
      assert.deepEqual([code, stderr], [0, ''])
      return stdout
    },
  }
}

test('the first runs of a command add to its cache, later ones leave it as it is', async (t) => {
  const { run, build } = cacheFolder(t)
  const file = () => join(build(), 'topics')
  const help = await run('topics', 'list', '--help')
  const sizes = [statSync(file()).size]
  for (let i = 0; i < 2; i++) {
    assert.equal(await run('topics', 'list', '--help'), help)
    sizes.push(statSync(file()).size)
  }
  assert.ok(Math.min(...sizes) > 50_000, String(sizes))
  const { mtimeMs } = statSync(file())
  assert.equal(await run('topics', 'list', '--help'), help)
  assert.equal(statSync(file()).mtimeMs, mtimeMs)
  // A file of the program that no run before has loaded.
  await run('topics', 'list', '-X', 'list')
  assert.notEqual(statSync(file()).mtimeMs, mtimeMs)
  assert.ok(statSync(file()).size > sizes[2])
  // Another command has its own; what is no command has one together.
  await run('--version')
  await run('help', 'consume')
  assert.deepEqual(readdirSync(build()).sort(), ['help', 'ktool', 'topics'])
  if (process.platform !== 'win32') assert.equal(statSync(file()).mode & 0o777, 0o600)
})

test('a damaged cache is made anew, wherever the damage is', async (t) => {
  const { run, build } = cacheFolder(t)
  const version = await run('--version')
  const file = join(build(), 'ktool')
  const whole = readFileSync(file)
  const damages: ((bytes: Buffer) => Buffer)[] = [
    () => Buffer.alloc(0),
    (bytes) => bytes.subarray(0, 6),
    (bytes) => bytes.subarray(0, bytes.length >> 1),
    (bytes) => bytes.fill(0, bytes.length >> 1),
    (bytes) => bytes.fill(0xff, 0, 8),
    ...[5, 30, whole.length >> 2, whole.length - 1].map((at) => (bytes: Buffer) => {
      bytes[at] ^= 0x40
      return bytes
    }),
  ]
  for (const [i, damage] of damages.entries()) {
    const damaged = damage(Buffer.from(whole))
    writeFileSync(file, damaged)
    assert.equal(await run('--version'), version, `damage ${i}`)
    assert.notDeepEqual(readFileSync(file), damaged, `damage ${i}`)
  }
})

test('builds for which nothing was kept for a month are forgotten, and nothing else', async (t) => {
  const { run, folder } = cacheFolder(t)
  const before = new Date(Date.now() - 31 * 24 * 3600 * 1000)
  const old = 'v24.0.0-x64-0123456789abcdef'
  for (const name of [old, 'v24.0.0-x64-0123456789abcde0', 'mine']) {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, 'consume'), '')
    if (!name.endsWith('0')) utimesSync(join(folder, name), before, before)
  }
  await run('--version')
  assert.equal(readdirSync(folder).length, 3)
  assert.ok(!readdirSync(folder).includes(old))
  assert.deepEqual(readdirSync(join(folder, 'mine')), ['consume'])
})

test('without a folder that can be written the program runs as well', async (t) => {
  const { run, folder } = cacheFolder(t)
  const version = await run('--version')
  rmSync(folder, { recursive: true })
  writeFileSync(folder, 'a file')
  assert.equal(await run('--version'), version)
})

const skip = process.getuid?.() !== 0 && 'only root can give folders away'

test('what belongs to another user is not run, and nothing is left with it', { skip }, async (t) => {
  const { run, folder, build } = cacheFolder(t)
  const version = await run('--version')
  const file = join(build(), 'ktool')
  for (const theirs of [folder, build(), file]) {
    writeFileSync(file, 'what would be made anew')
    const planted = statSync(file).mtimeMs
    chownSync(theirs, 1, 1)
    assert.equal(await run('--version'), version)
    assert.equal(statSync(file).mtimeMs === planted, theirs !== file, theirs)
    chownSync(theirs, 0, 0)
  }
  // A folder that is not there yet is made with nobody but oneself.
  rmSync(folder, { recursive: true })
  chownSync(join(folder, '..'), 1, 1)
  assert.equal(await run('--version'), version)
  assert.deepEqual(readdirSync(join(folder, '..')), [])
})

test('nothing is kept where caches are not wanted', async (t) => {
  const home = temporaryFolder(t)
  const { code } = await ktool(['--version'], { env: { XDG_CACHE_HOME: home, NODE_DISABLE_COMPILE_CACHE: '1' } })
  assert.equal(code, 0)
  assert.deepEqual(readdirSync(home), [])
})
