// The configs of client metrics subscriptions (KIP-714; Kafka: ClientMetricsConfigs).

import { ApiError } from '../api-error.ts'
import { Regex } from '../groups/consumer/regex/regex.ts'
import { RegexError } from '../groups/consumer/regex/syntax.ts'
import { clientMetricsTable } from './client-metrics-table.ts'
import { byName, ConfigError, normalize } from './definition.ts'
import type { Overrides } from './topic-configs.ts'

export const clientMetricsDefinitions = byName(clientMetricsTable)

const INTERVAL = 'interval.ms'
const MATCH = 'match'
const LEAST_INTERVAL = 100
const MOST_INTERVAL = 3_600_000

/** What a client can be told apart by. */
const MATCHABLE = [
  'client_instance_id',
  'client_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
] as const

/** A client's own values. */
export type ClientMatch = Readonly<Record<(typeof MATCHABLE)[number], string>>

/** A subscription: which clients shall push which metrics, and how often. */
export interface ClientMetrics {
  /** Beginnings of names; `*` for all. */
  readonly metrics: readonly string[]
  readonly intervalMs: number
  matches(client: ClientMatch): boolean
}

/** What a subscription with these values asks for. */
export function clientMetricsOf(values: Overrides): ClientMetrics {
  const setting = (name: string) => values.get(name) ?? clientMetricsDefinitions.get(name)?.default ?? ''
  const patterns = listOf(setting(MATCH)).map(patternOf)
  return {
    metrics: listOf(setting('metrics')),
    intervalMs: Number(setting(INTERVAL)),
    matches: (client) => patterns.every(([key, regex]) => regex?.matches(client[key]) ?? false),
  }
}

function listOf(value: string): string[] {
  return value
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

/** Without the expression where it can't be followed in bounded time: it matches nobody then. */
function patternOf(pattern: string): [key: keyof ClientMatch, regex: Regex | undefined] {
  const [key, expression] = pattern.split('=').map((each) => each.trim())
  try {
    return [key as keyof ClientMatch, new Regex(expression)]
  } catch (error) {
    if (error instanceof RegexError) return [key as keyof ClientMatch, undefined]
    throw error
  }
}

/** Throws an ApiError or a ConfigError unless a subscription may have these values. */
export function checkClientMetrics(values: Overrides): void {
  for (const [name, value] of values) {
    const definition = clientMetricsDefinitions.get(name)
    if (definition === undefined) {
      throw new ApiError('INVALID_REQUEST', `Unknown client metrics configuration: ${name}`)
    }
    const normal = normalize(definition, value)
    if (name === INTERVAL && (Number(normal) < LEAST_INTERVAL || Number(normal) > MOST_INTERVAL)) {
      throw new ApiError(
        'INVALID_REQUEST',
        `Invalid value ${normal} for ${INTERVAL}, interval must be between ${LEAST_INTERVAL} and ${MOST_INTERVAL} (1 hour)`,
      )
    }
    if (name === MATCH && value !== '') for (const pattern of value.split(',')) checkPattern(pattern.trim())
  }
}

function checkPattern(pattern: string): void {
  const [key, expression, more] = pattern.split('=').map((each) => each.trim())
  if (more === undefined && expression && (MATCHABLE as readonly string[]).includes(key) && isExpression(expression))
    return
  throw new ConfigError(`Illegal client matching pattern: ${pattern}`)
}

function isExpression(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}
