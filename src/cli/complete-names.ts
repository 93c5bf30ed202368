// The hidden command that the completion scripts call: names of one kind from the cluster, a line each. It says nothing
// when the cluster cannot be asked; the scripts give it a short --timeout.

import type { Client } from '../client/client.ts'
import { type Context, defineCommand } from '../commands/command.ts'
import { write } from '../output/write.ts'

/** How the names of each kind are looked up. */
const lookups: Record<'topic' | 'group' | 'broker' | 'transaction', (client: Client) => Promise<string[]>> = {
  topic: async (client) => (await client.admin.listTopics()).map((topic) => topic.name),
  group: async (client) => {
    const { Groups } = await import('../client/groups.ts')
    return (await new Groups(client.cluster).list()).groups.map((group) => group.groupId)
  },
  broker: async (client) => (await client.cluster.allBrokers()).map(({ id }) => String(id)),
  transaction: async ({ cluster }) => {
    const { listTransactions } = await import('../client/admin/transactions.ts')
    return (await listTransactions(cluster)).transactions.map(({ transactionalId }) => transactionalId)
  },
}

async function subjects(context: Context): Promise<string[]> {
  const { withRegistry } = await import('../commands/registry-flags.ts')
  return withRegistry(context, undefined, (client) => client.subjects())
}

export const command = defineCommand({
  path: '__complete',
  summary: 'Names that complete a word',
  args: {
    kind: { value: 'KIND', doc: 'Kind of names', choices: ['topic', 'group', 'broker', 'transaction', 'subject'] },
  },
  examples: [],
  async run(context, { kind }) {
    const names = kind === 'subject' ? await subjects(context) : await lookups[kind](await context.client())
    await write(context.stdout, names.map((name) => `${name}\n`).join(''))
  },
})
