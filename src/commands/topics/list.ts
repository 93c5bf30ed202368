// ktool topics list: names, partitions and replicas.

import type { TopicSummary } from '../../client/admin/topics.ts'
import { namePattern, selectByName } from '../../util/name-pattern.ts'
import { defineCommand } from '../command.ts'
import { nothingMatches } from './select.ts'

export const command = defineCommand({
  path: 'topics list',
  summary: 'List topics',
  description: 'Lists topics with the number of their partitions and replicas, sorted by name.',
  args: {
    patterns: { value: 'PATTERN', doc: 'Name, glob or /regex/', optional: true, repeatable: true, complete: 'topic' },
  },
  flags: { internal: { doc: "Internal topics too, such as Kafka's __consumer_offsets" } },
  examples: [
    { line: 'ktool topics list', doc: 'All topics of the broker on this machine' },
    { line: "ktool topics list -b kafka-1:9092 'orders-*' '/\\.v[0-9]+$/'", doc: 'By glob and by regular expression' },
    { line: 'ktool topics list --internal --json', doc: 'With ids, for a program' },
  ],
  async run(context, { patterns }, { internal }) {
    const client = await context.client()
    const all = await client.admin.listTopics()
    const { items, unmatched } = selectByName(all, patterns.map(namePattern))
    const rows = context.rows<TopicSummary>({
      columns: [{ key: 'name', title: 'TOPIC' }, { key: 'partitions' }, { key: 'replicationFactor' }],
    })
    for (const topic of items) {
      if (topic.internal && !internal && !patterns.includes(topic.name)) continue
      await rows.add(topic)
    }
    await rows.end()
    // A pattern asks what there is; a name says that it is there.
    for (const pattern of unmatched) if (pattern.literal) context.fail(nothingMatches(pattern, all))
  },
})
