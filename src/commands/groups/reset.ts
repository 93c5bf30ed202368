// What `ktool groups reset-offsets` and `ktool groups import` do once it is said where to: the plan, and with `execute` the
// deed.

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Cluster } from '../../client/cluster.ts'
import { keyOf } from '../../client/group/partitions.ts'
import { type GroupDescription, type GroupListing, Groups } from '../../client/groups.ts'
import { ExitCode, KtoolError, UsageError } from '../../errors.ts'
import type { TopicPartitions } from '../../util/topic-partitions.ts'
import type { Context } from '../command.ts'
import { offsetsCsv } from './offsets-file.ts'
import { makePlan, type PlannedOffset, partitionsOf, type Target } from './reset-plan.ts'
import { selectGroups, type UnknownGroupError } from './select.ts'

interface Row extends Pick<PlannedOffset, 'topic' | 'partition' | 'from' | 'to'> {
  groupId: string
  difference: number | null
  note: string | null
}

/** Where a group is to go. `groupCount` is how many there are. */
export type ChooseTarget = (cluster: Cluster, groups: Groups, groupId: string, groupCount: number) => Promise<Target>

export interface ResetOptions {
  names: readonly string[]
  /** Only these; where it is empty, all that the target gives or the group has committed. */
  topics: readonly TopicPartitions[]
  chooseTarget: ChooseTarget
  execute: boolean
  /** A new file for the offsets before. */
  exportTo: string | undefined
  /** The names come from a pattern: somebody has to agree. */
  byPattern?: boolean
}

export async function resetGroups(
  context: Context,
  { names, topics: chosenTopics, chooseTarget, execute, exportTo, byPattern = false }: ResetOptions,
): Promise<ExitCode | undefined> {
  const { cluster } = await context.client()
  const groups = new Groups(cluster)
  const selected = await selectGroups(context, groups, names)
  // A group that is not there can be given offsets: that makes it.
  const fresh = selected.unknown.map(({ groupId }): GroupListing => newGroup(groupId))
  for (const error of selected.errors) if (!selected.unknown.some((known) => known === error)) context.fail(error)
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
      if (fresh.includes(group) && chosenTopics.length === 0 && target.kind !== 'given') {
        throw selected.unknown.find(({ groupId }) => groupId === group.groupId)
      }
      const topics = chosenTopics.length > 0 ? chosenTopics : null
      const whole = topics === null && target.kind === 'given' ? namesOf(target.offsets) : known
      const partitions = await partitionsOf(cluster, topics, whole)
      if (partitions.length === 0) throw new KtoolError(`group ${group.groupId} has committed nothing`)
      const byKey = new Map(known.map((row) => [keyOf(row), row.offset]))
      const plan = await makePlan(cluster, partitions, byKey, target)
      for (const error of plan.errors) context.fail(error, `group ${group.groupId}`)
      plans.push({ group, offsets: plan.offsets })
      if (fresh.includes(group)) noteFresh(context, selected.unknown, group.groupId)
    } catch (error) {
      if (!(error instanceof KtoolError) || error instanceof UsageError) throw error
      context.fail(error)
    }
  }
  await print(context, plans)
  if (exportTo !== undefined) exportBefore(context, exportTo, plans)
  const count = plans.reduce((sum, { offsets }) => sum + offsets.length, 0)
  if (!execute) {
    if (count > 0) context.note('nothing is changed yet: --execute does it')
    return undefined
  }
  const question = `Reset ${count} offset${count === 1 ? '' : 's'} of ${plans.map(({ group }) => group.groupId).join(', ')}?`
  if (count > 0 && !(await context.confirm(question, { required: selected.byPattern || byPattern }))) {
    context.note('nothing was changed')
    return ExitCode.failure
  }
  for (const { group, offsets } of plans) await setOffsets(context, groups, group, offsets)
  return undefined
}

/** A name that is new may be one that is misspelt. */
function noteFresh(context: Context, unknown: readonly UnknownGroupError[], groupId: string): void {
  const { message, near } = unknown.find((error) => error.groupId === groupId) as UnknownGroupError
  const meant = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''
  context.note(`${message} yet: to give it offsets makes it${meant}`)
}

function newGroup(groupId: string): GroupListing {
  return { groupId, type: 'classic', protocolType: '', state: 'Empty', coordinator: -1 }
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

async function setOffsets(context: Context, groups: Groups, group: GroupListing, offsets: readonly PlannedOffset[]) {
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
