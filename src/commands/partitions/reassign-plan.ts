// The plan of a reassignment: what it would change, and how far it is.

import { type AssignedPartition, assign } from '../../client/admin/assignment.ts'
import { describeCluster } from '../../client/admin/describe-cluster.ts'
import { listReassignments } from '../../client/admin/reassignments.ts'
import type { Client } from '../../client/client.ts'
import { keyOf, type PartitionName } from '../../client/group/partitions.ts'
import { KtoolError } from '../../errors.ts'
import type { Context } from '../command.ts'
import { selectPartitions } from './select.ts'

/** A partition of the plan; the JSON is this. */
export interface Planned extends PartitionName {
  /** The replicas that it has, those that come and go included while it is being reassigned. */
  from: number[]
  to: number[]
  adding: number[]
  removing: number[]
  result: 'planned' | 'started' | 'complete' | 'in-progress' | 'different'
}

function row(partition: PartitionName, from: number[], to: number[], result: Planned['result']): Planned {
  const adding = to.filter((id) => !from.includes(id))
  const removing = from.filter((id) => !to.includes(id))
  return { topic: partition.topic, partition: partition.partition, from, to, adding, removing, result }
}

export interface PlanOptions {
  /** Default: all that are in service. */
  toBrokers?: readonly number[]
  replicationFactor?: number
  noRackAware?: boolean
}

/** Where the partitions that arguments choose should be. */
export async function generated(
  context: Context,
  client: Client,
  names: readonly string[],
  { toBrokers, replicationFactor, noRackAware }: PlanOptions,
): Promise<AssignedPartition[]> {
  const { partitions } = await selectPartitions(context, client, names)
  const { brokers } = await describeCluster(client.cluster)
  const unknown = toBrokers?.find((id) => !brokers.some((broker) => broker.id === id))
  if (unknown !== undefined) {
    throw new KtoolError(`there is no broker ${unknown}`, {
      hint: `the brokers are ${brokers.map(({ id }) => id).join(', ')}`,
    })
  }
  // Nothing is moved to a broker out of service unless it is named.
  const sites = brokers.filter(({ id, fenced }) => (toBrokers === undefined ? !fenced : toBrokers.includes(id)))
  return assign(partitions, sites, { replicationFactor, rackAware: !noRackAware })
}

/** The partitions of `wanted` whose replicas change. What is not there is reported to the context. */
export async function changesTo(
  context: Context,
  client: Client,
  wanted: readonly AssignedPartition[],
): Promise<Planned[]> {
  const current = await replicasNow(client)
  const plan: Planned[] = []
  let staying = 0
  for (const partition of wanted) {
    const from = current.get(keyOf(partition))
    if (from === undefined)
      context.fail(new KtoolError(`there is no partition ${partition.partition} of ${partition.topic}`))
    else if (String(from) === String(partition.replicas)) staying++
    else plan.push(row(partition, from, partition.replicas, 'planned'))
  }
  if (staying > 0)
    context.note(staying === 1 ? '1 partition stays where it is' : `${staying} partitions stay where they are`)
  return plan
}

async function replicasNow({ cluster }: Client): Promise<Map<string, number[]>> {
  const topics = await cluster.allTopics()
  return new Map(
    topics.flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partition, replicas }): [string, number[]] => [keyOf({ topic, partition }), replicas]),
    ),
  )
}

/** How far each partition of `wanted` is. */
export async function progressOf(
  context: Context,
  client: Client,
  wanted: readonly AssignedPartition[],
): Promise<Planned[]> {
  const [ongoing, current] = await Promise.all([listReassignments(client.cluster), replicasNow(client)])
  const moving = new Map(ongoing.map((each) => [keyOf(each), each]))
  return wanted.flatMap((partition) => {
    const move = moving.get(keyOf(partition))
    const now = move?.replicas ?? current.get(keyOf(partition))
    if (now === undefined) {
      context.fail(new KtoolError(`there is no partition ${partition.partition} of ${partition.topic}`))
      return []
    }
    const to = partition.replicas
    if (move !== undefined) {
      const { adding, removing } = move
      return [{ ...row(partition, now, to, 'in-progress'), adding, removing }]
    }
    return [row(partition, now, to, String(now) === String(to) ? 'complete' : 'different')]
  })
}
