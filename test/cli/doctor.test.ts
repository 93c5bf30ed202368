// ktool doctor through the real program: a cluster that is well, and one for each place where the way may end.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import type { Check } from '../../src/commands/doctor/examination.ts'
import { clock } from '../../src/commands/doctor/round-trip.ts'
import { socksProxy } from '../net/proxies.ts'
import { ktool } from './run.ts'
import { served } from './served.ts'

const folder = mkdtempSync(join(tmpdir(), 'ktool-doctor-'))
after(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'users'), 'alice=wonderland\n')

const { env } = served()
const elsewhere = served('--advertise', '127.0.0.1:1').env
const secured = served('--users', join(folder, 'users')).env
const tls = served(
  ...['--listen', 'SSL://127.0.0.1:0'],
  ...['-X', `ssl.keystore.location=${join(import.meta.dirname, '../net/tls/golden/broker-legacy.p12')}`],
  ...['-X', 'ssl.keystore.password=storepass'],
).env

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))
const onIpv6 = hasIpv6 ? served('--listen', '[::1]:0').env : {}

async function doctor(env: Record<string, string>, ...args: string[]) {
  const { code, stdout, stderr } = await ktool(['doctor', '--json', ...args], { env })
  const checks = JSON.parse(stdout) as Check[]
  return { code, stderr, checks, states: checks.map(({ check, state }) => `${check} ${state}`) }
}

test('all is well, and nothing is left behind', async () => {
  // With --verbose warnings of Node and of libraries are shown: there are none.
  const { code, states, stderr, checks } = await doctor(env, '--verbose')
  assert.deepEqual({ code, stderr }, { code: 0, stderr: 'all is well\n' })
  const own = ['port ok', 'versions ok', 'metadata ok', 'broker ok', 'make topic ok', 'write ok', 'clock ok', 'read ok']
  assert.deepEqual(states, [...own, 'kafkajs ok', 'kafkajs ok', 'kafkajs ok', 'delete topic ok'])
  assert.deepEqual(
    checks.map(({ advice }) => advice).filter((advice) => advice !== null),
    [],
  )
  assert.equal((await ktool(['topics', 'list'], { env })).stdout, '')
})

test('--read-only makes nothing', async () => {
  const { code, states } = await doctor(env, '--read-only')
  assert.equal(code, 0)
  assert.deepEqual(states, ['port ok', 'versions ok', 'metadata ok', 'broker ok', 'kafkajs ok', 'kafkajs ok'])
})

test('a name that nobody knows, beside a server that answers', async () => {
  const { code, checks, stderr } = await doctor({}, '-b', `nobody.invalid:9092,${env['KTOOL_BOOTSTRAP']}`)
  assert.deepEqual([code, stderr], [3, 'the cluster can be used, but look at what failed\n'])
  assert.deepEqual(
    checks.filter(({ state }) => state !== 'ok').map(({ check, found }) => [check, found]),
    [['name', 'the host name nobody.invalid is not known']],
  )
})

test('nothing listens', async () => {
  const { code, states, stderr } = await doctor({}, '-b', '127.0.0.1:1')
  assert.deepEqual({ code, states }, { code: 3, states: ['port failed', 'kafkajs failed'] })
  assert.equal(stderr, 'both clients fail: it is the cluster, the network or the settings\n')
})

test('a broker advertises what cannot be reached from here', async () => {
  const { code, checks, states } = await doctor(elsewhere)
  assert.equal(code, 3)
  assert.deepEqual(states.slice(2, 4), ['metadata ok', 'broker failed'])
  assert.match(checks[3].advice ?? '', /--resolve 127\.0\.0\.1:1=HOST:PORT/)
  const mended = await doctor(elsewhere, '--resolve', `127.0.0.1:1=${elsewhere['KTOOL_BOOTSTRAP']}`)
  assert.deepEqual([mended.code, mended.stderr], [0, 'all is well\n'])
})

test('a login that is refused, one that is not asked for, and one that is good', async () => {
  const login = [
    '-X',
    'security.protocol=SASL_PLAINTEXT',
    '-X',
    'sasl.mechanism=SCRAM-SHA-256',
    '-X',
    'sasl.username=alice',
  ]
  const wrong = await doctor(secured, ...login, '-X', 'sasl.password=looking-glass')
  assert.deepEqual(wrong.states, ['port ok', 'login failed', 'kafkajs failed'])
  assert.equal(wrong.code, 4)
  const none = await doctor(secured)
  assert.deepEqual(none.states.slice(0, 2), ['port ok', 'versions failed'])
  const good = await doctor(secured, ...login, '-X', 'sasl.password=wonderland')
  assert.deepEqual([good.code, good.stderr], [0, 'all is well\n'])
  assert.deepEqual(good.checks[1].found, 'alice with SCRAM-SHA-256')
})

test('a certificate of an authority that is not known here', async () => {
  const { code, checks } = await doctor(tls, '-X', 'security.protocol=SSL')
  assert.equal(code, 4)
  const failed = checks.find(({ state }) => state === 'failed')
  assert.equal(failed?.check, 'tls')
  assert.ok(failed?.advice)
})

test('clocks that are apart', () => {
  const found = (appended: number) => clock({ sent: 10_000, answered: 10_020, appended })
  assert.deepEqual([found(10_010).found, found(10_010).advice], ['as here, to 21 ms', undefined])
  assert.equal(found(13_520).found, "3.5 s ahead of this machine's")
  assert.equal(found(4_000).found, "6.0 s behind this machine's")
  assert.match(found(4_000).advice ?? '', /set the clocks/)
  assert.equal(found(-1).state, 'left-out')
})

test('through a proxy: it looks up the names, and kafkajs is left out', async (t) => {
  const [, port] = (env['KTOOL_BOOTSTRAP'] as string).split(':')
  const proxy = await socksProxy(t, { route: (target) => (target.endsWith(`:${port}`) ? Number(port) : undefined) })
  const through = { KTOOL_PROXY: `socks5://127.0.0.1:${proxy.port}` }
  const { code, states, stderr } = await doctor(through, '-b', `nobody.invalid:${port}`, '--read-only')
  assert.equal(stderr, 'all is well\n')
  assert.deepEqual([code, states], [0, ['port ok', 'versions ok', 'metadata ok', 'broker ok', 'kafkajs left-out']])
  assert.equal(proxy.asked[0], `nobody.invalid:${port}`)
  const refused = await doctor(through, '-b', 'nobody.invalid:1', '--read-only')
  assert.deepEqual([refused.code, refused.states], [3, ['port failed', 'kafkajs left-out']])
  assert.match(refused.checks[0]?.found ?? '', /can't connect to nobody\.invalid:1 through the proxy/)
})

test('an IPv6 address, for both clients', { skip: !hasIpv6 }, async () => {
  const { code, stderr, states } = await doctor(onIpv6)
  assert.equal(stderr, 'all is well\n')
  assert.deepEqual([code, states.filter((state) => state === 'kafkajs ok').length], [0, 3])
})
