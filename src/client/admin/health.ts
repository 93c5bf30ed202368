// What may be wrong with a cluster, each a check that finds brokers or partitions.

import { KtoolError, UnreachableError } from '../../errors.ts'
import type { Cluster, Partition, Topic } from '../cluster.ts'
import type { PartitionName } from '../group/partitions.ts'
import { describeConfigs } from './configs.ts'
import { describeCluster } from './describe-cluster.ts'
import { describeLogDirs } from './log-dirs.ts'
import { findHangingTransactions, type HangingTransaction } from './producers.ts'

export const checkNames = [
  'brokers',
  'log-dirs',
  'offline-partitions',
  'under-min-isr',
  'under-replicated',
  'hanging-transactions',
] as const

export type CheckName = (typeof checkNames)[number]

export interface BrokerFinding {
  broker: number
  /** What is wrong with it: `fenced`, `unreachable`, or the error of a directory. */
  problem: string
  directory?: string
}

export interface PartitionFinding extends PartitionName {
  /** null where there is none. */
  leader: number | null
  replicas: number[]
  isr: number[]
  /** Where it is under it. */
  minIsr?: number
}

export type Finding = BrokerFinding | PartitionFinding | HangingTransaction

export interface Findings {
  findings: Finding[]
  /** Why the check could not be made, in part or whole. */
  errors: KtoolError[]
}

/** Makes checks, in their order. A transaction that is open and silent for less than `longestMs` is no finding. */
export async function runChecks(
  cluster: Cluster,
  names: readonly CheckName[],
  longestMs: number,
): Promise<Map<CheckName, Findings>> {
  const topics = await cluster.allTopics()
  const checks: Record<CheckName, () => Promise<Findings>> = {
    brokers: () => outOfService(cluster),
    'log-dirs': () => failedDirectories(cluster),
    'offline-partitions': async () => partitionsWhere(topics, ({ leader }) => leader < 0),
    'under-min-isr': () => underMinIsr(cluster, topics),
    'under-replicated': async () => partitionsWhere(topics, ({ isr, replicas }) => isr.length < replicas.length),
    'hanging-transactions': () => hanging(cluster, topics, longestMs),
  }
  const results = await Promise.all(
    names.map(async (name): Promise<[CheckName, Findings]> => {
      try {
        return [name, await checks[name]()]
      } catch (error) {
        if (!(error instanceof KtoolError)) throw error
        return [name, { findings: [], errors: [error] }]
      }
    }),
  )
  return new Map(results)
}

async function outOfService(cluster: Cluster): Promise<Findings> {
  const { brokers } = await describeCluster(cluster)
  const findings: BrokerFinding[] = []
  const inService: number[] = []
  for (const { id, fenced } of brokers) {
    if (fenced) findings.push({ broker: id, problem: 'fenced' })
    else inService.push(id)
  }
  const answers = await describeLogDirs(cluster, { ids: inService, partitions: [], once: true })
  for (const [broker, answer] of answers) {
    if (answer instanceof UnreachableError) findings.push({ broker, problem: 'unreachable' })
  }
  return { findings, errors: [] }
}

async function failedDirectories(cluster: Cluster): Promise<Findings> {
  const findings: BrokerFinding[] = []
  const errors: KtoolError[] = []
  for (const [broker, directories] of await describeLogDirs(cluster, { partitions: [], once: true })) {
    if (directories instanceof KtoolError) {
      errors.push(directories)
      continue
    }
    for (const { directory, error } of directories) {
      if (error !== null) findings.push({ broker, problem: error, directory })
    }
  }
  return { findings, errors }
}

function partitionsWhere(topics: readonly Topic[], isWrong: (partition: Partition) => boolean): Findings {
  const findings = topics.flatMap(({ name, partitions }) =>
    partitions.filter(isWrong).map((partition) => partitionFinding(name, partition)),
  )
  return { findings, errors: [] }
}

function partitionFinding(topic: string, { partition, leader, replicas, isr }: Partition): PartitionFinding {
  return { topic, partition, leader: leader < 0 ? null : leader, replicas, isr }
}

const MIN_ISR = 'min.insync.replicas'

async function underMinIsr(cluster: Cluster, topics: readonly Topic[]): Promise<Findings> {
  const names = topics.map(({ name }) => name)
  const configs = await describeConfigs(cluster, 'topic', names, { keys: [MIN_ISR] })
  const findings: PartitionFinding[] = []
  const errors: KtoolError[] = []
  for (const { name, partitions } of topics) {
    const entries = configs.get(name)
    if (entries === undefined || entries instanceof KtoolError) {
      if (entries !== undefined) errors.push(entries)
      continue
    }
    const minIsr = Number(entries.find((entry) => entry.name === MIN_ISR)?.value ?? 1)
    for (const partition of partitions) {
      if (partition.isr.length < minIsr) findings.push({ ...partitionFinding(name, partition), minIsr })
    }
  }
  return { findings, errors }
}

async function hanging(cluster: Cluster, topics: readonly Topic[], longestMs: number): Promise<Findings> {
  const led = topics.flatMap(({ name: topic, partitions }) =>
    partitions.filter(({ leader }) => leader >= 0).map(({ partition }) => ({ topic, partition })),
  )
  const { hanging, errors } = await findHangingTransactions(cluster, led, longestMs)
  return { findings: hanging, errors }
}
