// The transactions commands of the real program against the bundled broker: one transaction that lives, and one that hangs,
// as the broker lost what its coordinator knew.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts'
import { Client } from '../../src/client/client.ts'
import { openTransaction } from '../client/open-transaction.ts'
import { ktool } from './run.ts'
import { assertTranscript } from './transcript.ts'

const hour = 3_600_000

function start(dataDirectory: string): Promise<RunningBroker> {
  return startBroker({ dataDirectory, properties: { 'node.id': '1' } })
}

async function withClient(broker: RunningBroker, use: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ bootstrapServers: [{ ...broker.listeners[0] }] })
  await use(client).finally(() => client.close())
}

test('transactions: listed, described, found hanging, aborted and terminated', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'ktool-transactions-'))
  const first = await start(data)
  await withClient(first, async (client) => {
    await client.admin.createTopics([{ name: 'orders', partitions: 3 }])
    const timestamp = Date.now() - hour
    await openTransaction(client, 'lost', { topic: 'orders', partition: 2 }, { timestamp })
  }).finally(() => first.close())
  const forgotten = readdirSync(data).filter((name) => name.startsWith('__transaction_state-'))
  assert.ok(forgotten.length > 0)
  for (const name of forgotten) rmSync(join(data, name), { recursive: true })

  const broker = await start(data)
  t.after(async () => {
    await broker.close()
    rmSync(data, { recursive: true, force: true })
  })
  await withClient(broker, async (client) => {
    await openTransaction(client, 'billing', { topic: 'orders', partition: 0 }, { timestamp: Date.now() - hour })
  })
  const [{ host, port }] = broker.listeners
  const env = { KTOOL_BOOTSTRAP: `${host}:${port}` }
  const varying: [RegExp, string][] = [
    [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
    [/\b\d{13}\b/g, 'TIME'],
  ]
  await assertTranscript(
    'cli/transactions.txt',
    env,
    [
      'transactions list --output table',
      'transactions list --json',
      'transactions list --state Ongoing --state PrepareAbort bil*',
      'transactions list --state Empty',
      'transactions list --producer-id 12345',
      'transactions list --longer-than 1h',
      'transactions list --state ongoing',
      'transactions describe billing --output table',
      'transactions describe billing lost --json',
      'transactions producers orders:0,2 --output table',
      'transactions producers orders:2 --json',
      'transactions producers orders:7 nothing',
      'transactions producers orders:2 --broker 4',
      'transactions find-hanging --output table',
      'transactions find-hanging orders:0-1 --json',
      'transactions find-hanging --max-transaction-timeout 2h',
      'cluster health --check hanging-transactions',
      'transactions abort orders:2',
      'transactions abort orders --start-offset 0',
      'transactions abort orders:2 --producer-id 1',
      'transactions abort orders:2 --start-offset 5',
      'transactions abort orders:2 --start-offset 0 --json',
      'transactions find-hanging',
      'cluster health --check hanging-transactions',
      'transactions terminate billing lost --output table',
      'transactions list',
    ],
    varying,
  )
  const { stdout } = await ktool(['__complete', 'transaction'], { env })
  assert.equal(stdout, 'billing\n')
})
