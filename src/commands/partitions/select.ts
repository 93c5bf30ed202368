// Partitions as arguments name them: `TOPIC` or `TOPIC:PARTITIONS`, the topic a name, a glob or a /regex/, the partitions
// numbers and ranges: `orders`, `orders:0,3-5`, `'test-*'`.

import type { Client } from '../../client/client.ts'
import type { Partition } from '../../client/cluster.ts'
import { KtoolError } from '../../errors.ts'
import { type NamePattern, namePattern } from '../../util/name-pattern.ts'
import { parseIntegerList } from '../../util/numbers.ts'
import type { Context } from '../command.ts'
import { deniedTopics, nothingMatches } from '../topics/select.ts'

export interface SelectedPartition extends Partition {
  topic: string
}

interface PartitionPattern {
  topic: NamePattern
  /** All where absent. */
  partitions?: number[]
}

function partitionPattern(text: string): PartitionPattern {
  const match = /^(.+):(\d[\d,\s-]*)$/.exec(text)
  if (match === null) return { topic: namePattern(text) }
  return { topic: namePattern(match[1]), partitions: parseIntegerList(match[2]) }
}

/**
 * The partitions that the arguments choose, by topic and number; without arguments all, internal topics included. A pattern
 * chooses internal topics only where `internal` is set. What chooses nothing is reported to the context.
 */
export async function selectPartitions(
  context: Context,
  client: Client,
  args: readonly string[],
  { internal = false } = {},
): Promise<{ partitions: SelectedPartition[]; byPattern: boolean }> {
  const patterns = args.map(partitionPattern)
  const topics = await client.cluster.allTopics()
  const chosen = new Map<string, SelectedPartition>()
  const choose = (topic: string, partition: Partition) =>
    chosen.set(`${topic}:${partition.partition}`, { topic, ...partition })
  if (patterns.length === 0) {
    for (const { name, partitions } of topics) for (const partition of partitions) choose(name, partition)
  }
  const matches = patterns.map(({ topic: pattern }) =>
    topics.filter((topic) => (internal || pattern.literal || !topic.internal) && pattern.matches(topic.name)),
  )
  const unmatched = patterns.flatMap(({ topic }, i) => (matches[i].length === 0 ? [topic] : []))
  const denied = await deniedTopics(client, unmatched)
  for (const [i, { topic: pattern, partitions }] of patterns.entries()) {
    const matching = matches[i]
    if (matching.length === 0) context.fail(denied.get(pattern.text) ?? nothingMatches(pattern, topics))
    for (const topic of matching) {
      for (const number of partitions ?? topic.partitions.keys()) {
        const partition = topic.partitions[number]
        if (partition !== undefined) choose(topic.name, partition)
        else if (pattern.literal) context.fail(noPartition(topic.name, number, topic.partitions.length))
      }
    }
  }
  const order = (a: SelectedPartition, b: SelectedPartition) =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1
  return {
    partitions: [...chosen.values()].sort(order),
    byPattern: args.length === 0 || patterns.some(({ topic }) => !topic.literal),
  }
}

export function noPartition(topic: string, partition: number, count: number): KtoolError {
  return new KtoolError(`topic ${topic} has no partition ${partition}, only 0 to ${count - 1}`)
}
