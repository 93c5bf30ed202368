// ktool groups describe: where groups are, who is in them, what they are doing.

import { describe as partitionsText } from '../../client/group/partitions.ts'
import { describeGroups, type GroupLag, type PartitionLag, totalLag } from '../../client/group-lag.ts'
import { type GroupDescription, type GroupListing, Groups, type StreamsTasks } from '../../client/groups.ts'
import { ExitCode, KtoolError, UsageError } from '../../errors.ts'
import type { Column } from '../../output/rows.ts'
import { type Context, defineCommand } from '../command.ts'
import { selectGroups } from './select.ts'

export const command = defineCommand({
  path: 'groups describe',
  summary: 'Show where groups are, their members or their state',
  description:
    'Shows for each partition how far a group is and how far it is behind. With --members who is in it and what each ' +
    'reads, with --state one line a group. A topic that is gone keeps its committed offsets, and has no end.',
  args: {
    names: { value: 'GROUP', doc: 'Group, glob or /regex/', optional: true, repeatable: true, complete: 'group' },
  },
  flags: {
    offsets: { doc: 'Offsets and lag of each partition (the default)' },
    members: { doc: 'Members and what they read' },
    state: { doc: 'State, coordinator, epochs and number of members' },
    topic: { short: 't', value: 'TOPIC', repeatable: true, complete: 'topic', doc: 'Only partitions of this topic' },
    lag: { value: 'N', parse: threshold, doc: "Only partitions with a lag of more than N (also written '>N')" },
    failIfLag: { value: 'N', parse: threshold, doc: 'End with 1 where a partition has a lag of more than N' },
  },
  examples: [
    { line: 'ktool groups describe billing', doc: 'Where it is' },
    { line: "ktool groups describe --lag 1000 --json | jq '.[].groupId'", doc: 'Who is behind' },
    { line: 'ktool groups describe billing --fail-if-lag 10000 -q > /dev/null', doc: 'For monitoring, by exit code' },
    { line: 'ktool groups describe billing --members', doc: 'Who reads what' },
  ],
  async run(context, { names }, flags) {
    const { offsets, members, state } = flags
    if (Number(offsets) + Number(members) + Number(state) > 1) {
      throw new UsageError('only one of --offsets, --members and --state can be used at a time')
    }
    if ((members || state) && (flags.lag !== undefined || flags.failIfLag !== undefined || flags.topic.length > 0)) {
      throw new UsageError(`${members ? '--members' : '--state'} shows no lag`, { hint: 'leave it out' })
    }
    const { cluster } = await context.client()
    const groups = new Groups(cluster)
    const selected = await selectGroups(context, groups, names)
    for (const error of selected.errors) context.fail(error)
    if (members || state) {
      const described = await descriptions(context, selected.groups, await groups.describe(selected.groups))
      await (members ? printMembers(context, described) : printStates(context, described))
      return undefined
    }
    const lags: GroupLag[] = []
    for (const [groupId, lag] of await describeGroups(cluster, groups, selected.groups)) {
      if (lag instanceof KtoolError) context.fail(lag, `group ${groupId}`)
      else lags.push(lag)
    }
    return printOffsets(context, lags, flags)
  },
})

interface OffsetFlags {
  topic: readonly string[]
  lag: number | undefined
  failIfLag: number | undefined
}

async function printOffsets(context: Context, groups: readonly GroupLag[], flags: OffsetFlags) {
  type Row = PartitionLag & { groupId: string }
  const columns: Column<Row>[] = [
    { key: 'groupId', title: 'GROUP', inHeading: true },
    { key: 'topic' },
    { key: 'partition' },
    { key: 'currentOffset' },
    { key: 'logEndOffset' },
    { key: 'lag', style: (row) => ((row.lag ?? 0) > 0 ? 'yellow' : undefined) },
    { key: 'memberId', title: 'MEMBER', mayBeEmpty: true },
    { key: 'instanceId', title: 'INSTANCE', mayBeEmpty: true },
    { key: 'clientId', title: 'CLIENT', mayBeEmpty: true },
    { key: 'host', mayBeEmpty: true },
    { key: 'problem', mayBeEmpty: true, style: () => 'red' },
  ]
  const rows = context.rows<GroupLag, Row>({
    columns,
    heading: (group) => [group.groupId, summary(group)],
    rows: ({ groupId, offsets }) => offsets.map((row) => ({ groupId, ...row })),
  })
  let behind = 0
  for (const group of groups) {
    const offsets = group.offsets.filter(({ topic }) => flags.topic.length === 0 || flags.topic.includes(topic))
    const { failIfLag, lag: least } = flags
    if (failIfLag !== undefined) behind += offsets.filter(({ lag }) => (lag ?? 0) > failIfLag).length
    const shown = least === undefined ? offsets : offsets.filter(({ lag }) => (lag ?? 0) > least)
    if (shown.length > 0 || (least === undefined && flags.topic.length === 0))
      await rows.add({ ...group, offsets: shown })
  }
  await rows.end()
  if (behind === 0) return undefined
  context.note(`${behind} partition${behind === 1 ? ' has' : 's have'} a lag of more than ${flags.failIfLag}`)
  return ExitCode.failure
}

