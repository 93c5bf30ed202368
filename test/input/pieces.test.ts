// The pieces of a file that is not read to its end.

import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { filePieces } from '../../src/input/pieces.ts'

const never = new AbortController().signal

test('a file that is given up is not read on: its number may be that of the next file', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-pieces-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [large, small] = [join(folder, 'large'), join(folder, 'small')]
  writeFileSync(large, '')
  truncateSync(large, 64 << 20)
  writeFileSync(small, 'small')
  for (let round = 0; round < 100; round++) {
    const first = openSync(large, 'r')
    for await (const piece of filePieces(first, never)) {
      assert.equal(piece.length, 1 << 20)
      break
    }
    closeSync(first)
    const second = openSync(small, 'r')
    assert.equal(second, first)
    const pieces: string[] = []
    for await (const piece of filePieces(second, never)) pieces.push(String(piece))
    closeSync(second)
    assert.deepEqual(pieces, ['small'])
  }
})
