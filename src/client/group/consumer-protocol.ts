// What members of a group tell each other through the coordinator, which passes it on unread (protocol type 'consumer'):
//
//   subscription:  version int16 | topics | user data of the assignor | owned partitions (1+) | generation (2+) | rack (3+)
//   assignment:    version int16 | partitions by topic | user data
//
// A reader takes the fields of the versions it knows and leaves out what follows them, so newer members can be read too.

import type { Message } from '../../protocol/api.ts'
import { ProtocolError } from '../../protocol/errors.ts'
import { Reader } from '../../protocol/reader.ts'
import { consumerProtocolAssignment, consumerProtocolSubscription } from '../../protocol/stored/data.ts'
import { Writer } from '../../protocol/writer.ts'
import { byTopic, type PartitionName } from './partitions.ts'

export const PROTOCOL_TYPE = 'consumer'

/** Kafka's ConsumerPartitionAssignor.Subscription. */
export interface Subscription {
  topics: readonly string[]
  /** What the assignor wants to know of its member. */
  userData: Buffer | null
  /** What the member still reads while it joins: cooperative members keep their partitions. */
  owned: readonly PartitionName[]
  /** The generation in which it came to own them, -1 where that is not told. */
  generation: number
  rackId: string | null
}

export function encodeSubscription({ topics, userData, owned, generation, rackId }: Subscription): Buffer {
  return encode(consumerProtocolSubscription, {
    topics: [...topics].sort(),
    userData,
    ownedPartitions: topicRows(owned),
    generationId: generation,
    rackId,
  })
}

/** Throws a ProtocolError for bytes that are no subscription. */
export function decodeSubscription(bytes: Buffer): Subscription {
  const { topics, userData, ownedPartitions, generationId, rackId } = decode(consumerProtocolSubscription, bytes)
  return { topics, userData, owned: names(ownedPartitions), generation: generationId, rackId }
}

export function encodeAssignment(partitions: readonly PartitionName[]): Buffer {
  return encode(consumerProtocolAssignment, { assignedPartitions: topicRows(partitions), userData: null })
}

/** A leader that had nothing for a member may have sent nothing at all. Throws a ProtocolError for other bytes. */
export function decodeAssignment(bytes: Buffer): PartitionName[] {
  return bytes.length === 0 ? [] : names(decode(consumerProtocolAssignment, bytes).assignedPartitions)
}

interface TopicRow {
  topic: string
  partitions: number[]
}

function topicRows(partitions: readonly PartitionName[]): TopicRow[] {
  return [...byTopic(partitions)].map(([topic, numbers]) => ({ topic, partitions: numbers }))
}

function names(rows: readonly TopicRow[]): PartitionName[] {
  return rows.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
}

function encode<T>(message: Message<T>, value: Parameters<Message<T>['write']>[1]): Buffer {
  const writer = new Writer()
  const version = message.schema.versions[1]
  writer.int16(version)
  message.write(writer, value, version)
  return writer.concat()
}

function decode<T>(message: Message<T>, bytes: Buffer): T {
  const reader = new Reader(bytes)
  const version = reader.int16()
  if (version < 0) throw new ProtocolError(`${message.schema.name} has no version ${version}`)
  return message.read(reader, Math.min(version, message.schema.versions[1]))
}
