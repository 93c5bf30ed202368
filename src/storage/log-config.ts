// The settings of one log, with Kafka 4.3's defaults (org.apache.kafka.storage.internals.log.LogConfig). Plain values:
// whoever opens a log has read and checked the topic's and the broker's settings.

import type { CompressionSetting } from './recompression.ts'

export interface LogConfig {
  /** segment.bytes: a segment gets no larger. */
  segmentBytes: number
  /** segment.ms: a segment takes no records that are so much younger than its first. */
  segmentMs: number
  /** segment.jitter.ms */
  segmentJitterMs: number
  /** segment.index.bytes: a segment ends when one of its indexes would get larger. */
  segmentIndexBytes: number
  /** index.interval.bytes: one index entry for about so many bytes of log. */
  indexIntervalBytes: number
  /** flush.messages: an fsync after so many records. */
  flushMessages: number
  /** flush.ms: an fsync after so much time. */
  flushMs: number
  /** retention.ms, -1 for no limit. */
  retentionMs: number
  /** retention.bytes, -1 for no limit. */
  retentionBytes: number
  /** cleanup.policy contains delete. */
  delete: boolean
  /** cleanup.policy contains compact. */
  compact: boolean
  /** max.message.bytes: the largest batch. */
  maxMessageBytes: number
  /** message.timestamp.type */
  messageTimestampType: 'CreateTime' | 'LogAppendTime'
  /** message.timestamp.before.max.ms: how much older than now a record's time may be. */
  messageTimestampBeforeMaxMs: number
  /** message.timestamp.after.max.ms: how much later than now a record's time may be. */
  messageTimestampAfterMaxMs: number
  /** file.delete.delay.ms */
  fileDeleteDelayMs: number
  /** delete.retention.ms: how long compaction keeps a tombstone. */
  deleteRetentionMs: number
  minCleanableDirtyRatio: number
  minCompactionLagMs: number
  maxCompactionLagMs: number
  /** compression.type, with the level of its codec. */
  compression: CompressionSetting
  /** producer.id.expiration.ms (a broker's setting). */
  producerIdExpirationMs: number
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

export const defaultLogConfig: Readonly<LogConfig> = {
  segmentBytes: 1_073_741_824,
  segmentMs: 7 * DAY,
  segmentJitterMs: 0,
  segmentIndexBytes: 10_485_760,
  indexIntervalBytes: 4096,
  flushMessages: Number.MAX_SAFE_INTEGER,
  flushMs: Number.MAX_SAFE_INTEGER,
  retentionMs: 7 * DAY,
  retentionBytes: -1,
  delete: true,
  compact: false,
  maxMessageBytes: 1_048_588,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: HOUR,
  fileDeleteDelayMs: 60_000,
  deleteRetentionMs: DAY,
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
  compression: 'producer',
  producerIdExpirationMs: DAY,
}

/** The defaults with some values replaced. */
export function logConfig(changes: Partial<LogConfig> = {}): LogConfig {
  return { ...defaultLogConfig, ...changes }
}

/** How long a segment takes records: a compacted topic's part that has to be compacted soon is closed soon. */
export function maxSegmentMs({ segmentMs, compact, maxCompactionLagMs }: LogConfig): number {
  return compact && maxCompactionLagMs > 0 ? Math.min(maxCompactionLagMs, segmentMs) : segmentMs
}
