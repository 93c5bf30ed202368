// What consumers say inside the classic protocol (Kafka: ConsumerProtocol): a version, then the message. Newer versions only
// append, so one that is not known is read as the newest that is.

import type { Message } from '../../../protocol/api.ts'
import { ProtocolError } from '../../../protocol/errors.ts'
import { Reader } from '../../../protocol/reader.ts'
import { consumerProtocolAssignment, consumerProtocolSubscription } from '../../../protocol/stored/data.ts'
import { Writer } from '../../../protocol/writer.ts'
import type { Assignment } from './assignment.ts'
import type { Topics } from './topics.ts'

export interface Subscription {
  readonly topics: readonly string[]
  readonly owned: readonly { readonly topic: string; readonly partitions: readonly number[] }[]
  readonly rackId: string | null
}

/** Throws a ProtocolError for bytes that are no subscription. */
export function decodeSubscription(bytes: Buffer): Subscription {
  const { topics, ownedPartitions, rackId } = decode(consumerProtocolSubscription, bytes)
  return { topics, owned: ownedPartitions, rackId }
}

/** Partitions by topic id; those of topics that are gone are left out. Throws a ProtocolError. */
export function decodeAssignment(bytes: Buffer, topics: Topics): { assignment: Assignment; hasUserData: boolean } {
  if (bytes.length === 0) return { assignment: new Map(), hasUserData: false }
  const { assignedPartitions, userData } = decode(consumerProtocolAssignment, bytes)
  const assignment = new Map<string, ReadonlySet<number>>()
  for (const { topic, partitions } of assignedPartitions) {
    const id = topics.named(topic)?.id
    if (id !== undefined) assignment.set(id, new Set(partitions))
  }
  return { assignment, hasUserData: (userData?.length ?? 0) > 0 }
}

/** In the version of the member's subscription. */
export function encodeAssignment(
  assignment: ReadonlyMap<string, { keys(): IterableIterator<number> }>,
  topics: Topics,
  subscription: Buffer,
): Buffer {
  const version = Math.min(subscription.readInt16BE(), consumerProtocolAssignment.schema.versions[1])
  const assignedPartitions = [...assignment].flatMap(([topicId, partitions]) => {
    const topic = topics.withId(topicId)?.name
    return topic === undefined ? [] : [{ topic, partitions: [...partitions.keys()] }]
  })
  const writer = new Writer()
  writer.int16(version)
  consumerProtocolAssignment.write(writer, { assignedPartitions, userData: null }, version)
  return writer.concat()
}

function decode<T>(message: Message<T>, bytes: Buffer): T {
  const reader = new Reader(bytes)
  const version = reader.int16()
  if (version < 0) throw new ProtocolError(`${message.schema.name} has no version ${version}`)
  return message.read(reader, Math.min(version, message.schema.versions[1]))
}
