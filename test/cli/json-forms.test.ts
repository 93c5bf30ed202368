// The JSON of every command of an operator keeps its form, and the documents name each key. What one node cannot show
// (partitions that move) is looked at by test/interop/cases/partitions.ts.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts'
import { manifest } from '../../src/cli/manifest.ts'
import { Client } from '../../src/client/client.ts'
import { openTransaction } from '../client/open-transaction.ts'
import { assertForm, formsFolder } from '../json-forms.ts'
import { ktool, start as startKtool } from './run.ts'

const data = mkdtempSync(join(tmpdir(), 'ktool-forms-'))
let broker: RunningBroker
let env: Record<string, string>

const start = () =>
  startBroker({
    dataDirectory: data,
    properties: {
      'node.id': '1',
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    },
  })

async function withClient(use: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ bootstrapServers: [{ ...broker.listeners[0] }] })
  await use(client).finally(() => client.close())
}

const hour = 3_600_000

before(async () => {
  broker = await start()
  await withClient(async (client) => {
    await client.admin.createTopics([{ name: 'orders', partitions: 2 }])
    await openTransaction(client, 'lost', { topic: 'orders', partition: 1 }, { timestamp: Date.now() - hour })
  })
  await broker.close()
  // The broker comes back without what the coordinator knew: that transaction hangs now.
  for (const name of readdirSync(data)) {
    if (name.startsWith('__transaction_state-')) rmSync(join(data, name), { recursive: true })
  }
  broker = await start()
  await withClient((client) => openTransaction(client, 'billing-tx', { topic: 'orders', partition: 0 }))
  env = { KTOOL_BOOTSTRAP: `127.0.0.1:${broker.listeners[0].port}`, XDG_CONFIG_HOME: join(data, 'none') }
})

after(async () => {
  await broker.close()
  rmSync(data, { recursive: true, force: true })
})

const plan = join(data, 'plan.json')
const offsets = join(data, 'offsets.csv')
writeFileSync(plan, JSON.stringify({ version: 1, partitions: [{ topic: 'orders', partition: 0, replicas: [1] }] }))
writeFileSync(offsets, 'orders,0,0\n')

/** In this order; what comes first makes what comes later. */
const lines = [
  'topics create made -p 2 -c retention.ms=3600000',
  'topics list',
  'topics describe made',
  'topics alter-configs made --set retention.ms=7200000',
  'topics add-partitions made --total 3',
  'groups reset-offsets g -t made --to-offset 5 --execute',
  'groups import g OFFSETS --execute',
  'groups list',
  'groups describe g',
  'groups describe g --state',
  'groups export g',
  'offsets list made',
  'records delete made --before 0',
  'groups delete-offsets g -t made:1',
  'groups delete g',
  'configs describe topic made',
  'configs describe topic made --key retention.ms --docs',
  'configs alter topic made --set retention.ms=3600000',
  'quotas alter --client etl --set producer_byte_rate=1000',
  'quotas describe',
  'acls add --topic made --operation read --allow-principal alice',
  'acls list',
  'acls remove --topic made --yes',
  'users set alice --password-file PASSWORD',
  'users list',
  'users delete alice --yes',
  'cluster describe',
  'cluster health',
  'cluster features',
  'cluster quorum',
  'cluster api-versions',
  'brokers list',
  'brokers log-dirs --topic orders',
  'brokers log-dirs --topic orders --partitions',
  'transactions list',
  'transactions describe billing-tx',
  'transactions producers orders',
  'transactions find-hanging',
  'transactions abort orders:1 --start-offset 0 --yes',
  'transactions terminate billing-tx --yes',
  'partitions reassign --from-file PLAN --verify',
  'topics delete made --yes',
]

test('each command keeps the form of its JSON', async () => {
  const password = join(data, 'password')
  writeFileSync(password, 'planted-secret\n')
  const files: Record<string, string> = { PLAN: plan, OFFSETS: offsets, PASSWORD: password }
  for (const line of lines) {
    const args = line.split(' ').map((word) => files[word] ?? word)
    const { stdout, stderr } = await ktool([...args, '--json', '-q'], { env })
    assert.notEqual(stdout, '', `${line}: ${stderr}`)
    assertForm(formOf(line), JSON.parse(stdout))
  }
})

test('the members of a group', async () => {
  const member = startKtool(['consume', 'orders', '-G', 'live', '--isolation', 'uncommitted'], env)
  await new Promise((resolve) => member.stdout.once('data', resolve))
  const { stdout } = await ktool(['groups', 'describe', 'live', '--members', '--json'], { env })
  member.kill('SIGINT')
  assertForm('groups describe members', JSON.parse(stdout))
  await new Promise((resolve) => member.once('close', resolve))
})

/** `groups describe --state` has a form of its own. */
function formOf(line: string): string {
  const [noun, verb, ...rest] = line.split(' ')
  const other = rest.find((word) => /^--(state|partitions|docs)$/.test(word))
  return [noun, verb, ...(other === undefined ? [] : [other.slice(2)])].join(' ')
}

/** Where the JSON of each noun is described. */
const pages: Record<string, string> = {
  ...Object.fromEntries(['topics', 'partitions', 'configs', 'groups', 'acls'].map((noun) => [noun, noun])),
  ...{ offsets: 'groups', records: 'groups', quotas: 'configs', users: 'acls' },
  ...{ cluster: 'cluster', brokers: 'cluster', transactions: 'cluster' },
}

test('the documents name every key, and every command has a form', () => {
  const root = join(import.meta.dirname, '../..')
  const forms = readdirSync(formsFolder).map((name) => name.replace('.txt', ''))
  for (const { path } of manifest) {
    const [noun] = path.split(' ')
    if (!(noun in pages)) continue
    const name = path.replaceAll(' ', '-')
    assert.ok(forms.includes(name), `test/golden/json/${name}.txt is not there`)
  }
  for (const form of forms) {
    const page = pages[form.split('-')[0]]
    assert.ok(page !== undefined, form)
    const text = readFileSync(join(root, 'docs', `${page}.md`), 'utf8')
    const programs = text.slice(text.indexOf('## For programs'))
    for (const line of readFileSync(join(formsFolder, `${form}.txt`), 'utf8')
      .trim()
      .split('\n')) {
      const key = line.split(' ')[0].split('.').at(-1)?.replaceAll('[]', '') ?? ''
      assert.match(
        programs,
        new RegExp(`\\b${key}\\b`),
        `docs/${page}.md does not name ${line.split(' ')[0]} of ${form}`,
      )
    }
  }
})
