// Groups and offsets as records of __consumer_offsets: a key of `type int16 · key`, a value of `version int16 · value`; no
// value takes the key's entry away. Records of kinds that this broker has no groups for are read over.

import { Reader } from '../../protocol/reader.ts'
import {
  type ConsumerGroupCurrentMemberAssignmentKey,
  type ConsumerGroupCurrentMemberAssignmentValue,
  type ConsumerGroupMemberMetadataKey,
  type ConsumerGroupMemberMetadataValue,
  type ConsumerGroupMetadataKey,
  type ConsumerGroupMetadataValue,
  type ConsumerGroupPartitionMetadataKey,
  type ConsumerGroupRegularExpressionKey,
  type ConsumerGroupRegularExpressionValue,
  type ConsumerGroupTargetAssignmentMemberKey,
  type ConsumerGroupTargetAssignmentMemberValue,
  type ConsumerGroupTargetAssignmentMetadataKey,
  type ConsumerGroupTargetAssignmentMetadataValue,
  type GroupMetadataKey,
  type GroupMetadataValue,
  type OffsetCommitKey,
  type OffsetCommitValue,
  recordTypes,
} from '../../protocol/stored/group-metadata.ts'
import { Writer } from '../../protocol/writer.ts'
import type { StoredRecord } from '../coordinator-log.ts'

export type GroupRecord =
  | Entry<'offset', OffsetCommitKey, OffsetCommitValue>
  | Entry<'classic', GroupMetadataKey, GroupMetadataValue>
  | ConsumerGroupRecord

export type ConsumerGroupRecord =
  | Entry<'epoch', ConsumerGroupMetadataKey, ConsumerGroupMetadataValue>
  /** What Kafka before 4.1 knew of the topics; never written. */
  | Entry<'partitionMetadata', ConsumerGroupPartitionMetadataKey, object>
  | Entry<'member', ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue>
  | Entry<'targetEpoch', ConsumerGroupTargetAssignmentMetadataKey, ConsumerGroupTargetAssignmentMetadataValue>
  | Entry<'target', ConsumerGroupTargetAssignmentMemberKey, ConsumerGroupTargetAssignmentMemberValue>
  | Entry<'current', ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue>
  | Entry<'expression', ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionValue>

interface Entry<Type extends string, Key, Value> {
  readonly type: Type
  readonly key: Key
  /** null: the entry is gone. */
  readonly value: Value | null
}

type Type = GroupRecord['type']

const TYPE_NUMBERS: Readonly<Record<Type, number>> = {
  offset: 1,
  classic: 2,
  epoch: 3,
  partitionMetadata: 4,
  member: 5,
  targetEpoch: 6,
  target: 7,
  current: 8,
  expression: 16,
}
/** Of offsets that are older than their time. */
const LEGACY_OFFSET = 0

const TYPES: ReadonlyMap<number, Type> = new Map([
  ...Object.entries(TYPE_NUMBERS).map(([type, number]) => [number, type as Type] as const),
  [LEGACY_OFFSET, 'offset'],
])

export function encodeRecord(record: GroupRecord): StoredRecord {
  const number = TYPE_NUMBERS[record.type]
  const schema = recordTypes.get(number) as NonNullable<ReturnType<typeof recordTypes.get>>
  const key = framed(number, (writer) => schema.key.write(writer, record.key, 0))
  if (record.value === null) return { key, value: null }
  const version = valueVersion(record)
  return { key, value: framed(version, (writer) => schema.value.write(writer, record.value, version)) }
}

/** The versions that Kafka 4.3 writes. */
function valueVersion(record: GroupRecord): number {
  if (record.type === 'classic') return 3
  if (record.type !== 'offset') return 0
  // A time of its own to expire at, which only old clients give, has its place in version 1 alone.
  return record.value?.expireTimestamp === -1 ? 4 : 1
}

/** Undefined for a record of a kind that is not kept here. Throws a ProtocolError for one that can't be read. */
export function decodeRecord(key: Buffer, value: Buffer | null): GroupRecord | undefined {
  const keyReader = new Reader(key)
  const type = TYPES.get(keyReader.int16())
  if (type === undefined) return undefined
  const schema = recordTypes.get(TYPE_NUMBERS[type]) as NonNullable<ReturnType<typeof recordTypes.get>>
  const readKey = schema.key.read(keyReader, 0)
  if (value === null) return { type, key: readKey, value: null }
  const reader = new Reader(value)
  return { type, key: readKey, value: schema.value.read(reader, reader.int16()) } as GroupRecord
}

function framed(number: number, write: (writer: Writer) => void): Buffer {
  const writer = new Writer(64)
  writer.int16(number)
  write(writer)
  return writer.concat()
}
