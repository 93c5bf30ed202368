import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { clientOptions, requestedPrint, resolveGlobals } from '../../src/cli/client-settings.ts'
import type { GlobalValues } from '../../src/cli/global-flags.ts'
import { parseArguments } from '../../src/cli/parse.ts'

const globals = (...tokens: string[]) => parseArguments({ path: '' }, tokens).globals as GlobalValues
const servers = (values: GlobalValues, env: NodeJS.ProcessEnv = {}) => {
  const { settings, effective } = resolveGlobals(values, env)
  const [{ source }] = effective.filter(({ name }) => name === 'bootstrap.servers')
  return `${settings['bootstrap.servers'].map(({ host, port }) => `${host}:${port}`)} (${source})`
}

test('the order of sources: -b, -X, environment, files, default', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-settings-'))
  try {
    const [first, second] = ['first', 'second'].map((name) => join(folder, name))
    writeFileSync(first, 'bootstrap.servers=first:1\nacks=1\n')
    writeFileSync(second, '\nmetadata.broker.list=second:2\n')
    const env = { KTOOL_BOOTSTRAP: 'env:3' }
    assert.equal(servers(globals()), '127.0.0.1:9092 (default)')
    assert.equal(servers(globals('-F', first)), `first:1 (${first} line 1)`)
    assert.equal(servers(globals('-F', first, '-F', second)), `second:2 (${second} line 2)`)
    assert.equal(servers(globals('-F', first), env), 'env:3 (KTOOL_BOOTSTRAP)')
    assert.equal(servers(globals('-X', 'bootstrap.servers=x:4', '-F', first), env), 'x:4 (-X)')
    assert.equal(servers(globals('-X', 'bootstrap.servers=x:4', '-b', 'b:5', '-F', first), env), 'b:5 (-b)')
    assert.equal(resolveGlobals(globals('-F', first), {}).settings.acks, 1)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('--timeout bounds an operation, a request, and connecting', async () => {
  const times = async (...tokens: string[]) => {
    const { settings } = resolveGlobals(globals(...tokens), {})
    const options = await clientOptions(settings, new AbortController().signal, () =>
      Promise.reject(new Error('asked')),
    )
    return [options.apiTimeoutMs, options.requestTimeoutMs, options.setupTimeoutMs]
  }
  assert.deepEqual(await times(), [60_000, 30_000, 10_000])
  assert.deepEqual(await times('--timeout', '2s'), [2_000, 2_000, 2_000])
  assert.deepEqual(await times('--timeout', '5m'), [300_000, 300_000, 10_000])
  assert.deepEqual(await times('--timeout', '2s', '-X', 'request.timeout.ms=9s'), [2_000, 2_000, 2_000])
  assert.deepEqual(await times('-X', 'request.timeout.ms=9s'), [60_000, 9_000, 10_000])
})

test('-X list and dump are no settings', () => {
  assert.equal(requestedPrint(globals('-X', 'acks=1')), undefined)
  assert.equal(requestedPrint(globals('-X', 'acks=1', '-X', 'dump')), 'dump')
  assert.equal(requestedPrint(globals('-X', 'list')), 'list')
  assert.equal(resolveGlobals(globals('-X', 'acks=1', '-X', 'dump'), {}).settings.acks, 1)
})

test('-X without a value names no value, which may be a secret', () => {
  assert.throws(
    () => resolveGlobals(globals('-X', 'hunter2'), {}),
    (error: Error) => error.message === '-X takes KEY=VALUE, or list, or dump',
  )
})
