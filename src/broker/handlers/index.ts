// All handlers by API key: the one list.

import type { AnyHandler } from '../handler.ts'
import { handler as produce } from './00-produce.ts'
import { handler as fetch } from './01-fetch.ts'
import { handler as listOffsets } from './02-list-offsets.ts'
import { handler as metadata } from './03-metadata.ts'
import { handler as findCoordinator } from './10-find-coordinator.ts'
import { handler as apiVersions } from './18-api-versions.ts'
import { handler as createTopics } from './19-create-topics.ts'
import { handler as deleteTopics } from './20-delete-topics.ts'
import { handler as initProducerId } from './22-init-producer-id.ts'
import { handler as offsetForLeaderEpoch } from './23-offset-for-leader-epoch.ts'
import { handler as describeConfigs } from './32-describe-configs.ts'
import { handler as createPartitions } from './37-create-partitions.ts'
import { handler as describeCluster } from './60-describe-cluster.ts'
import { handler as describeTopicPartitions } from './75-describe-topic-partitions.ts'

const list: AnyHandler[] = [
  produce,
  fetch,
  listOffsets,
  metadata,
  findCoordinator,
  apiVersions,
  createTopics,
  deleteTopics,
  initProducerId,
  offsetForLeaderEpoch,
  describeConfigs,
  createPartitions,
  describeCluster,
  describeTopicPartitions,
]

export const handlers: ReadonlyMap<number, AnyHandler> = new Map(list.map((handler) => [handler.api.key, handler]))
