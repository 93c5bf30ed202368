// The entries of DescribeConfigs: value, where it comes from, type, documentation. (Kafka: ConfigHelper, ConfigHelperUtils.)

import type { DescribeConfigsResourceResult, DescribeConfigsSynonym } from '../../protocol/apis/32-describe-configs.ts'
import { type BrokerConfigs, brokerDefinition, brokerDefinitions, ConfigSource } from './broker-configs.ts'
import { clientMetricsTable } from './client-metrics-table.ts'
import { CONFIG_TYPE_IDS, type ConfigDefinition, normalize } from './definition.ts'
import type { DocumentedTable } from './documentation.ts'
import { groupTable } from './group-table.ts'
import { type Overrides, topicConfigValue } from './topic-configs.ts'
import { topicTable } from './topic-table.ts'

export interface DescribeOptions {
  /** Only these; all where it is null, undefined or empty. */
  names?: readonly string[] | null
  synonyms?: boolean
  /** Kafka's text by table and name. */
  documentation?: Readonly<Record<DocumentedTable, Readonly<Record<string, string>>>>
  /** Overrides as they were given, not in normal form. */
  raw?: boolean
}

type Entry = DescribeConfigsResourceResult

function entry(
  table: DocumentedTable,
  definition: ConfigDefinition,
  value: string | null,
  sources: DescribeConfigsSynonym[],
  readOnly: boolean,
  options: DescribeOptions,
): Entry {
  const isSensitive = definition.type === 'PASSWORD'
  const hide = (each: DescribeConfigsSynonym) => (isSensitive ? { ...each, value: null } : each)
  return {
    name: definition.name,
    value: isSensitive ? null : value,
    readOnly,
    configSource: sources[0]?.source ?? ConfigSource.default,
    isSensitive,
    synonyms: options.synonyms ? sources.map(hide) : [],
    configType: CONFIG_TYPE_IDS[definition.type],
    documentation: options.documentation ? (options.documentation[table][definition.name] ?? null) : null,
  }
}

function isWanted(name: string, { names }: DescribeOptions): boolean {
  return !names || names.length === 0 || names.includes(name)
}

export function describeTopicConfigs(overrides: Overrides, broker: BrokerConfigs, options: DescribeOptions): Entry[] {
  return topicTable
    .filter(({ name, internal }) => isWanted(name, options) && (!internal || overrides.has(name)))
    .map((definition) => {
      const { name, synonyms = [] } = definition
      const override = overrides.get(name)
      const value = options.raw && override !== undefined ? override : topicConfigValue(name, overrides, broker)
      const own = override === undefined ? [] : [{ name, value, source: ConfigSource.topic }]
      const sources = [...own, ...(synonyms.length > 0 ? broker.synonyms(synonyms) : [])]
      return entry('topic', definition, value, sources, false, options)
    })
}

/** A value of a config that is not known, or that is meant for one listener. */
function describeOther(name: string, source: number, value: string, options: DescribeOptions): Entry {
  const definition = brokerDefinition(name)
  const isSensitive = definition === undefined || definition.type === 'PASSWORD'
  const shown = isSensitive ? null : value
  return {
    name,
    value: shown,
    readOnly: definition?.update === undefined,
    configSource: source,
    isSensitive,
    synonyms: options.synonyms ? [{ name, value: shown, source }] : [],
    configType: definition === undefined ? 0 : CONFIG_TYPE_IDS[definition.type],
    documentation: null,
  }
}

function describeOthers(values: Overrides, source: number, options: DescribeOptions): Entry[] {
  return [...values].flatMap(([name, value]) =>
    brokerDefinitions.has(name) || !isWanted(name, options) ? [] : [describeOther(name, source, value, options)],
  )
}

export function describeBrokerConfigs(broker: BrokerConfigs, options: DescribeOptions): Entry[] {
  const known = [...brokerDefinitions.values()]
    .filter(({ name, internal }) => isWanted(name, options) && (!internal || broker.started.has(name)))
    .map((definition) => {
      const { name, synonyms = [], update } = definition
      const sources = broker.synonyms([name, ...synonyms])
      return entry('broker', definition, broker.get(name), sources, update === undefined, options)
    })
  return [...known, ...describeOthers(broker.dynamic, ConfigSource.dynamicBroker, options)]
}

/** What was changed for all brokers. */
export function describeDefaultBrokerConfigs(broker: BrokerConfigs, options: DescribeOptions): Entry[] {
  return [...broker.dynamicDefault].flatMap(([name, value]) => {
    const definition = brokerDefinitions.get(name)
    if (!isWanted(name, options)) return []
    if (definition === undefined) return [describeOther(name, ConfigSource.dynamicDefaultBroker, value, options)]
    const sources = broker.synonyms([name]).filter(({ source }) => source === ConfigSource.dynamicDefaultBroker)
    return [entry('broker', definition, value, sources, definition.update === undefined, options)]
  })
}

export function describeGroupConfigs(overrides: Overrides, broker: BrokerConfigs, options: DescribeOptions): Entry[] {
  return groupTable
    .filter(({ name }) => isWanted(name, options))
    .map((definition) => {
      const { name, synonyms = [] } = definition
      const override = overrides.get(name)
      const own = override === undefined ? [] : [{ name, value: override, source: ConfigSource.group }]
      const inherited = synonyms.length > 0 ? broker.get(synonyms[0]) : definition.default
      const value = override === undefined ? inherited : normalize(definition, override)
      const defaults =
        synonyms.length > 0
          ? broker.synonyms(synonyms)
          : [{ name, value: definition.default, source: ConfigSource.default }]
      return entry('group', definition, value, [...own, ...defaults], false, options)
    })
}

export function describeClientMetricsConfigs(overrides: Overrides, options: DescribeOptions): Entry[] {
  return clientMetricsTable
    .filter(({ name }) => isWanted(name, options))
    .map((definition) => {
      const { name } = definition
      const override = overrides.get(name)
      const own = override === undefined ? [] : [{ name, value: override, source: ConfigSource.clientMetrics }]
      return entry('clientMetrics', definition, override ?? definition.default, own, false, options)
    })
}
