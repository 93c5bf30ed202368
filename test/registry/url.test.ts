// Addresses of registries as users write them.

import assert from 'node:assert/strict'
import test from 'node:test'
import { UsageError } from '../../src/errors.ts'
import { parseRegistryUrls } from '../../src/registry/url.ts'

test('several addresses, with users and without, with a scheme and without', () => {
  const urls = parseRegistryUrls(' http://a:8081/ , https://me:p%40ss@b/registry/,c:9 ')
  assert.deepEqual(
    urls.map(({ base, userInfo }) => [base.href, userInfo]),
    [
      ['http://a:8081/', undefined],
      ['https://b/registry', 'me:p@ss'],
      ['http://c:9/', undefined],
    ],
  )
})

test('what is none is refused without a word of what may be a password in it', () => {
  for (const text of ['ftp://me:hunter2@a', 'http://me:hunter2@', 'http://me:hunter2%zz@a', 'me:hunter2@a:99999']) {
    assert.throws(
      () => parseRegistryUrls(text),
      (error) => error instanceof UsageError && !`${error.message} ${error.hint}`.includes('hunter2'),
      text,
    )
  }
  assert.throws(() => parseRegistryUrls(' , '), /is empty/)
})