function summary(group: GroupLag): string {
  const { type, state, memberCount } = group
  const members = memberCount === 1 ? '1 member' : `${memberCount} members`
  return `${type} group, ${state}, ${members}, lag ${totalLag(group).toLocaleString('en')}`
}

async function descriptions(
  context: Context,
  chosen: readonly GroupListing[],
  found: Map<string, GroupDescription | KtoolError>,
): Promise<GroupDescription[]> {
  return chosen.flatMap(({ groupId }) => {
    const group = found.get(groupId)
    if (group instanceof KtoolError) context.fail(group)
    return group === undefined || group instanceof KtoolError ? [] : [group]
  })
}

async function printMembers(context: Context, groups: readonly GroupDescription[]): Promise<void> {
  interface Row {
    groupId: string
    memberId: string | null
    instanceId: string | null
    clientId: string | null
    host: string | null
    memberEpoch: number | null
    partitions: number | null
    assignment: string | null
    target: string | null
    tasks: string | null
    processId: string | null
  }
  const rows = context.rows<GroupDescription, Row>({
    columns: [
      { key: 'groupId', title: 'GROUP', inHeading: true },
      { key: 'memberId', title: 'MEMBER' },
      { key: 'instanceId', title: 'INSTANCE', mayBeEmpty: true },
      { key: 'clientId', title: 'CLIENT' },
      { key: 'host' },
      { key: 'memberEpoch', title: 'EPOCH', mayBeEmpty: true },
      { key: 'partitions' },
      { key: 'assignment' },
      { key: 'target', mayBeEmpty: true },
      { key: 'tasks', mayBeEmpty: true },
      { key: 'processId', title: 'PROCESS', mayBeEmpty: true },
    ],
    heading: ({ groupId, type, state, members }) => [
      groupId,
      `${type} group, ${state}, ${members.length === 1 ? '1 member' : `${members.length} members`}`,
    ],
    rows: ({ groupId, members }) =>
      members.map(({ assignment, targetAssignment, streams, ...member }) => ({
        groupId,
        ...member,
        partitions: assignment.length,
        assignment: assignment.length === 0 ? null : partitionsText(assignment),
        // Only where it is on its way somewhere else.
        target:
          targetAssignment === null || partitionsText(targetAssignment) === partitionsText(assignment)
            ? null
            : partitionsText(targetAssignment),
        tasks: streams === undefined ? null : tasksText(streams.tasks),
        processId: streams?.processId ?? null,
      })),
  })
  for (const group of groups) await rows.add(group)
  await rows.end()
}

/** `active 0:0,2 1:0; standby 0:1`: the partitions of each part of the topology. */
function tasksText(tasks: StreamsTasks): string {
  return Object.entries(tasks)
    .filter(([, some]) => some.length > 0)
    .map(([kind, some]) => `${kind} ${some.map((task) => `${task.subtopology}:${task.partitions.join()}`).join(' ')}`)
    .join('; ')
}

async function printStates(context: Context, groups: readonly GroupDescription[]): Promise<void> {
  const rows = context.rows({
    columns: [
      { key: 'groupId', title: 'GROUP' },
      { key: 'type' },
      { key: 'state' },
      { key: 'coordinator' },
      { key: 'coordinatorHost', title: 'HOST' },
      { key: 'coordinatorPort', title: 'PORT' },
      { key: 'assignor' },
      { key: 'groupEpoch', mayBeEmpty: true },
      { key: 'assignmentEpoch', mayBeEmpty: true },
      { key: 'memberCount', title: 'MEMBERS' },
    ],
  })
  for (const { members, protocolType: _, ...group } of groups) await rows.add({ ...group, memberCount: members.length })
  await rows.end()
}

function threshold(text: string): number {
  const match = /^\s*>?\s*(\d{1,15})\s*$/.exec(text)
  if (match === null) throw new UsageError(`'${text}' is not a lag`, { hint: "write it as 1000 or '>1000'" })
  return Number(match[1])
}
