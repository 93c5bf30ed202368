// ktool offsets list: where partitions begin, end, or are at a time.

import type { Client } from '../../client/client.ts'
import { OffsetTime, tryListOffsets } from '../../client/list-offsets.ts'
import { KtoolError } from '../../errors.ts'
import { parseTime } from '../../util/time.ts'
import { parseTopicPartitions, type TopicPartitions } from '../../util/topic-partitions.ts'
import { type Context, defineCommand } from '../command.ts'
import { selectTopics } from '../topics/select.ts'

interface Row {
  topic: string
  partition: number
  offset: number | null
  /** Of the record at that offset; null for earliest and latest. */
  timestamp: number | null
  leaderEpoch: number | null
}

const WORDS: Record<string, number> = {
  earliest: OffsetTime.earliest,
  beginning: OffsetTime.earliest,
  latest: OffsetTime.latest,
  end: OffsetTime.latest,
  'max-timestamp': OffsetTime.maxTimestamp,
}

export const command = defineCommand({
  path: 'offsets list',
  summary: 'Show where partitions begin, end, or are at a time',
  description:
    'Shows an offset of each partition: the end (the default), the beginning, that of the record with the largest ' +
    'timestamp, or the first record at or after a time; nothing where there is no such record.',
  args: {
    topics: {
      value: 'TOPIC[:LIST]',
      doc: 'Topic, glob or /regex/; or some partitions of one: orders:0,2-5',
      repeatable: true,
      complete: 'topic',
    },
  },
  flags: {
    at: {
      value: 'POINT',
      parse: (text: string) => WORDS[text] ?? parseTime(text.startsWith('@-') ? text.slice(1) : text),
      default: OffsetTime.latest as number,
      defaultDoc: 'latest',
      doc: 'earliest, latest, max-timestamp, or a time: 2026-03-02T06:30, @EPOCH-MS, -1h',
    },
    isolation: {
      value: 'LEVEL',
      choices: ['committed', 'uncommitted'],
      default: 'uncommitted',
      doc: 'Whether the end is that of committed records',
    },
  },
  examples: [
    { line: 'ktool offsets list orders', doc: 'The ends' },
    { line: 'ktool offsets list orders:0-2 --at 2026-03-02T06:30', doc: 'Where that time begins' },
    { line: 'ktool offsets list orders --at max-timestamp --json', doc: 'The newest record of each partition' },
  ],
  async run(context, { topics }, { at: timestamp, isolation }) {
    const client = await context.client()
    const partitions = await partitionsOf(context, client, topics)
    const queries = partitions.map((partition) => ({ ...partition, timestamp }))
    const answers = await tryListOffsets(client.cluster, queries, isolation === 'committed' ? 1 : 0)
    const rows = context.rows<Row>({
      columns: [
        { key: 'topic' },
        { key: 'partition' },
        { key: 'offset' },
        { key: 'timestamp', mayBeEmpty: true },
        { key: 'leaderEpoch', mayBeEmpty: true },
      ],
    })
    for (const [i, answer] of answers.entries()) {
      if (answer instanceof KtoolError) {
        context.fail(answer)
        continue
      }
      const known = (value: number) => (value < 0 ? null : value)
      await rows.add({
        ...partitions[i],
        offset: known(answer.offset),
        timestamp: known(answer.recordTimestamp),
        leaderEpoch: known(answer.leaderEpoch),
      })
    }
    await rows.end()
  },
})

/** What is not there is reported and left out. */
async function partitionsOf(context: Context, client: Client, texts: readonly string[]) {
  const chosen: { topic: string; partition: number }[] = []
  const add = async ({ topic, partitions }: TopicPartitions) => {
    const { length } = (await client.cluster.topic(topic)).partitions
    for (const partition of partitions ?? Array(length).keys()) {
      if (partition < length) chosen.push({ topic, partition })
      else {
        context.fail(
          new KtoolError(`topic ${topic} has no partition ${partition}`, {
            hint: `its partitions are 0 to ${length - 1}`,
          }),
        )
      }
    }
  }
  for (const text of texts.filter(isPart)) {
    try {
      await add(parseTopicPartitions(text))
    } catch (error) {
      if (!(error instanceof KtoolError)) throw error
      context.fail(error)
    }
  }
  const whole = texts.filter((text) => !isPart(text))
  if (whole.length === 0) return chosen
  const { topics, errors } = await selectTopics(client, whole, { internal: false })
  for (const error of errors) context.fail(error)
  for (const { name: topic } of topics) await add({ topic, partitions: null })
  return chosen
}

/** Names hold no colon; regular expressions may. */
function isPart(text: string): boolean {
  return text.includes(':') && !text.startsWith('/')
}
