import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { makeDirectory } from '../../src/util/make-directory.ts'

test('makes parents, takes what is there, and says what can not be', () => {
  const root = mkdtempSync(join(tmpdir(), 'ktool-mkdir-'))
  try {
    const deep = join(root, 'a/b/c')
    makeDirectory(deep)
    makeDirectory(deep)
    assert.ok(statSync(deep).isDirectory())
    writeFileSync(join(root, 'file'), '')
    assert.throws(() => makeDirectory(join(root, 'file')), { code: 'EEXIST' })
    assert.throws(() => makeDirectory(join(root, 'file/x')), { code: 'ENOTDIR' })
    if (existsSync('/proc/self')) assert.throws(() => makeDirectory('/proc/nothing/here'), { code: 'ENOENT' })
  } finally {
    rmSync(root, { recursive: true })
  }
})
