// Files in pieces.

import assert from 'node:assert/strict'
import fs, { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { mock } from 'node:test'
import { filePieces } from '../../src/input/pieces.ts'

test('who leaves off a file can close it: nothing of it is read any more', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-pieces-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'file')
  writeFileSync(path, Buffer.alloc(4 << 20))
  let underWay = 0
  const read = fs.read.bind(fs) as (...args: unknown[]) => void
  const slow = mock.method(fs, 'read', (...args: unknown[]) => {
    const done = args.pop() as (...result: unknown[]) => void
    underWay++
    const later = (...result: unknown[]) =>
      setTimeout(() => {
        underWay--
        done(...result)
      }, 20)
    read(...args, later)
  })
  t.after(() => slow.mock.restore())
  const fd = openSync(path, 'r')
  for await (const piece of filePieces(fd, new AbortController().signal)) {
    assert.equal(piece.length, 1 << 20)
    assert.equal(underWay, 1, 'the next piece is read ahead')
    break
  }
  assert.equal(underWay, 0)
  closeSync(fd)
})
