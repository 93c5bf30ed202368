// ktool groups reset-offsets: moves groups to other offsets, to replay records or to leave some out.

import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Cluster } from '../../client/cluster.ts'
import { keyOf } from '../../client/group/partitions.ts'
import { type GroupDescription, type GroupListing, Groups } from '../../client/groups.ts'
import { ExitCode, KtoolError, UsageError } from '../../errors.ts'
import { parseDuration } from '../../util/duration.ts'
import { integer } from '../../util/numbers.ts'
import { parseTime } from '../../util/time.ts'
import { parseTopicPartitions } from '../../util/topic-partitions.ts'
import { type Context, defineCommand, type FlagValues } from '../command.ts'
import { type FileOffset, offsetsCsv, parseOffsetsFile } from './offsets-file.ts'
import { makePlan, type PlannedOffset, partitionsOf, type Target } from './reset-plan.ts'
import { selectGroups } from './select.ts'

interface Row extends Pick<PlannedOffset, 'topic' | 'partition' | 'from' | 'to'> {
  groupId: string
  difference: number | null
  note: string | null
}

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
  async run(context, { names }, flags) {
    const chooseTarget = targetOf(flags)
    const { cluster } = await context.client()
    const groups = new Groups(cluster)
    const selected = await selectGroups(context, groups, names)
    // A group that is not there can be given offsets: that makes it.
    const fresh = selected.unknown.map(({ groupId }): GroupListing => newGroup(groupId))
    for (const error of selected.errors) if (!selected.unknown.some((known) => known === error)) context.fail(error)
    for (const { message, near } of selected.unknown) {
      const meant = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''
      context.note(`${message} yet: to give it offsets makes it${meant}`)
    }
    const chosen = [...selected.groups, ...fresh]
    const idle = await idleGroups(context, groups, selected.groups)
    const plans: { group: GroupListing; offsets: PlannedOffset[] }[] = []
    const committed = await groups.offsets(selected.groups)
    for (const group of chosen) {
      if (!idle.has(group.groupId) && !fresh.includes(group)) continue
      try {
        const known = committed.get(group.groupId) ?? []
        if (known instanceof KtoolError) throw known
        const target = await chooseTarget(cluster, groups, group.groupId, chosen.length)
        if (fresh.includes(group) && flags.topic.length === 0 && target.kind !== 'given') {
          throw selected.unknown.find(({ groupId }) => groupId === group.groupId)
        }
        const topics = flags.topic.length > 0 ? flags.topic : null
        const whole = topics === null && target.kind === 'given' ? namesOf(target.offsets) : known
        const partitions = await partitionsOf(cluster, topics, whole)
        if (partitions.length === 0) throw new KtoolError(`group ${group.groupId} has committed nothing`)
        const byKey = new Map(known.map((row) => [keyOf(row), row.offset]))
        const plan = await makePlan(cluster, partitions, byKey, target)
        for (const error of plan.errors) context.fail(error, `group ${group.groupId}`)
        plans.push({ group, offsets: plan.offsets })
      } catch (error) {
        if (!(error instanceof KtoolError) || error instanceof UsageError) throw error
        context.fail(error)
      }
    }
    await print(context, plans)
    if (flags.export !== undefined) exportBefore(context, flags.export, plans)
    if (!flags.execute) {
      context.note('nothing is changed yet: --execute does it')
      return undefined
    }
    const count = plans.reduce((sum, { offsets }) => sum + offsets.length, 0)
    const question = `Reset ${count} offset${count === 1 ? '' : 's'} of ${plans.map(({ group }) => group.groupId).join(', ')}?`
    if (count > 0 && !(await context.confirm(question, { required: selected.byPattern }))) {
      context.note('nothing was changed')
      return ExitCode.failure
    }
    for (const { group, offsets } of plans) await execute(context, groups, group, offsets)
    return undefined
  },
})

function newGroup(groupId: string): GroupListing {
  return { groupId, type: 'classic', protocolType: '', state: 'Empty', coordinator: -1 }
}

type ChooseTarget = (cluster: Cluster, groups: Groups, groupId: string, groupCount: number) => Promise<Target>

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
    targets.push(async (_cluster, _groups, groupId, groupCount) => given(rows, fromFile, groupId, groupCount))
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

function readOffsets(file: string): FileOffset[] {
  return parseOffsetsFile(readFileSync(file === '-' ? 0 : file, 'utf8'), file)
}

