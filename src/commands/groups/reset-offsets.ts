// ktool groups reset-offsets: moves groups to other offsets, to replay records or to leave some out.

import { keyOf } from '../../client/group/partitions.ts'
import type { Groups } from '../../client/groups.ts'
import { KtoolError, UsageError } from '../../errors.ts'
import { parseDuration } from '../../util/duration.ts'
import { integer } from '../../util/numbers.ts'
import { parseTime } from '../../util/time.ts'
import { parseTopicPartitions } from '../../util/topic-partitions.ts'
import { defineCommand, type FlagValues } from '../command.ts'
import { offsetsFor, readOffsets } from './offsets-file.ts'
import { type ChooseTarget, resetGroups } from './reset.ts'
import type { Target } from './reset-plan.ts'

const flags = {
  topic: {
    short: 't',
    value: 'TOPIC[:LIST]',
    parse: parseTopicPartitions,
    repeatable: true,
    complete: 'topic',
    doc: 'This topic, or some of its partitions: orders:0,2-5',
  },
  allTopics: { doc: 'All partitions for which the group has committed offsets' },
  toEarliest: { category: 'Where to', doc: 'To the first record there is' },
  toLatest: { category: 'Where to', doc: 'To the end: leave out what is there' },
  toCurrent: { category: 'Where to', doc: 'To where it is: brings offsets that are gone from the log back into it' },
  toOffset: { category: 'Where to', value: 'N', parse: integer({ min: 0 }), doc: 'To an offset' },
  shiftBy: { category: 'Where to', value: '±N', parse: integer(), doc: 'Forward, or with a minus back, by N' },
  toDatetime: {
    category: 'Where to',
    value: 'TIME',
    parse: (text: string) => parseTime(text),
    doc: 'To the first record at or after a time: 2026-03-02T06:30, @EPOCH-MS, -1h',
  },
  byDuration: { category: 'Where to', value: 'DURATION', parse: parseDuration, doc: 'To what came since: 2h, PT2H' },
  fromFile: { category: 'Where to', value: 'FILE', complete: 'file', doc: 'To offsets of an --export, CSV or JSON' },
  toGroup: { category: 'Where to', value: 'GROUP', complete: 'group', doc: 'To where another group is' },
  execute: { doc: 'Do it; without it nothing is changed' },
  export: { value: 'FILE', complete: 'file', doc: 'Write the offsets before the reset to a file, to go back to' },
} as const

type Flags = FlagValues<typeof flags>

export const command = defineCommand({
  path: 'groups reset-offsets',
  summary: 'Move groups to other offsets',
  description:
    'Prints the plan: for each partition from where to where. Only with --execute it is done. Nobody may be reading ' +
    'with the group meanwhile. A target that is not in the log is brought into it, and the plan says so.',
  args: { names: { value: 'GROUP', doc: 'Group, glob or /regex/', repeatable: true, complete: 'group' } },
  flags,
  examples: [
    {
      line: 'ktool groups reset-offsets billing -t orders --to-datetime 2026-03-02T06:30',
      doc: 'The plan of a replay',
    },
    {
      line: 'ktool groups reset-offsets billing -t orders --by-duration 2h --export before.csv --execute',
      doc: 'Replay two hours, with a way back',
    },
    { line: 'ktool groups reset-offsets billing --from-file before.csv --execute', doc: 'The way back' },
    { line: 'ktool groups reset-offsets billing -t orders:3 --shift-by 1 --execute', doc: 'Leave one record out' },
  ],
  asks: true,
  async run(context, { names }, flags) {
    const chooseTarget = targetOf(flags)
    const { topic: topics, execute, export: exportTo } = flags
    return resetGroups(context, { names, topics, chooseTarget, execute, exportTo })
  },
})

/** Throws a UsageError unless the flags say one place to go to. */
function targetOf(flags: Flags): ChooseTarget {
  const targets: (Target | ChooseTarget)[] = []
  if (flags.toEarliest) targets.push({ kind: 'earliest' })
  if (flags.toLatest) targets.push({ kind: 'latest' })
  if (flags.toCurrent) targets.push({ kind: 'current' })
  if (flags.toOffset !== undefined) targets.push({ kind: 'offset', offset: flags.toOffset })
  if (flags.shiftBy !== undefined) targets.push({ kind: 'shift', by: flags.shiftBy })
  if (flags.toDatetime !== undefined) targets.push({ kind: 'time', timestamp: flags.toDatetime })
  if (flags.byDuration !== undefined) targets.push({ kind: 'time', timestamp: Date.now() - flags.byDuration })
  const { fromFile, toGroup } = flags
  if (fromFile !== undefined) {
    const rows = readOffsets(fromFile)
    targets.push(async (_cluster, _groups, groupId, groupCount) => offsetsFor(rows, fromFile, groupId, groupCount))
  }
  if (toGroup !== undefined) targets.push((_cluster, groups) => offsetsOf(groups, toGroup))
  const [target] = targets
  if (targets.length !== 1) {
    throw new UsageError(targets.length === 0 ? 'where to is not said' : 'only one place to go to can be said', {
      hint: 'say one of --to-earliest, --to-latest, --to-current, --to-offset, --shift-by, --to-datetime, --by-duration, --from-file, --to-group',
    })
  }
  const selfChosen = fromFile !== undefined || toGroup !== undefined
  if (flags.topic.length > 0 && flags.allTopics) throw new UsageError('--topic and --all-topics exclude each other')
  if (flags.topic.length === 0 && !flags.allTopics && !selfChosen) {
    throw new UsageError('which partitions is not said', { hint: 'name topics with -t, or say --all-topics' })
  }
  return typeof target === 'function' ? target : async () => target
}

async function offsetsOf(groups: Groups, groupId: string): Promise<Target> {
  const listing = (await groups.list()).groups.find((group) => group.groupId === groupId)
  if (listing === undefined) throw new UsageError(`there is no group ${groupId}`)
  const offsets = (await groups.offsets([listing])).get(groupId) ?? []
  if (offsets instanceof KtoolError) throw offsets
  if (offsets.length === 0) throw new UsageError(`group ${groupId} has committed nothing`)
  return { kind: 'given', offsets: new Map(offsets.map((row) => [keyOf(row), row.offset])) }
}
