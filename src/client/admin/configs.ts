// Configs of topics, brokers, their loggers, groups and client metrics subscriptions: list, describe, alter. Answers are
// per resource: one that failed is an error in the map and the others stand.

import { KtoolError } from '../../errors.ts'
import { DescribeConfigs, type DescribeConfigsResourceResult } from '../../protocol/apis/32-describe-configs.ts'
import { IncrementalAlterConfigs } from '../../protocol/apis/44-incremental-alter-configs.ts'
import { ListConfigResources } from '../../protocol/apis/74-list-config-resources.ts'
import { check, KafkaError } from '../../protocol/errors.ts'
import type { Broker } from '../broker.ts'
import type { Cluster } from '../cluster.ts'
import { retry } from '../retry.ts'
import { knownBroker } from './known-broker.ts'

/** Resource types of configs (Kafka's ConfigResource.Type). */
export const resourceTypes = { topic: 2, broker: 4, 'broker-logger': 8, 'client-metrics': 16, group: 32 } as const

export type ResourceType = keyof typeof resourceTypes

/** Where a value comes from (Kafka's DescribeConfigsResponse.ConfigSource). */
export const configSources: Record<number, string> = {
  0: 'UNKNOWN_CONFIG',
  1: 'DYNAMIC_TOPIC_CONFIG',
  2: 'DYNAMIC_BROKER_CONFIG',
  3: 'DYNAMIC_DEFAULT_BROKER_CONFIG',
  4: 'STATIC_BROKER_CONFIG',
  5: 'DEFAULT_CONFIG',
  6: 'DYNAMIC_BROKER_LOGGER_CONFIG',
  7: 'DYNAMIC_CLIENT_METRICS_CONFIG',
  8: 'DYNAMIC_GROUP_CONFIG',
}

const CONFIG_TYPES: Record<number, string> = {
  0: 'UNKNOWN',
  1: 'BOOLEAN',
  2: 'STRING',
  3: 'INT',
  4: 'SHORT',
  5: 'LONG',
  6: 'DOUBLE',
  7: 'LIST',
  8: 'CLASS',
  9: 'PASSWORD',
}

export interface ConfigEntry {
  name: string
  /** null for a sensitive value, which brokers keep to themselves. */
  value: string | null
  source: string
  readOnly: boolean
  sensitive: boolean
  synonyms: { name: string; value: string | null; source: string }[]
  type: string
  documentation: string | null
}

/** What to do with one config (Kafka's AlterConfigOp.OpType); `append` and `subtract` are for lists. */
export const configOperations = { set: 0, unset: 1, append: 2, subtract: 3 } as const

export interface ConfigOperation {
  name: string
  operation: keyof typeof configOperations
  /** Absent for `unset`. */
  value?: string
}

export interface DescribeConfigsOptions {
  /** Also what each config means. */
  documentation?: boolean
  /** Only these configs. */
  keys?: readonly string[]
}

/**
 * Configs of resources of one type, by name; the name of the defaults of all brokers is ''. Those of a broker or its logger
 * are asked of that broker.
 */
export async function describeConfigs(
  cluster: Cluster,
  type: ResourceType,
  names: readonly string[],
  { documentation = false, keys }: DescribeConfigsOptions = {},
): Promise<Map<string, ConfigEntry[] | KtoolError>> {
  const found = new Map<string, ConfigEntry[] | KtoolError>()
  await eachPlace(cluster, type, names, found, async (broker, some) => {
    const answer = await broker.request(DescribeConfigs, (version) => ({
      resources: some.map((resourceName) => ({
        resourceType: resourceTypes[type],
        resourceName,
        configurationKeys: keys ?? null,
      })),
      includeSynonyms: true,
      includeDocumentation: version >= 3 && documentation,
    }))
    for (const row of answer.results) {
      found.set(
        row.resourceName,
        row.errorCode === 0
          ? row.configs.map(configEntry).sort((a, b) => (a.name < b.name ? -1 : 1))
          : new KafkaError(row.errorCode, `configs of ${resourceText(type, row.resourceName)}`, row.errorMessage),
      )
    }
  })
  return found
}

