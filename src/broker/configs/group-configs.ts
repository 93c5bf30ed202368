// The configs of groups, each within the bounds that the broker's configs set. (Kafka: GroupConfig.)

import { type BrokerConfigs, brokerDefinitions } from './broker-configs.ts'
import { byName, ConfigError, normalize } from './definition.ts'
import { groupTable } from './group-table.ts'
import type { Overrides } from './topic-configs.ts'

export const groupDefinitions = byName(groupTable)

const OFFSET_RESET = 'share.auto.offset.reset'
/** Group types whose members beat. */
const TYPES = ['consumer', 'share', 'streams']

/** Throws a ConfigError, with Kafka's text, unless a group may have these values. */
export function checkGroupConfigs(values: Overrides, broker: BrokerConfigs): void {
  for (const name of values.keys()) {
    if (!groupDefinitions.has(name)) throw new ConfigError(`Unknown group config name: ${name}`)
  }
  const normal = new Map<string, string>()
  for (const definition of groupDefinitions.values()) {
    const value = values.get(definition.name)
    if (value === undefined) continue
    normal.set(definition.name, normalize(definition, value))
    if (definition.name === OFFSET_RESET) checkOffsetReset(value)
  }
  for (const [name, value] of normal) checkBounds(name, Number(value), broker)
  const effective = (name: string) => Number(normal.get(name) ?? broker.get(`group.${name}`))
  for (const type of TYPES) {
    const session = `${type}.session.timeout.ms`
    const heartbeat = `${type}.heartbeat.interval.ms`
    if (effective(session) <= effective(heartbeat)) {
      throw new ConfigError(`${session} must be greater than ${heartbeat}`)
    }
  }
}

/** The effective value of a number: the group's own within the broker's bounds, which may have changed since, or the broker's. */
export function groupConfig(name: string, overrides: Overrides, broker: BrokerConfigs): number {
  const own = overrides.get(name)
  if (own === undefined) return broker.number(`group.${name}`)
  const { least, most } = boundsOf(name)
  let value = Number(own)
  if (brokerDefinitions.has(least)) value = Math.max(value, broker.number(least))
  if (brokerDefinitions.has(most)) value = Math.min(value, broker.number(most))
  return value
}

/** Bounds are named as the config is, with min or max after the group type: group.consumer.min.session.timeout.ms. */
function boundsOf(name: string): { least: string; most: string } {
  const dot = name.indexOf('.')
  const bound = (which: string) => `group.${name.slice(0, dot)}.${which}${name.slice(dot).replace(/^\.num\./, '.')}`
  return { least: bound('min'), most: bound('max') }
}

function checkBounds(name: string, value: number, broker: BrokerConfigs): void {
  const { least, most } = boundsOf(name)
  if (brokerDefinitions.has(least) && value < broker.number(least)) {
    throw new ConfigError(`${name} must be greater than or equal to ${least}`)
  }
  if (brokerDefinitions.has(most) && value > broker.number(most)) {
    throw new ConfigError(`${name} must be less than or equal to ${most}`)
  }
}

function checkOffsetReset(value: string): void {
  if (/^(?:earliest|latest|by_duration:P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?)$/i.test(value))
    return
  throw new ConfigError(
    `Invalid value ${value} for configuration ${OFFSET_RESET}: Invalid value \`${value}\` for configuration ${OFFSET_RESET}. ` +
      "The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.",
  )
}
