// ktool groups delete-offsets: has a group forget topics.

import { keyOf } from '../../client/group/partitions.ts'
import { Groups } from '../../client/groups.ts'
import { ExitCode, KtoolError } from '../../errors.ts'
import { parseTopicPartitions } from '../../util/topic-partitions.ts'
import { defineCommand } from '../command.ts'
import { selectGroups } from './select.ts'

interface Row {
  groupId: string
  topic: string
  partition: number
  offset: number
  result: 'deleted' | 'would-delete'
}

export const command = defineCommand({
  path: 'groups delete-offsets',
  summary: 'Delete what groups have committed for a topic',
  description:
    'Deletes committed offsets of topics that no member of the group reads, also where the topic is gone. The group ' +
    'begins there anew as if it had never read it.',
  args: { names: { value: 'GROUP', doc: 'Group, glob or /regex/', repeatable: true, complete: 'group' } },
  flags: {
    topic: {
      short: 't',
      value: 'TOPIC[:LIST]',
      parse: parseTopicPartitions,
      repeatable: true,
      required: true,
      complete: 'topic',
      doc: 'This topic, or some of its partitions: orders:0,2-5',
    },
    dryRun: { doc: 'Show what would be deleted, and delete nothing' },
  },
  examples: [{ line: 'ktool groups delete-offsets billing -t old-orders', doc: 'Of one topic' }],
  asks: true,
  async run(context, { names }, { topic: topics, dryRun }) {
    const groups = new Groups((await context.client()).cluster)
    const { groups: chosen, errors, byPattern } = await selectGroups(context, groups, names)
    for (const error of errors) context.fail(error)
    const committed = await groups.offsets(chosen)
    const rows = context.rows<Row>({
      columns: [
        { key: 'groupId', title: 'GROUP' },
        { key: 'topic' },
        { key: 'partition' },
        { key: 'offset' },
        { key: 'result' },
      ],
    })
    const question = `Delete offsets of ${chosen.map(({ groupId }) => groupId).join(', ')} for ${topics.map(({ topic }) => topic).join(', ')}?`
    if (!dryRun && chosen.length > 0 && !(await context.confirm(question, { required: byPattern }))) {
      context.note('nothing was deleted')
      return ExitCode.failure
    }
    for (const group of chosen) {
      const { groupId } = group
      try {
        const known = committed.get(groupId) ?? []
        if (known instanceof KtoolError) throw known
        if (group.type === 'share' && topics.some(({ partitions }) => partitions !== null)) {
          throw new KtoolError(`share group ${groupId} forgets whole topics only`, { hint: 'name no partitions' })
        }
        const wanted = known.filter((row) =>
          topics.some(
            ({ topic, partitions }) =>
              topic === row.topic && (partitions === null || partitions.includes(row.partition)),
          ),
        )
        if (wanted.length === 0) {
          throw new KtoolError(`group ${groupId} has committed nothing for these partitions`)
        }
        for (const { topic, partitions } of topics) {
          for (const partition of partitions ?? []) {
            if (wanted.some((row) => row.topic === topic && row.partition === partition)) continue
            context.fail(new KtoolError(`group ${groupId} has committed nothing in partition ${partition} of ${topic}`))
          }
        }
        const refused = dryRun ? new Map() : await groups.deleteOffsets(group, wanted)
        for (const { topic, partition, offset } of wanted) {
          const error = refused.get(keyOf({ topic, partition }))
          if (error !== undefined) context.fail(error)
          else await rows.add({ groupId, topic, partition, offset, result: dryRun ? 'would-delete' : 'deleted' })
        }
      } catch (error) {
        if (!(error instanceof KtoolError)) throw error
        context.fail(error)
      }
    }
    await rows.end()
    return undefined
  },
})
