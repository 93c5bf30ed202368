// ktool topics describe: partitions, replicas and configs of topics, and the partitions that are not well.

import type { ConfigEntry } from '../../client/admin/configs.ts'
import type { PartitionDescription, TopicDescription } from '../../client/admin/describe-topics.ts'
import type { Client } from '../../client/client.ts'
import { KtoolError, UsageError } from '../../errors.ts'
import type { Column } from '../../output/rows.ts'
import { type Context, defineCommand } from '../command.ts'
import { selectTopics } from './select.ts'

/** A topic as it is printed; the JSON is this. */
interface DescribedTopic {
  name: string
  topicId: string
  internal: boolean
  partitionCount: number
  replicationFactor: number
  /** The configs set on the topic itself; null where they may not be seen. */
  configs: Record<string, string | null> | null
  /** Left out with --with-overrides. */
  partitions?: DescribedPartition[]
}

interface DescribedPartition extends Omit<PartitionDescription, 'leader'> {
  /** Broker id, null where there is none. */
  leader: number | null
}

type Row = DescribedPartition & { topic: string }

export const command = defineCommand({
  path: 'topics describe',
  summary: 'Show topics with their partitions and configs',
  description:
    'Shows where the partitions of topics lie and the configs set on the topics. Without a name it is all topics but ' +
    'internal ones. A filter leaves only the partitions that it names, those of internal topics too; --with-overrides ' +
    'leaves out the partitions.',
  args: {
    names: { value: 'NAME', doc: 'Topic, glob or /regex/', optional: true, repeatable: true, complete: 'topic' },
  },
  flags: {
    underReplicated: { doc: 'Only partitions with replicas that are not in sync' },
    unavailable: { doc: 'Only partitions without a leader' },
    underMinIsr: { doc: 'Only partitions with fewer replicas in sync than min.insync.replicas' },
    atMinIsr: { doc: 'Only partitions with just as many replicas in sync as min.insync.replicas' },
    withOverrides: { doc: 'Only topics with configs of their own, without their partitions' },
    internal: { doc: "Internal topics too, such as Kafka's __consumer_offsets" },
  },
  examples: [
    { line: 'ktool topics describe orders', doc: 'One topic' },
    { line: 'ktool topics describe --under-replicated', doc: 'What is not fully replicated in the cluster' },
    { line: 'ktool topics describe orders --json', doc: 'For a program' },
  ],
  async run(context, { names }, flags) {
    const { internal, withOverrides, ...filters } = flags
    const chosen = Object.values({ withOverrides, ...filters }).filter((on) => on)
    if (chosen.length > 1) throw new UsageError('only one of the filters can be used at a time')
    const client = await context.client()
    // What is not well with an internal topic is not well with the cluster.
    const described = await describe(context, client, names, internal || Object.values(filters).includes(true))
    if (withOverrides) return overridden(context, described)
    const rows = context.rows<DescribedTopic, Row>({ columns, heading, rows: partitionRows })
    for (const { topic, minIsr } of described) {
      topic.partitions = topic.partitions?.filter(
        (partition) =>
          (!filters.underReplicated || partition.isr.length < partition.replicas.length) &&
          (!filters.unavailable || partition.leader === null) &&
          (!filters.underMinIsr || partition.isr.length < minIsr) &&
          (!filters.atMinIsr || partition.isr.length === minIsr),
      )
      if (topic.partitions?.length) await rows.add(topic)
    }
    await rows.end()
  },
})

const columns: Column<Row>[] = [
  { key: 'topic', inHeading: true },
  { key: 'partition' },
  { key: 'leader', style: (row: Row) => (row.leader === null ? 'red' : undefined) },
  { key: 'leaderEpoch' },
  { key: 'replicas' },
  { key: 'isr', style: (row: Row) => (row.isr.length < row.replicas.length ? 'yellow' : undefined) },
  { key: 'offlineReplicas', mayBeEmpty: true, style: () => 'red' },
  { key: 'eligibleLeaderReplicas', mayBeEmpty: true },
  { key: 'lastKnownElr', mayBeEmpty: true },
]

/** Topics with configs of their own, a line each. */
async function overridden(context: Context, described: readonly { topic: DescribedTopic }[]): Promise<undefined> {
  const rows = context.rows<DescribedTopic>({
    columns: [
      { key: 'name', title: 'TOPIC' },
      { key: 'partitionCount', title: 'PARTITIONS' },
      { key: 'replicationFactor' },
      { key: 'configs' },
    ],
  })
  for (const { topic } of described) {
    delete topic.partitions
    if (Object.keys(topic.configs ?? {}).length > 0) await rows.add(topic)
  }
  await rows.end()
}

function heading({ name, topicId, partitionCount, replicationFactor, configs }: DescribedTopic): string[] {
  const partitions = `${partitionCount} partition${partitionCount === 1 ? '' : 's'}`
  const lines = [name, `${partitions}, replication factor ${replicationFactor}, id ${topicId}`]
  if (configs === null) lines.push('configs unknown: this user may not see them')
  for (const [key, value] of Object.entries(configs ?? {})) lines.push(`${key}=${value ?? '(secret)'}`)
  return lines
}

function partitionRows(topic: DescribedTopic): Row[] {
  return (topic.partitions ?? []).map((partition) => ({ topic: topic.name, ...partition }))
}

/** The topics chosen, in the order of their names. What is not there or fails is reported and left out. */
async function describe(
  context: Context,
  client: Client,
  names: readonly string[],
  internal: boolean,
): Promise<{ topic: DescribedTopic; minIsr: number }[]> {
  const { topics, errors } = await selectTopics(client, names, { internal })
  for (const error of errors) context.fail(error)
  const wanted = topics.map((topic) => topic.name)
  if (wanted.length === 0) return []
  const [descriptions, configs] = await Promise.all([
    client.admin.describeTopics(wanted),
    client.admin.describeConfigs('topic', wanted),
  ])
  return wanted.flatMap((name) => {
    const topic = descriptions.get(name)
    const entries = configs.get(name)
    if (topic instanceof KtoolError) context.fail(topic)
    if (topic === undefined || topic instanceof KtoolError) return []
    const known = Array.isArray(entries) ? entries : undefined
    const minIsr = Number(known?.find((entry) => entry.name === 'min.insync.replicas')?.value ?? 1)
    return [{ topic: describedTopic(topic, known), minIsr }]
  })
}

function describedTopic(topic: TopicDescription, entries: ConfigEntry[] | undefined): DescribedTopic {
  const overrides = entries?.filter((entry) => entry.source === 'DYNAMIC_TOPIC_CONFIG')
  return {
    name: topic.name,
    topicId: topic.topicId,
    internal: topic.internal,
    partitionCount: topic.partitions.length,
    replicationFactor: topic.partitions[0]?.replicas.length ?? 0,
    configs: overrides === undefined ? null : Object.fromEntries(overrides.map(({ name, value }) => [name, value])),
    partitions: topic.partitions.map((partition) => ({
      ...partition,
      leader: partition.leader < 0 ? null : partition.leader,
    })),
  }
}
