// The configs of topics: checks overrides as Kafka's controller does, and gives the effective values: the topic's override,
// else the broker's config of the same meaning, else Kafka's default.

import { codecByName } from '../../records/compression/index.ts'
import { type LogConfig, logConfig } from '../../storage/log-config.ts'
import type { CompressionSetting } from '../../storage/recompression.ts'
import type { BrokerConfigs } from './broker-configs.ts'
import { byName, ConfigError, normalize } from './definition.ts'
import { topicTable } from './topic-table.ts'

export const topicDefinitions = byName(topicTable)

export type Overrides = ReadonlyMap<string, string>

/** Throws a ConfigError, with Kafka's text, unless these overrides may stand together. */
export function checkTopicConfigs(overrides: ReadonlyMap<string, string | null>, broker: BrokerConfigs): void {
  const nulls = [...overrides].filter(([, value]) => value === null).map(([name]) => name)
  if (nulls.length > 0) throw new ConfigError(`Null value not supported for topic configs: ${nulls.join(',')}`)
  for (const name of overrides.keys()) {
    if (!topicDefinitions.has(name)) throw new ConfigError(`Unknown topic config name: ${name}`)
  }
  const checked = new Map<string, string>()
  for (const definition of topicDefinitions.values()) {
    const value = overrides.get(definition.name)
    if (typeof value !== 'string') continue
    const normal = normalize(definition, value)
    if (THROTTLED.test(definition.name)) checkThrottled(definition.name, normal)
    checked.set(definition.name, normal)
  }
  const least = topicConfigValue('min.compaction.lag.ms', checked, broker) as string
  const most = topicConfigValue('max.compaction.lag.ms', checked, broker) as string
  if (BigInt(least) > BigInt(most)) {
    throw new ConfigError(
      `conflict topic config setting min.compaction.lag.ms (${least}) > max.compaction.lag.ms (${most})`,
    )
  }
  if (checked.get('remote.storage.enable') === 'true') {
    throw new ConfigError(
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    )
  }
}

const THROTTLED = /^(leader|follower)\.replication\.throttled\.replicas$/

function checkThrottled(name: string, value: string): void {
  const entries = value === '' ? [] : value.split(',')
  if (value === '*' || entries.every((entry) => /^\d+:\d+$/.test(entry))) return
  throw new ConfigError(
    `Invalid value [${entries.join(', ')}] for configuration ${name}: ${name} must be the literal '*' or a list of replicas in the following format: ` +
      '[partitionId]:[brokerId],[partitionId]:[brokerId],...',
  )
}

/** Milliseconds in the unit that a broker config counts in, by the end of its name. */
const UNITS: readonly (readonly [suffix: string, ms: number])[] = [
  ['.hours', 3_600_000],
  ['.minutes', 60_000],
]

/** The effective value in Kafka's own form; null where there is none. */
export function topicConfigValue(name: string, overrides: Overrides | undefined, broker: BrokerConfigs): string | null {
  const definition = topicDefinitions.get(name)
  if (definition === undefined) return null
  const override = overrides?.get(name)
  if (override !== undefined) return normalize(definition, override)
  for (const synonym of definition.synonyms ?? []) {
    const value = broker.get(synonym)
    if (value === null) continue
    const unit = UNITS.find(([suffix]) => synonym.endsWith(suffix))
    if (unit === undefined) return name === 'retention.ms' && value.startsWith('-') ? '-1' : value
    return value.startsWith('-') ? '-1' : String(Number(value) * unit[1])
  }
  return definition.default
}

/** What a log has to know of its topic's and its broker's configs. */
export function logConfigOf(overrides: Overrides | undefined, broker: BrokerConfigs): LogConfig {
  const text = (name: string) => topicConfigValue(name, overrides, broker) ?? ''
  const number = (name: string) => Math.min(Number(text(name)), Number.MAX_SAFE_INTEGER)
  const policies = text('cleanup.policy').split(',')
  const internalSegmentBytes = overrides?.get('internal.segment.bytes')
  return logConfig({
    segmentBytes: internalSegmentBytes === undefined ? number('segment.bytes') : Number(internalSegmentBytes),
    segmentMs: number('segment.ms'),
    segmentJitterMs: number('segment.jitter.ms'),
    segmentIndexBytes: number('segment.index.bytes'),
    indexIntervalBytes: number('index.interval.bytes'),
    flushMessages: number('flush.messages'),
    flushMs: number('flush.ms'),
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    delete: policies.includes('delete'),
    compact: policies.includes('compact'),
    maxMessageBytes: number('max.message.bytes'),
    messageTimestampType: text('message.timestamp.type') === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    messageTimestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    fileDeleteDelayMs: number('file.delete.delay.ms'),
    deleteRetentionMs: number('delete.retention.ms'),
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    maxCompactionLagMs: number('max.compaction.lag.ms'),
    producerIdExpirationMs: broker.number('producer.id.expiration.ms'),
    compression: compressionOf(text),
  })
}

/** compression.type with the level of its codec. */
function compressionOf(text: (name: string) => string): CompressionSetting {
  const type = text('compression.type')
  if (type === 'producer') return type
  const codec = codecByName(type)
  if (codec?.levels === undefined) return { codec }
  const level = Number(text(`compression.${type}.level`))
  // For gzip -1 is "what the library takes".
  return level === -1 && type === 'gzip' ? { codec } : { codec, level }
}