function given(rows: readonly FileOffset[], file: string, groupId: string, groupCount: number): Target {
  const own = rows.filter((row) => row.groupId === groupId || (row.groupId === null && groupCount === 1))
  if (own.length === 0) {
    throw new KtoolError(`${file} has no offsets for group ${groupId}`, {
      hint: rows.some((row) => row.groupId === null) ? 'its lines name no group: reset one group at a time' : undefined,
    })
  }
  return { kind: 'given', offsets: new Map(own.map((row) => [keyOf(row), row.offset])) }
}

async function offsetsOf(groups: Groups, groupId: string): Promise<Target> {
  const listing = (await groups.list()).groups.find((group) => group.groupId === groupId)
  if (listing === undefined) throw new UsageError(`there is no group ${groupId}`)
  const offsets = (await groups.offsets([listing])).get(groupId) ?? []
  if (offsets instanceof KtoolError) throw offsets
  if (offsets.length === 0) throw new UsageError(`group ${groupId} has committed nothing`)
  return { kind: 'given', offsets: new Map(offsets.map((row) => [keyOf(row), row.offset])) }
}

function namesOf(offsets: ReadonlyMap<string, number>) {
  return [...offsets.keys()].map((key) => {
    const at = key.lastIndexOf(':')
    return { topic: key.slice(0, at), partition: Number(key.slice(at + 1)) }
  })
}

/** The groups that nobody reads with; the others are reported with who does. */
async function idleGroups(context: Context, groups: Groups, listings: readonly GroupListing[]): Promise<Set<string>> {
  const idle = new Set<string>()
  for (const [groupId, group] of await groups.describe(listings)) {
    if (group instanceof KtoolError) context.fail(group)
    else if (group.members.length === 0) idle.add(groupId)
    else context.fail(inUse(group))
  }
  return idle
}

function inUse({ groupId, state, members }: GroupDescription): KtoolError {
  const who = members.slice(0, 5).map(({ clientId, host }) => `${clientId} at ${host.replace(/^\//, '')}`)
  const more = members.length > who.length ? ` and ${members.length - who.length} more` : ''
  return new KtoolError(`group ${groupId} is in use (${state}): ${who.join(', ')}${more}`, {
    hint: 'stop its members first; a killed one is a member until its session times out',
  })
}

async function print(context: Context, plans: readonly { group: GroupListing; offsets: PlannedOffset[] }[]) {
  const rows = context.rows<Row>({
    columns: [
      { key: 'groupId', title: 'GROUP' },
      { key: 'topic' },
      { key: 'partition' },
      { key: 'from' },
      { key: 'to' },
      { key: 'difference' },
      { key: 'note', mayBeEmpty: true, style: () => 'yellow' },
    ],
  })
  for (const { group, offsets } of plans) {
    for (const { topic, partition, from, to, asked, earliest, latest } of offsets) {
      const note = asked === null ? null : `${asked} is not in the log, which has ${earliest} to ${latest}`
      await rows.add({
        groupId: group.groupId,
        topic,
        partition,
        from,
        to,
        difference: from === null ? null : to - from,
        note,
      })
    }
  }
  await rows.end()
}

function exportBefore(
  context: Context,
  file: string,
  plans: readonly { group: GroupListing; offsets: PlannedOffset[] }[],
): void {
  const rows = plans.flatMap(({ group, offsets }) =>
    offsets.flatMap(({ topic, partition, from }) =>
      from === null ? [] : [{ groupId: group.groupId, topic, partition, offset: from }],
    ),
  )
  if (rows.length === 0) {
    context.note(`no offsets are there to be kept: ${file} is not written`)
    return
  }
  try {
    writeFileSync(file, offsetsCsv(rows), { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new UsageError(`${file} exists already`, { hint: 'give --export the name of a file that is not there yet' })
  }
  context.note(`the offsets before are in ${resolve(file)}`)
}

async function execute(context: Context, groups: Groups, group: GroupListing, offsets: readonly PlannedOffset[]) {
  const { groupId } = group
  try {
    const wanted = offsets.map(({ topic, partition, to: offset }) => ({
      topic,
      partition,
      offset,
      leaderEpoch: -1,
      metadata: null,
    }))
    const refused = await groups.setOffsets(group, wanted)
    for (const error of refused.values()) context.fail(error)
    context.note(`group ${groupId}: ${wanted.length - refused.size} of ${wanted.length} offsets are set`)
  } catch (error) {
    if (!(error instanceof KtoolError)) throw error
    context.fail(error, `group ${groupId}`)
  }
}