/** Changes configs of resources of one type, each whole or not at all; with `validateOnly` the brokers only check. */
export async function alterConfigs(
  cluster: Cluster,
  type: ResourceType,
  changes: ReadonlyMap<string, readonly ConfigOperation[]>,
  { validateOnly = false } = {},
): Promise<Map<string, KtoolError | null>> {
  const found = new Map<string, KtoolError | null>()
  await eachPlace(cluster, type, [...changes.keys()], found, async (broker, some) => {
    const answer = await broker.request(IncrementalAlterConfigs, {
      resources: some.map((resourceName) => ({
        resourceType: resourceTypes[type],
        resourceName,
        configs: (changes.get(resourceName) ?? []).map(({ name, operation, value }) => ({
          name,
          configOperation: configOperations[operation],
          value: value ?? null,
        })),
      })),
      validateOnly,
    })
    for (const { resourceName, errorCode, errorMessage } of answer.responses) {
      const what = `configs of ${resourceText(type, resourceName)}`
      found.set(resourceName, errorCode === 0 ? null : new KafkaError(errorCode, what, errorMessage))
    }
  })
  return found
}

/** Names of the groups or client metrics subscriptions that have configs of their own (KIP-1142). */
export async function listConfigResources(cluster: Cluster, type: 'group' | 'client-metrics'): Promise<string[]> {
  const answer = await retry(cluster.options, async () => {
    const broker = await cluster.any()
    const answer = await broker.request(
      ListConfigResources,
      (version) => (version === 0 ? {} : { resourceTypes: [resourceTypes[type]] }),
      { minVersion: type === 'group' ? 1 : undefined },
    )
    check(answer.errorCode, `the list of ${type} configs`)
    return answer
  })
  return answer.configResources.map(({ resourceName }) => resourceName).sort()
}

/** How messages name a resource. */
export function resourceText(type: string, name: string | null): string {
  return name === null || name === '' ? `${type} defaults` : `${type} ${name}`
}

/**
 * Asks who knows: a broker of its own configs and loggers, any one for the rest at once. Where a broker cannot be asked,
 * its resource gets the error and the others stand.
 */
async function eachPlace<Answer>(
  cluster: Cluster,
  type: ResourceType,
  names: readonly string[],
  found: Map<string, Answer | KtoolError>,
  ask: (broker: Broker, names: readonly string[]) => Promise<void>,
): Promise<void> {
  const own = names.filter((name) => type.startsWith('broker') && name !== '')
  const others = names.filter((name) => !own.includes(name))
  if (others.length > 0) await retry(cluster.options, async () => ask(await cluster.any(), others))
  await Promise.all(
    own.map(async (name) => {
      try {
        const id = await knownBroker(cluster, name)
        await retry(cluster.options, async () => ask(await cluster.broker(id), [name]))
      } catch (error) {
        if (!(error instanceof KtoolError)) throw error
        found.set(name, error)
      }
    }),
  )
}

/** One config of a topic, or undefined where the broker does not tell. */
export async function topicConfig(cluster: Cluster, topic: string, name: string): Promise<string | undefined> {
  const broker = await cluster.any()
  const answer = await broker.request(DescribeConfigs, {
    resources: [{ resourceType: resourceTypes.topic, resourceName: topic, configurationKeys: [name] }],
  })
  return answer.results[0]?.configs[0]?.value ?? undefined
}

function configEntry(row: DescribeConfigsResourceResult): ConfigEntry {
  return {
    name: row.name,
    value: row.value,
    source: sourceName(row.configSource),
    readOnly: row.readOnly,
    sensitive: row.isSensitive,
    synonyms: row.synonyms.map(({ name, value, source }) => ({ name, value, source: sourceName(source) })),
    type: CONFIG_TYPES[row.configType] ?? String(row.configType),
    documentation: row.documentation,
  }
}

function sourceName(source: number): string {
  return configSources[source] ?? String(source)
}
