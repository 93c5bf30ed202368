// ktool partitions reassign: a plan of where replicas go, made here or read from a file; then doing it, and looking whether
// it is done.

import type { AssignedPartition } from '../../client/admin/assignment.ts'
import { describeCluster } from '../../client/admin/describe-cluster.ts'
import { alterReassignments, listReassignments } from '../../client/admin/reassignments.ts'
import { clearThrottles, setThrottles } from '../../client/admin/throttles.ts'
import type { Client } from '../../client/client.ts'
import { keyOf } from '../../client/group/partitions.ts'
import { ExitCode, KtoolError, UsageError } from '../../errors.ts'
import { integer, parseIntegerList } from '../../util/numbers.ts'
import { parseSize } from '../../util/size.ts'
import { type Context, defineCommand, type FlagValues } from '../command.ts'
import { readAssignment, writeAssignment } from './assignment-file.ts'
import { changesTo, generated, type Planned, progressOf } from './reassign-plan.ts'

const flags = {
  toBrokers: {
    value: 'LIST',
    parse: parseIntegerList,
    defaultDoc: 'all brokers',
    doc: 'Spread the replicas over these brokers: ids and ranges such as 1,4-6',
  },
  replicationFactor: {
    short: 'r',
    value: 'N',
    parse: integer({ min: 1, max: 0x7fff }),
    defaultDoc: 'as many as each has',
    doc: 'Number of replicas of each partition',
  },
  noRackAware: { doc: 'Do not look at racks' },
  fromFile: { value: 'FILE', complete: 'file', doc: "Take the plan from a file in Kafka's JSON" },
  save: { value: 'FILE', complete: 'file', doc: "Write the plan into a new file, in Kafka's JSON" },
  execute: { doc: 'Begin to do it' },
  undo: {
    value: 'FILE',
    complete: 'file',
    defaultDoc: 'undo-reassign-TIME.json here',
    doc: 'With --execute: where to write the replicas of before',
  },
  throttle: {
    value: 'SIZE',
    parse: parseSize,
    doc: 'With --execute: hold the copying to this many bytes a second in and out of each broker',
  },
  additional: { doc: 'With --execute: also where other reassignments are under way' },
  verify: { doc: 'Show how far it is, exit code 1 unless all is done; then take throttles away' },
  keepThrottle: { doc: 'With --verify: leave the throttles' },
} as const

export const command = defineCommand({
  path: 'partitions reassign',
  summary: 'Move partitions to other brokers',
  description:
    'Shows a plan that spreads the replicas of topics evenly over brokers and racks with few moves, or the plan of a ' +
    'file, and changes nothing. --execute begins to do it, after writing a file that leads back; the brokers then copy ' +
    'on their own. --verify looks whether a plan is done.',
  args: {
    partitions: {
      value: 'TOPIC[:PARTITIONS]',
      doc: 'Topic, glob or /regex/, with partitions such as 0,3-5',
      optional: true,
      repeatable: true,
      complete: 'topic',
    },
  },
  flags,
  examples: [
    { line: 'ktool partitions reassign orders --to-brokers 1-4 --save plan.json', doc: 'A plan' },
    { line: 'ktool partitions reassign --from-file plan.json --execute --throttle 50MiB', doc: 'Do it' },
    { line: 'ktool partitions reassign --from-file plan.json --verify', doc: 'Is it done?' },
    { line: "ktool partitions reassign 'orders-*' -r 3 --execute", doc: 'Three replicas of each partition' },
  ],
  async run(context, { partitions: names }, flags) {
    checkOptions(names, flags)
    const client = await context.client()
    const { fromFile, verify } = flags
    const wanted = await (fromFile === undefined ? generated(context, client, names, flags) : readAssignment(fromFile))
    const plan = await (verify ? progressOf : changesTo)(context, client, wanted)
    if (flags.save !== undefined && plan.length > 0) await writeAssignment(flags.save, plan.map(target))
    if (flags.execute && plan.length > 0) await execute(context, client, plan, flags)
    const rows = context.rows<Planned>({
      columns: [
        { key: 'topic' },
        { key: 'partition' },
        { key: 'from', align: 'left' },
        { key: 'to', align: 'left' },
        { key: 'adding', align: 'left' },
        { key: 'removing', align: 'left' },
        { key: 'result', style: ({ result }) => (result === 'different' ? 'red' : undefined) },
      ],
    })
    // Those that were refused when it came to doing it are reported already.
    for (const row of plan) if (!flags.execute || row.result === 'started') await rows.add(row)
    await rows.end()
    if (plan.some(({ result }) => result === 'planned') && !flags.execute) {
      context.note('nothing was changed; --execute does it')
    }
    if (verify) return finish(context, client, plan, flags)
  },
})

