// How the topics that Kafka itself writes are made: partitions and configs from the broker's configs.

import type { BrokerConfigs } from './configs/broker-configs.ts'
import { GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC } from './topic-names.ts'

export interface InternalTopic {
  partitions: number
  configs: Record<string, string>
}

export function internalTopicConfigs(name: string, configs: BrokerConfigs): InternalTopic {
  if (name === GROUP_METADATA_TOPIC) {
    return {
      partitions: configs.number('offsets.topic.num.partitions'),
      configs: {
        'cleanup.policy': 'compact',
        'compression.type': 'producer',
        'segment.bytes': String(configs.get('offsets.topic.segment.bytes')),
      },
    }
  }
  if (name === TRANSACTION_STATE_TOPIC) {
    return {
      partitions: configs.number('transaction.state.log.num.partitions'),
      configs: {
        'cleanup.policy': 'compact',
        'compression.type': 'uncompressed',
        'min.insync.replicas': String(configs.get('transaction.state.log.min.isr')),
        'segment.bytes': String(configs.get('transaction.state.log.segment.bytes')),
        'unclean.leader.election.enable': 'false',
      },
    }
  }
  return {
    partitions: configs.number('share.coordinator.state.topic.num.partitions'),
    configs: {
      'cleanup.policy': 'delete',
      'compression.type': 'producer',
      'min.insync.replicas': String(configs.get('share.coordinator.state.topic.min.isr')),
      'retention.ms': '-1',
      'segment.bytes': String(configs.get('share.coordinator.state.topic.segment.bytes')),
    },
  }
}
