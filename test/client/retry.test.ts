// Trying again: each of those who wait tells what became of its own attempts.

import assert from 'node:assert/strict'
import test from 'node:test'
import { retry } from '../../src/client/retry.ts'
import { UnreachableError } from '../../src/errors.ts'

const options = { retryBackoffMs: 10, retryBackoffMaxMs: 10, signal: new AbortController().signal }

test('two that wait for the same attempt each say how often they tried', async () => {
  const shared = new UnreachableError('nobody answers', { hint: 'look there' })
  const give = (apiTimeoutMs: number) => retry({ ...options, apiTimeoutMs }, () => Promise.reject(shared))
  const [short, long] = (await Promise.allSettled([give(200), give(400)])) as PromiseRejectedResult[]
  for (const [{ reason }, ms] of [
    [short, 200],
    [long, 400],
  ] as const) {
    assert.ok(reason instanceof UnreachableError)
    assert.match(reason.message, new RegExp(`^nobody answers; gave up after \\d+ attempts in ${ms} ms$`))
    assert.deepEqual([reason.exitCode, reason.hint], [3, 'look there'])
  }
  assert.equal(shared.message, 'nobody answers')
})

test('who tries again what tries again by itself does not say so twice', async () => {
  const inner = () =>
    retry({ ...options, apiTimeoutMs: 200 }, () => Promise.reject(new UnreachableError('nobody answers')))
  await assert.rejects(
    retry({ ...options, apiTimeoutMs: 200 }, inner),
    /^UnreachableError: nobody answers; gave up after \d+ attempts in 200 ms$/,
  )
})