type Flags = FlagValues<typeof flags>

function checkOptions(names: readonly string[], flags: Flags): void {
  const { fromFile, toBrokers, replicationFactor, noRackAware, execute, verify, undo, throttle, additional } = flags
  if (fromFile === undefined && names.length === 0) {
    throw new UsageError('nothing is named to be moved', { hint: 'give TOPIC, or --from-file FILE' })
  }
  const isMade = names.length > 0 || toBrokers !== undefined || replicationFactor !== undefined || noRackAware
  if (fromFile !== undefined && isMade) {
    throw new UsageError('the file says all of the plan: give --from-file alone', {
      hint: 'without TOPIC, --to-brokers, --replication-factor and --no-rack-aware',
    })
  }
  if (verify && fromFile === undefined) throw new UsageError('--verify needs --from-file FILE')
  if (verify && (execute || flags.save !== undefined)) throw new UsageError('--verify changes no plan and does none')
  const withExecute = undo !== undefined || throttle !== undefined || additional
  if (withExecute && !execute) throw new UsageError('--undo, --throttle and --additional go with --execute')
  if (flags.keepThrottle && !verify) throw new UsageError('--keep-throttle goes with --verify')
  if (throttle !== undefined && fromFile === undefined && flags.save === undefined) {
    throw new UsageError('a throttle is taken away by --verify, which needs the plan', { hint: 'give --save FILE too' })
  }
  if (throttle === 0) throw new UsageError('a throttle of 0 would stop replication')
}

function target({ topic, partition, to }: Planned): AssignedPartition {
  return { topic, partition, replicas: to }
}

async function execute(context: Context, { cluster }: Client, plan: Planned[], flags: Flags): Promise<void> {
  const ongoing = await listReassignments(cluster)
  if (ongoing.length > 0 && !flags.additional) {
    throw new KtoolError(`reassignments of ${ongoing.length} partitions are under way`, {
      hint: '`ktool partitions reassignments` shows them; --additional adds to them',
    })
  }
  const ids = (await describeCluster(cluster)).brokers.map(({ id }) => id)
  const unknown = plan.flatMap(({ to }) => to).find((id) => !ids.includes(id))
  if (unknown !== undefined) {
    throw new KtoolError(`there is no broker ${unknown}`, { hint: `the brokers are ${ids.join(', ')}` })
  }
  const undo = flags.undo ?? `undo-reassign-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`
  await writeAssignment(
    undo,
    plan.map(({ topic, partition, from }) => ({ topic, partition, replicas: from })),
  )
  context.note(
    `the replicas of before are in ${undo}; to go back: ktool partitions reassign --from-file ${undo} --execute`,
  )
  if (flags.throttle !== undefined) await setThrottles(cluster, plan, flags.throttle)
  const results = await alterReassignments(cluster, plan.map(target))
  for (const row of plan) {
    const error = results.get(keyOf(row))
    if (error instanceof KtoolError) context.fail(error)
    else row.result = 'started'
  }
  if (flags.throttle === undefined) return
  if (!plan.some(({ result }) => result === 'started')) {
    if (ongoing.length === 0) await clearThrottles(cluster, [...new Set(plan.map(({ topic }) => topic))])
  } else {
    const plan = flags.fromFile ?? flags.save
    context.note(
      `the throttle stays until all is done and seen: ktool partitions reassign --from-file ${plan} --verify`,
    )
  }
}

/** After --verify: the throttles go when nothing of the plan moves any more. */
async function finish(context: Context, { cluster }: Client, plan: readonly Planned[], { keepThrottle }: Flags) {
  const moving = plan.some(({ result }) => result === 'in-progress')
  if (!moving && !keepThrottle) {
    const topics = [...new Set(plan.map(({ topic }) => topic))]
    if (await clearThrottles(cluster, topics)) context.note('the throttles were taken away')
  }
  return plan.every(({ result }) => result === 'complete') ? undefined : ExitCode.failure
}
