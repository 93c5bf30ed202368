// The configs of client metrics subscriptions (KIP-714; Kafka: ClientMetricsConfigs).

import { ApiError } from '../api-error.ts'
import { clientMetricsTable } from './client-metrics-table.ts'
import { byName, ConfigError, normalize } from './definition.ts'
import type { Overrides } from './topic-configs.ts'

export const clientMetricsDefinitions = byName(clientMetricsTable)

const INTERVAL = 'interval.ms'
const MATCH = 'match'
const LEAST_INTERVAL = 100
const MOST_INTERVAL = 3_600_000

/** What a client can be told apart by. */
const MATCHABLE: ReadonlySet<string> = new Set([
  'client_instance_id',
  'client_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
])

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
  if (more === undefined && expression && MATCHABLE.has(key) && isExpression(expression)) return
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
