// What the parts of the consumer protocol share: the groups, where their records go, configs, topics.

import type { BrokerConfigs } from '../../configs/broker-configs.ts'
import type { GroupRecord } from '../records.ts'
import type { ServerAssignor } from './assignors/assignor.ts'
import type { Expressions } from './expressions.ts'
import type { ConsumerGroup } from './group.ts'
import type { ConsumerMember } from './member.ts'
import type { Topics } from './topics.ts'

export interface ConsumerGroupContext {
  readonly configs: BrokerConfigs
  readonly topics: Topics
  readonly expressions: Expressions
  now(): number
  note(text: string): void
  /** Does what nobody waits for; a failure is reported. */
  quietly(work: () => Promise<void> | undefined): void
  find(groupId: string): ConsumerGroup | undefined
  /** Throws GROUP_ID_NOT_FOUND, in words that begin with `what`. */
  groupOf(groupId: string, what?: string): ConsumerGroup
  /**
   * The group that a member joins, or a draft of it with the records that make it: there was none, or a classic one. Throws
   * GROUP_ID_NOT_FOUND where a classic group can't become a consumer group.
   */
  groupToJoin(groupId: string, records: GroupRecord[]): ConsumerGroup
  /** Writes records and takes them in. Throws an ApiError. Resolves when they are kept. */
  write(groupId: string, records: readonly GroupRecord[]): Promise<void> | undefined
  /** Makes a classic group of it, where without these members all others are classic ones. Whether it did. */
  downgrade(group: ConsumerGroup, leaving: readonly ConsumerMember[]): boolean
  /** A config of the group, within the broker's bounds, or the broker's own. */
  groupConfig(groupId: string, name: string): number
  /** The assignor of this name, or the default one. */
  assignor(name: string | undefined): ServerAssignor
}
