// Offsets of groups in a file: Kafka's CSV (kafka-consumer-groups --export), or JSON.
//
//   topic,partition,offset          one group
//   group,topic,partition,offset    several; both are read, and written as the number of groups wants it
//
//   [{"groupId":"g","topic":"t","partition":0,"offset":5}]      or an object a line

import { readFileSync } from 'node:fs'
import { keyOf, type PartitionName } from '../../client/group/partitions.ts'
import { KtoolError, UsageError } from '../../errors.ts'
import type { Target } from './reset-plan.ts'

export interface FileOffset extends PartitionName {
  /** Null where the file does not say. */
  groupId: string | null
  offset: number
}

const HEADER = 'groupId,topic,partition,offset'

/** Throws a UsageError that names the line. */
export function parseOffsetsFile(text: string, file: string): FileOffset[] {
  const offsets = /^\s*[[{]/.test(text) ? parseJson(text, file) : parseCsv(text, file)
  const seen = new Set<string>()
  for (const row of offsets) {
    const key = JSON.stringify([row.groupId, keyOf(row)])
    if (seen.has(key)) throw new UsageError(`${file} names partition ${row.partition} of ${row.topic} twice`)
    seen.add(key)
  }
  if (offsets.length === 0) throw new UsageError(`${file} holds no offsets`)
  return offsets
}

function parseCsv(text: string, file: string): FileOffset[] {
  const offsets: FileOffset[] = []
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    // `--output csv` has a header.
    if (line.trim() === '' || (i === 0 && line === HEADER)) continue
    // Only a group's name can hold a comma, and is quoted then.
    const match = /^\s*(?:(?:"((?:[^"]|"")+)"|([^",]+))\s*,\s*)?([^",]+?)\s*,\s*(\d+)\s*,\s*(\d+)\s*$/.exec(line)
    const [quotedId, plainId, topic = '', partition, offset] = match?.slice(1) ?? []
    const groupId = quotedId?.replaceAll('""', '"') ?? plainId ?? null
    const row = { groupId, topic, partition: Number(partition), offset: Number(offset) }
    if (!isRow(row)) {
      throw new UsageError(`${file} line ${i + 1}: '${line.slice(0, 80)}' is not [group,]topic,partition,offset`)
    }
    offsets.push(row)
  }
  return offsets
}

function parseJson(text: string, file: string): FileOffset[] {
  let rows: unknown
  try {
    rows = /^\s*\[/.test(text) ? JSON.parse(text) : JSON.parse(`[${text.trim().split(/\r?\n/).join(',')}]`)
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}`, { cause: error })
  }
  return (rows as Partial<FileOffset>[]).map((row, i) => {
    const { groupId = null, topic = '', partition = -1, offset = -1 } = row ?? {}
    if (!isRow({ groupId, topic, partition, offset })) {
      throw new UsageError(`${file}: entry ${i + 1} has no topic, partition and offset`)
    }
    return { groupId, topic, partition, offset }
  })
}

function isRow({ groupId, topic, partition, offset }: FileOffset): boolean {
  return (
    typeof topic === 'string' &&
    topic !== '' &&
    (groupId === null || (typeof groupId === 'string' && groupId !== '')) &&
    Number.isInteger(partition) &&
    partition >= 0 &&
    Number.isSafeInteger(offset) &&
    offset >= 0
  )
}

/** As Kafka's own tool writes it. */
export function offsetsCsv(rows: readonly (PartitionName & { groupId: string; offset: number })[]): string {
  const several = new Set(rows.map(({ groupId }) => groupId)).size > 1
  return rows
    .map(
      ({ groupId, topic, partition, offset }) =>
        `${several ? `${quoted(groupId)},` : ''}${topic},${partition},${offset}\n`,
    )
    .join('')
}

function quoted(text: string): string {
  return /[",\s]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Reads a file, or for `-` the standard input. */
export function readOffsets(file: string): FileOffset[] {
  return parseOffsetsFile(readFileSync(file === '-' ? 0 : file, 'utf8'), file)
}

/** What the file has for a group; lines that name none are for the only one there is. */
export function offsetsFor(rows: readonly FileOffset[], file: string, groupId: string, groupCount: number): Target {
  const own = rows.filter((row) => row.groupId === groupId || (row.groupId === null && groupCount === 1))
  if (own.length === 0) {
    throw new KtoolError(`${file} has no offsets for group ${groupId}`, {
      hint: rows.some((row) => row.groupId === null) ? 'its lines name no group: reset one group at a time' : undefined,
    })
  }
  return { kind: 'given', offsets: new Map(own.map((row) => [keyOf(row), row.offset])) }
}
