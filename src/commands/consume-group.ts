// Consuming as a member of a group: the flags, and the consumer that they make.

import type { Cluster } from '../client/cluster.ts'
import type { Consumer, ReadOptions, TopicChoice } from '../client/consumer.ts'
import type { Fetcher } from '../client/fetcher.ts'
import { UsageError } from '../errors.ts'
import { parseDuration } from '../util/duration.ts'
import { type Context, defineFlags, type FlagValues } from './command.ts'

export const groupFlags = defineFlags({
  group: {
    short: 'G',
    value: 'ID',
    category: 'Group',
    doc: 'Read as a member of this group: its share of the partitions, from where the group is',
  },
  groupProtocol: {
    value: 'PROTOCOL',
    choices: ['classic', 'consumer'],
    category: 'Group',
    doc: 'classic, or consumer (KIP-848, from Kafka 4.0 on)',
    defaultDoc: 'group.protocol, else classic',
  },
  groupInstanceId: {
    value: 'ID',
    category: 'Group',
    doc: 'Be a static member: its partitions wait for it while it restarts',
  },
  commitEvery: {
    value: 'DURATION',
    parse: parseDuration,
    category: 'Group',
    doc: 'How often to commit what was printed; 0: after each piece',
    defaultDoc: 'auto.commit.interval.ms, 5s',
  },
  noCommit: { category: 'Group', doc: 'Commit nothing: the group stays where it is' },
})

export type GroupFlags = FlagValues<typeof groupFlags> & { partition: readonly (readonly number[])[] }

/** Throws a UsageError for flags that make no sense together. */
export function checkGroupFlags(flags: GroupFlags): void {
  const { group, groupProtocol, groupInstanceId, commitEvery, noCommit, partition } = flags
  if (noCommit && commitEvery !== undefined) throw new UsageError('--commit-every and --no-commit exclude each other')
  if (group === undefined) {
    if (groupProtocol ?? groupInstanceId ?? commitEvery ?? (noCommit || undefined)) {
      throw new UsageError('only a member of a group commits', { hint: 'name the group with -G' })
    }
  } else if (partition.length > 0) {
    throw new UsageError('--partition and --group exclude each other', { hint: 'a group shares the partitions out' })
  }
}

/** The consumer for `--group`; the fetcher is its own from now on. `settle` resolves when what was printed is written. */
export async function groupConsumer(
  context: Context,
  cluster: Cluster,
  fetcher: Fetcher,
  choice: TopicChoice,
  read: ReadOptions,
  flags: GroupFlags,
  settle: () => Promise<void>,
): Promise<Consumer> {
  const { GroupConsumer } = await import('../client/group/group-consumer.ts')
  const { assignorsByName } = await import('../client/group/assignors/index.ts')
  const { settings } = context
  // A name must exist from the beginning; what a pattern matches may come later.
  for (const name of choice.names) await cluster.topic(name)
  const commits = !flags.noCommit && settings['enable.auto.commit']
  const options = {
    ...read,
    groupId: flags.group as string,
    protocol: flags.groupProtocol ?? settings['group.protocol'],
    assignors: assignorsByName(settings['partition.assignment.strategy']),
    serverAssignor: settings['group.remote.assignor'] || null,
    instanceId: flags.groupInstanceId ?? (settings['group.instance.id'] || null),
    rackId: settings['client.rack'] || null,
    sessionTimeoutMs: settings['session.timeout.ms'],
    heartbeatIntervalMs: settings['heartbeat.interval.ms'],
    rebalanceTimeoutMs: settings['max.poll.interval.ms'],
    commitEveryMs: commits ? (flags.commitEvery ?? settings['auto.commit.interval.ms']) : null,
  }
  return new GroupConsumer(cluster, fetcher, choice, options, {
    settle,
    note: (text) => context.note(text),
    warn: (text) => context.warn(text),
  })
}
