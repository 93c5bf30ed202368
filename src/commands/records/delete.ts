// ktool records delete: moves the beginning of partitions forward.

import { deleteRecords } from '../../client/admin/delete-records.ts'
import { keyOf } from '../../client/group/partitions.ts'
import { OffsetTime, tryListOffsets } from '../../client/list-offsets.ts'
import { type Bounds, partitionBounds } from '../../client/start-offset.ts'
import { ExitCode, KtoolError, UsageError } from '../../errors.ts'
import { counted } from '../../util/counted.ts'
import { parseTime } from '../../util/time.ts'
import { defineCommand } from '../command.ts'
import { selectPartitions } from '../partitions/select.ts'

type Before = { offset: number } | { timestamp: number }

interface Row {
  topic: string
  partition: number
  earliest: number
  latest: number
  before: number
  records: number
  result: 'deleted' | 'would-delete' | 'nothing'
}

export const command = defineCommand({
  path: 'records delete',
  summary: 'Delete the oldest records of a topic',
  description:
    'Deletes all records before an offset, a time, or the end, for good. Prints the plan; only with --execute it is ' +
    'done. The number of records is that of offsets: compaction and transactions leave fewer.',
  args: {
    topics: {
      value: 'TOPIC[:LIST]',
      doc: 'Topic, glob or /regex/, or some partitions: orders:0,2-5',
      repeatable: true,
      complete: 'topic',
    },
  },
  flags: {
    before: {
      value: 'POINT',
      parse: parseBefore,
      required: true,
      doc: 'Up to where (exclusive): an offset, latest, or a time such as 2026-03-02T06:30, @EPOCH-MS, -7d',
    },
    execute: { doc: 'Do it; without it nothing is deleted' },
  },
  examples: [
    { line: 'ktool records delete orders --before -7d', doc: 'What would go' },
    { line: 'ktool records delete orders:3 --before 1200 --execute', doc: 'Of one partition' },
    { line: 'ktool records delete orders --before latest --execute', doc: 'Empty a topic' },
  ],
  asks: true,
  async run(context, { topics }, { before, execute }) {
    const client = await context.client()
    const { cluster } = client
    const { partitions: chosen, byPattern } = await selectPartitions(context, client, topics)
    const bounds = await partitionBounds(cluster, chosen, 0)
    const targets =
      'offset' in before
        ? bounds.map((partition) => withinLog(partition, before.offset))
        : (
            await tryListOffsets(
              cluster,
              chosen.map((partition) => ({ ...partition, timestamp: before.timestamp })),
            )
          ).map((answer, i) => {
            if (answer instanceof KtoolError) throw answer
            return answer.offset < 0 ? bounds[i].latest : answer.offset
          })
    const plan = bounds.map((row, i) => ({ ...row, before: Math.max(targets[i], row.earliest) }))
    const wanted = plan.filter(({ before, earliest }) => before > earliest)
    const count = wanted.reduce((sum, { before, earliest }) => sum + before - earliest, 0)
    if (execute && wanted.length > 0) {
      const question = `Delete ${counted(count, 'record')} of ${topics.join(', ')} for good?`
      if (!(await context.confirm(question, { required: byPattern }))) {
        context.note('nothing was deleted')
        return ExitCode.failure
      }
    }
    const failed = execute
      ? await deleteRecords(
          cluster,
          wanted.map(({ topic, partition, before: offset }) => ({ topic, partition, offset })),
        )
      : null
    const rows = context.rows<Row>({
      columns: [
        { key: 'topic' },
        { key: 'partition' },
        { key: 'earliest' },
        { key: 'latest' },
        { key: 'before' },
        { key: 'records' },
        { key: 'result' },
      ],
    })
    for (const row of plan) {
      const error = failed?.get(keyOf(row))
      if (error instanceof KtoolError) {
        context.fail(error)
        continue
      }
      const records = row.before - row.earliest
      await rows.add({ ...row, records, result: records === 0 ? 'nothing' : execute ? 'deleted' : 'would-delete' })
    }
    await rows.end()
    if (!execute && count > 0) context.note('nothing is deleted yet: --execute does it')
    return undefined
  },
})

/** As Kafka, which refuses what is beyond the end: a digit too many would empty the partition. */
function withinLog({ topic, partition, latest }: Bounds, offset: number): number {
  if (offset <= latest) return offset
  throw new KtoolError(`${offset} is beyond the end of partition ${partition} of ${topic}, which is ${latest}`, {
    hint: '--before latest deletes all records',
  })
}

function parseBefore(text: string): Before {
  if (text === 'latest' || text === 'end') return { timestamp: OffsetTime.latest }
  if (/^\d+$/.test(text)) {
    const offset = Number(text)
    if (!Number.isSafeInteger(offset)) throw new UsageError(`${text} is larger than any offset`)
    return { offset }
  }
  return { timestamp: parseTime(text) }
}
