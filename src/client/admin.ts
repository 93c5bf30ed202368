// Administration of topics and configs, on one object at hand for commands and tests; what it does is in admin/, a file an
// area. The areas that only an operator's commands need are functions of the cluster there, loaded with the command.

import {
  alterConfigs,
  type ConfigOperation,
  type DescribeConfigsOptions,
  describeConfigs,
  type ResourceType,
  topicConfig,
} from './admin/configs.ts'
import { describeTopics } from './admin/describe-topics.ts'
import {
  createPartitions,
  createTopics,
  deleteTopics,
  listTopics,
  type NewPartitions,
  type NewTopic,
} from './admin/topics.ts'
import type { Cluster } from './cluster.ts'

interface ValidateOnly {
  /** The brokers only check, and change nothing. */
  validateOnly?: boolean
}

export class Admin {
  private readonly cluster: Cluster

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  listTopics() {
    return listTopics(this.cluster)
  }

  describeTopics(names?: readonly string[]) {
    return describeTopics(this.cluster, names)
  }

  createTopics(topics: readonly NewTopic[], options?: ValidateOnly) {
    return createTopics(this.cluster, topics, options)
  }

  deleteTopics(names: readonly string[]) {
    return deleteTopics(this.cluster, names)
  }

  createPartitions(topics: readonly NewPartitions[], options?: ValidateOnly) {
    return createPartitions(this.cluster, topics, options)
  }

  describeConfigs(type: ResourceType, names: readonly string[], options?: DescribeConfigsOptions) {
    return describeConfigs(this.cluster, type, names, options)
  }

  alterConfigs(type: ResourceType, changes: ReadonlyMap<string, readonly ConfigOperation[]>, options?: ValidateOnly) {
    return alterConfigs(this.cluster, type, changes, options)
  }

  topicConfig(topic: string, name: string) {
    return topicConfig(this.cluster, topic, name)
  }
}
