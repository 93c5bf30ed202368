// ktool topics create.

import { KtoolError, UsageError } from '../../errors.ts'
import { KafkaError } from '../../protocol/errors.ts'
import { keyValue } from '../../util/key-value.ts'
import { integer } from '../../util/numbers.ts'
import { defineCommand } from '../command.ts'

interface Row {
  name: string
  result: 'created' | 'exists' | 'would-create'
  /** null where the broker does not tell. */
  partitions: number | null
  replicationFactor: number | null
  topicId: string | null
}

export const command = defineCommand({
  path: 'topics create',
  summary: 'Create topics',
  description: 'Creates topics. What is not said is decided by the defaults of the broker.',
  args: { names: { value: 'NAME', doc: 'Name of a new topic', repeatable: true } },
  flags: {
    partitions: {
      short: 'p',
      value: 'PARTITIONS',
      parse: integer({ min: 1, max: 0x7fff_ffff }),
      defaultDoc: "the broker's num.partitions",
      doc: 'Number of partitions',
    },
    replicationFactor: {
      short: 'r',
      value: 'REPLICAS',
      parse: integer({ min: 1, max: 0x7fff }),
      defaultDoc: "the broker's default.replication.factor",
      doc: 'Number of replicas of each partition',
    },
    config: { short: 'c', value: 'KEY=VALUE', parse: keyValue, repeatable: true, doc: 'A config of the topic' },
    replicaAssignment: {
      value: 'B:B,B:B…',
      parse: parseAssignment,
      doc: 'Brokers of each partition, the leader first: 1:2,2:3 is two partitions',
    },
    ifNotExists: { doc: 'Leave topics alone that exist' },
    dryRun: { doc: 'Let the broker check, and create nothing' },
  },
  examples: [
    { line: 'ktool topics create orders', doc: 'With the defaults of the broker' },
    { line: 'ktool topics create orders -p 12 -r 3 -c cleanup.policy=compact', doc: 'Twelve partitions, compacted' },
    { line: 'ktool topics create orders payments --if-not-exists', doc: 'In a script that may run twice' },
  ],
  async run(context, { names }, flags) {
    const { partitions, replicationFactor, replicaAssignment: assignments, ifNotExists, dryRun } = flags
    if (assignments !== undefined && (partitions !== undefined || replicationFactor !== undefined)) {
      throw new UsageError('--replica-assignment says how many partitions and replicas there are', {
        hint: 'leave out --partitions and --replication-factor',
      })
    }
    const unique = [...new Set(names)]
    const configs = Object.fromEntries(flags.config)
    const client = await context.client()
    const results = await client.admin.createTopics(
      unique.map((name) => ({ name, partitions, replicationFactor, assignments, configs })),
      { validateOnly: dryRun },
    )
    const rows = context.rows<Row>({
      columns: [
        { key: 'name', title: 'TOPIC' },
        { key: 'result' },
        { key: 'partitions' },
        { key: 'replicationFactor' },
        { key: 'topicId' },
      ],
    })
    for (const name of unique) {
      const created = results.get(name) ?? new KtoolError(`the broker said nothing of topic ${name}`)
      if (!(created instanceof KtoolError)) {
        await rows.add({
          name,
          result: dryRun ? 'would-create' : 'created',
          partitions: known(created.partitions),
          replicationFactor: known(created.replicationFactor),
          topicId: dryRun ? null : created.topicId,
        })
      } else if (!(created instanceof KafkaError) || created.errorName !== 'TOPIC_ALREADY_EXISTS') {
        context.fail(created)
      } else if (ifNotExists) {
        await rows.add({ name, result: 'exists', partitions: null, replicationFactor: null, topicId: null })
      } else {
        context.fail(new KtoolError(created.message, { hint: '--if-not-exists leaves topics alone that exist' }))
      }
    }
    await rows.end()
  },
})

function known(count: number): number | null {
  return count < 0 ? null : count
}

/** Kafka's way to write it: commas between partitions, colons between the brokers of one. */
function parseAssignment(text: string): number[][] {
  const broker = integer({ min: 0, max: 0x7fff_ffff })
  const partitions = text.split(',').map((part) => part.split(':').map((id) => broker(id)))
  for (const [partition, brokers] of partitions.entries()) {
    if (new Set(brokers).size < brokers.length) throw new UsageError(`partition ${partition} names a broker twice`)
    if (brokers.length !== partitions[0].length) {
      throw new UsageError(`partition ${partition} has another number of replicas than partition 0`)
    }
  }
  return partitions
}
