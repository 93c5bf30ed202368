// Assignments of replicas in the JSON of kafka-reassign-partitions:
//
//   {"version":1,"partitions":[{"topic":"orders","partition":0,"replicas":[1,2,3],"log_dirs":["any","any","any"]}]}

import { readFile, writeFile } from 'node:fs/promises'
import type { AssignedPartition } from '../../client/admin/assignment.ts'
import { UsageError } from '../../errors.ts'

/** Throws a UsageError that says what is wrong with the file. */
export async function readAssignment(path: string): Promise<AssignedPartition[]> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UsageError(`${path} is not JSON: ${error.message}`)
  }
  const { version = 1, partitions } = (value ?? {}) as { version?: unknown; partitions?: unknown }
  if (version !== 1) throw new UsageError(`${path} has the version ${JSON.stringify(version)}, 1 is known`)
  if (!Array.isArray(partitions) || partitions.length === 0) throw new UsageError(`${path} has no list of partitions`)
  const seen = new Set<string>()
  return partitions.map((row: unknown, index) => {
    const wrong = (what: string) => new UsageError(`${path}: partition ${index + 1} in the list ${what}`)
    const { topic, partition, replicas, log_dirs: logDirs } = (row ?? {}) as Record<string, unknown>
    if (typeof topic !== 'string' || topic === '') throw wrong('has no topic')
    if (!isId(partition)) throw wrong('has no number')
    if (!Array.isArray(replicas) || replicas.length === 0 || !replicas.every(isId)) throw wrong('has no replicas')
    if (new Set(replicas).size < replicas.length) throw wrong('has a broker twice')
    const key = `${topic}:${partition}`
    if (seen.has(key)) throw wrong(`is there twice: ${topic} ${partition}`)
    seen.add(key)
    if (logDirs !== undefined && !(Array.isArray(logDirs) && logDirs.every((each) => each === 'any'))) {
      throw wrong('names log directories, which ktool leaves to the brokers: "any"')
    }
    return { topic, partition, replicas }
  })
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0x7fff_ffff
}

/** Never writes over a file: it may be the way back from another change. */
export async function writeAssignment(path: string, partitions: readonly AssignedPartition[]): Promise<void> {
  const rows = partitions.map(({ topic, partition, replicas }) => JSON.stringify({ topic, partition, replicas }))
  const text = `{"version":1,"partitions":[\n${rows.join(',\n')}\n]}\n`
  try {
    await writeFile(path, text, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new UsageError(`${path} is there already`, { hint: 'name another file' })
  }
}
