// The configs of a group. Generated from Apache Kafka 4.3.1 by scripts/generate-configs.ts; do not edit.

import type { ConfigDefinition } from './definition.ts'

// biome-ignore format: one line for each
export const groupTable: readonly ConfigDefinition[] = [
  { name: 'consumer.assignment.interval.ms', type: 'INT', default: '1000', rule: { min: 0 }, synonyms: ['group.consumer.assignment.interval.ms'] },
  { name: 'consumer.heartbeat.interval.ms', type: 'INT', default: '5000', rule: { min: 1 }, synonyms: ['group.consumer.heartbeat.interval.ms'] },
  { name: 'consumer.session.timeout.ms', type: 'INT', default: '45000', rule: { min: 1 }, synonyms: ['group.consumer.session.timeout.ms'] },
  { name: 'share.assignment.interval.ms', type: 'INT', default: '1000', rule: { min: 0 }, synonyms: ['group.share.assignment.interval.ms'] },
  { name: 'share.auto.offset.reset', type: 'STRING', default: 'latest' },
  { name: 'share.delivery.count.limit', type: 'INT', default: '5', rule: { min: 2 }, synonyms: ['group.share.delivery.count.limit'] },
  { name: 'share.heartbeat.interval.ms', type: 'INT', default: '5000', rule: { min: 1 }, synonyms: ['group.share.heartbeat.interval.ms'] },
  { name: 'share.isolation.level', type: 'STRING', default: 'read_uncommitted', rule: { oneOf: ['read_committed', 'read_uncommitted'] } },
  { name: 'share.partition.max.record.locks', type: 'INT', default: '2000', rule: { min: 100 }, synonyms: ['group.share.partition.max.record.locks'] },
  { name: 'share.record.lock.duration.ms', type: 'INT', default: '30000', rule: { min: 1000 }, synonyms: ['group.share.record.lock.duration.ms'] },
  { name: 'share.renew.acknowledge.enable', type: 'BOOLEAN', default: 'true' },
  { name: 'share.session.timeout.ms', type: 'INT', default: '45000', rule: { min: 1 }, synonyms: ['group.share.session.timeout.ms'] },
  { name: 'streams.assignment.interval.ms', type: 'INT', default: '1000', rule: { min: 0 }, synonyms: ['group.streams.assignment.interval.ms'] },
  { name: 'streams.heartbeat.interval.ms', type: 'INT', default: '5000', rule: { min: 1 }, synonyms: ['group.streams.heartbeat.interval.ms'] },
  { name: 'streams.initial.rebalance.delay.ms', type: 'INT', default: '3000', rule: { min: 0 }, synonyms: ['group.streams.initial.rebalance.delay.ms'] },
  { name: 'streams.num.standby.replicas', type: 'INT', default: '0', rule: { min: 0 }, synonyms: ['group.streams.num.standby.replicas'] },
  { name: 'streams.session.timeout.ms', type: 'INT', default: '45000', rule: { min: 1 }, synonyms: ['group.streams.session.timeout.ms'] },
]
