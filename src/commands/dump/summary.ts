// A log directory in a few lines: a row for each topic.

import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { HIGH_WATERMARKS, OffsetCheckpoint } from '../../storage/checkpoint-file.ts'
import { LOG_SUFFIX, parseLogFile, parsePartitionDir } from '../../storage/log-files.ts'
import { readTopicId } from '../../storage/partition-metadata.ts'

export interface TopicSummary {
  topic: string
  topicId: string | null
  partitions: number
  segments: number
  /** Of the logs. */
  bytes: number
  /** Sums over the partitions: where their oldest segments begin, and the high watermarks as of the last checkpoint. */
  oldestOffset: number
  highWatermark: number | null
}

/** Of the partitions' folders in one log directory. What can't be read is told and left out. */
export function summarize(folders: readonly string[], fail: (path: string, error: unknown) => void): TopicSummary[] {
  const orTold = <T>(path: string, read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      fail(path, error)
      return undefined
    }
  }
  const topics = new Map<string, TopicSummary>()
  const checkpoint = new OffsetCheckpoint(join(dirname(folders[0]), HIGH_WATERMARKS))
  const watermarks = orTold(checkpoint.path, () => checkpoint.read())
  for (const folder of folders) {
    const name = basename(folder)
    const topic = parsePartitionDir(name)?.topic ?? name
    const summary = topics.get(topic) ?? {
      topic,
      topicId: orTold(folder, () => readTopicId(folder)) ?? null,
      partitions: 0,
      segments: 0,
      bytes: 0,
      oldestOffset: 0,
      highWatermark: null,
    }
    topics.set(topic, summary)
    summary.partitions++
    const files = orTold(folder, () => readdirSync(folder)) ?? []
    const logs = files.filter((file) => file.endsWith(LOG_SUFFIX) && parseLogFile(file) !== undefined)
    summary.segments += logs.length
    for (const log of logs) summary.bytes += statSync(join(folder, log), { throwIfNoEntry: false })?.size ?? 0
    const bases = logs.map((log) => parseLogFile(log)?.offset ?? 0)
    summary.oldestOffset += bases.length === 0 ? 0 : Math.min(...bases)
    const watermark = watermarks?.get(name)
    if (watermark !== undefined) summary.highWatermark = (summary.highWatermark ?? 0) + watermark
  }
  return [...topics.values()]
}
