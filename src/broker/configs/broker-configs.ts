// The configs of the one broker: what it was started with (server.properties, -X), and what clients changed since, which is
// kept in the metadata log for this broker and for all brokers. The best source wins:
//
//   this broker's changes > all brokers' changes > what it was started with > Kafka's default

import { UsageError } from '../../errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import { brokerTable } from './broker-table.ts'
import { byName, ConfigError, normalize } from './definition.ts'

export const brokerDefinitions = byName(brokerTable)

/** Sources as DescribeConfigs numbers them. */
export const ConfigSource = {
  topic: 1,
  dynamicBroker: 2,
  dynamicDefaultBroker: 3,
  staticBroker: 4,
  default: 5,
  brokerLogger: 6,
  clientMetrics: 7,
  group: 8,
} as const

export interface ConfigSynonym {
  name: string
  value: string
  source: number
}

const NONE: ReadonlyMap<string, string> = new Map()

/** A listener's own form of a broker config: listener.name.NAME.CONFIG, or for one mechanism listener.name.NAME.MECHANISM.CONFIG. */
const LISTENER_PREFIX = /^listener\.name\.[^.]+\./
const MECHANISM_PREFIX = /^listener\.name\.[^.]+\.[^.]+\./

export class BrokerConfigs {
  /** As given at the start. */
  readonly started: ReadonlyMap<string, string>
  /** Changes for this broker, and for all; the metadata image's own maps. */
  dynamic: ReadonlyMap<string, string> = NONE
  dynamicDefault: ReadonlyMap<string, string> = NONE

  /** Throws a UsageError for a value that its config does not take. */
  constructor(started: ReadonlyMap<string, string>) {
    this.started = started
    for (const [name, value] of started) {
      const definition = brokerDefinitions.get(name)
      if (definition === undefined) continue
      try {
        normalize(definition, value)
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        throw new UsageError(error.message, { hint: `give ${name} another value` })
      }
    }
  }

  /** The effective value in Kafka's own form; null where there is none. */
  get(name: string): string | null {
    const value = this.dynamic.get(name) ?? this.dynamicDefault.get(name) ?? this.started.get(name)
    const definition = brokerDefinitions.get(name)
    if (value === undefined) return definition?.default ?? null
    return definition === undefined ? value : normalize(definition, value)
  }

  /** A number; values beyond 2^53 become the nearest double. */
  number(name: string): number {
    return Number(this.get(name))
  }

  boolean(name: string): boolean {
    return this.get(name) === 'true'
  }

  /** Where the value of `names[0]` comes from, best first, as DescribeConfigs lists it. */
  synonyms(names: readonly string[]): ConfigSynonym[] {
    const all: ConfigSynonym[] = []
    const add = (source: number, lookUp: (name: string) => string | null | undefined) => {
      for (const name of names) {
        const value = lookUp(name)
        if (value !== null && value !== undefined) all.push({ name, value, source })
      }
    }
    add(ConfigSource.dynamicBroker, (name) => this.dynamic.get(name))
    add(ConfigSource.dynamicDefaultBroker, (name) => this.dynamicDefault.get(name))
    add(ConfigSource.staticBroker, (name) => this.started.get(name))
    add(ConfigSource.default, (name) => brokerDefinitions.get(name)?.default)
    const first = all.findIndex(({ name }) => name === names[0])
    return first === -1 ? [] : all.slice(first)
  }
}

/** What the authorizer of Kafka reads, and no broker's own definitions name. */
const AUTHORIZER_CONFIGS: ReadonlySet<string> = new Set(['super.users', 'allow.everyone.if.no.acl.found'])

/** Whether there is a config of this name, a broker's or its authorizer's. */
export function isBrokerConfig(name: string): boolean {
  return AUTHORIZER_CONFIGS.has(name) || brokerDefinition(name) !== undefined
}

/** Broker configs as pairs of name and value. Throws a UsageError for a name that there is not. */
export function checkedProperties(pairs: Iterable<readonly [name: string, value: string]>): Record<string, string> {
  const properties: Record<string, string> = {}
  for (const [name, value] of pairs) {
    if (!isBrokerConfig(name)) {
      throw new UsageError(`no broker config is called ${name}`, {
        hint: didYouMean(name, brokerDefinitions.keys()) ?? "names are Kafka's own, such as log.retention.hours",
      })
    }
    properties[name] = value
  }
  return properties
}

/** The definition of a broker config, also where it is named for one listener. */
export function brokerDefinition(name: string) {
  return (
    brokerDefinitions.get(name) ??
    brokerDefinitions.get(name.replace(LISTENER_PREFIX, '')) ??
    brokerDefinitions.get(name.replace(MECHANISM_PREFIX, ''))
  )
}
