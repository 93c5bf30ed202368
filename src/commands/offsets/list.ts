// ktool offsets list: where partitions begin, end, or are at a time.

import { OffsetTime, tryListOffsets } from '../../client/list-offsets.ts'
import { KtoolError } from '../../errors.ts'
import { parseTime } from '../../util/time.ts'
import { defineCommand } from '../command.ts'
import { selectPartitions } from '../partitions/select.ts'

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
  'earliest-local': OffsetTime.earliestLocal,
  'latest-tiered': OffsetTime.latestTiered,
  'earliest-pending-upload': OffsetTime.earliestPendingUpload,
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
      doc: 'Topic, glob or /regex/, or some partitions: orders:0,2-5',
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
      doc: 'earliest, latest, max-timestamp, earliest-local, latest-tiered, earliest-pending-upload, or a time: 2026-03-02T06:30, @EPOCH-MS, -1h',
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
    const { partitions } = await selectPartitions(context, client, topics)
    const queries = partitions.map(({ topic, partition }) => ({ topic, partition, timestamp }))
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
        topic: queries[i].topic,
        partition: queries[i].partition,
        offset: known(answer.offset),
        timestamp: known(answer.recordTimestamp),
        leaderEpoch: known(answer.leaderEpoch),
      })
    }
    await rows.end()
  },
})
