// Texts that must stay as they are: test/golden/NAME. To accept a change, run the tests with UPDATE_GOLDEN=1 and look at
// the difference.

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export function assertGolden(name: string, text: string): void {
  const path = join(import.meta.dirname, 'golden', name)
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  assert.equal(text, readFileSync(path, 'utf8'), `not as in test/golden/${name}; UPDATE_GOLDEN=1 accepts it`)
}
