// Names with several addresses, and IPv6: wherever an address is read, and as the broker sees its clients.

import assert from 'node:assert/strict'
import dns from 'node:dns'
import net from 'node:net'
import test, { type TestContext } from 'node:test'
import { startBroker } from '../../src/broker/broker.ts'
import { Client } from '../../src/client/client.ts'
import { resolveSettings } from '../../src/config/settings.ts'
import { Connection } from '../../src/net/connection.ts'
import { ApiVersions } from '../../src/protocol/apis/18-api-versions.ts'
import { parseAddressRules } from '../../src/util/address.ts'

const hasIpv6 = Object.values(process.getBuiltinModule('node:os').networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)

/** Has every name stand for these addresses. */
function everyNameIs(t: TestContext, ...addresses: string[]): void {
  const lookup = (_host: string, options: object, done: (...all: unknown[]) => void) => {
    const all = addresses.map((address) => ({ address, family: net.isIP(address) }))
    if ('all' in options && options.all) process.nextTick(done, null, all)
    else process.nextTick(done, null, all[0].address, all[0].family)
  }
  t.mock.method(dns, 'lookup', lookup as never)
}

const open = (host: string, port: number, setupTimeoutMs = 5000) =>
  Connection.open({ address: { host, port }, clientId: 'test', setupTimeoutMs })

test('of the addresses of a name the next one is tried where one refuses or says nothing', async (t) => {
  const broker = await startBroker({ memory: true, listeners: [{ host: '127.0.0.1', port: 0 }] })
  t.after(() => broker.close())
  const [{ port }] = broker.listeners
  for (const first of [
    ['127.0.0.9'],
    ['::1', '127.0.0.9', '127.0.0.8'],
    // Nothing answers in the networks that are kept for documentation (RFC 5737).
    ['192.0.2.1', '127.0.0.9'],
  ]) {
    t.mock.restoreAll()
    everyNameIs(t, ...first, '127.0.0.1')
    const connection = await open('kafka.example', port, 2000)
    assert.ok((await connection.request(ApiVersions, 0, {}, 5000)).apiKeys.length > 0)
    connection.close()
  }
  t.mock.restoreAll()
  everyNameIs(t, '127.0.0.9', '127.0.0.8')
  await assert.rejects(open('kafka.example', port), {
    name: 'UnreachableError',
    message: `nothing listens on kafka.example:${port}`,
  })
})

test('brokers and clients on IPv6', { skip: !hasIpv6 }, async (t) => {
  const broker = await startBroker({
    memory: true,
    properties: {
      listeners: 'PLAINTEXT://[::1]:0',
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    },
  })
  t.after(() => broker.close())
  const [{ host, port }] = broker.listeners
  assert.equal(host, '::1')
  assert.equal(broker.configs.get('listeners'), 'PLAINTEXT://[::1]:0')
  const { settings } = resolveSettings([{ name: 'bootstrap.servers', value: `[::1]:${port}`, source: 't' }])
  const client = new Client({ bootstrapServers: settings['bootstrap.servers'], apiTimeoutMs: 3000 })
  t.after(() => client.close())
  const [seen] = await client.cluster.allBrokers()
  assert.equal(seen.name, `[::1]:${port}`)
  const other = new Client({
    bootstrapServers: [{ host: 'fd00::9', port: 9092 }],
    resolve: parseAddressRules(`[fd00::9]:9092=[::1]:${port}`),
    apiTimeoutMs: 3000,
  })
  t.after(() => other.close())
  assert.deepEqual(await other.admin.listTopics(), [])
})
