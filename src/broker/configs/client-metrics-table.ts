// The configs of a client metrics subscription. Generated from Apache Kafka 4.3.1 by scripts/generate-configs.ts; do not edit.

import type { ConfigDefinition } from './definition.ts'

// biome-ignore format: one line for each
export const clientMetricsTable: readonly ConfigDefinition[] = [
  { name: 'interval.ms', type: 'INT', default: '300000' },
  { name: 'match', type: 'LIST', default: '', rule: { list: [] } },
  { name: 'metrics', type: 'LIST', default: '', rule: { list: [] } },
]
