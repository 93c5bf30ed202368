// Groups and offsets as records of __consumer_offsets: a key of `type int16 · key`, a value of `version int16 · value`; no
// value takes the key's entry away. Type 1 (0 in old ones) is an offset, type 2 a group.

import { Reader } from '../../protocol/reader.ts'
import {
  type GroupMetadataValue,
  groupMetadataKey,
  groupMetadataValue,
  offsetCommitKey,
  offsetCommitValue,
} from '../../protocol/stored/group-metadata.ts'
import { Writer } from '../../protocol/writer.ts'
import type { StoredRecord } from '../coordinator-log.ts'
import type { CommittedOffset, Group } from './group.ts'

const OFFSET_TYPE = 1
const GROUP_TYPE = 2
/** The versions that Kafka 4.3 writes. */
const OFFSET_VERSION = 3
const GROUP_VERSION = 3

function keyed(type: number, write: (writer: Writer) => void): Buffer {
  const writer = new Writer(64)
  writer.int16(type)
  write(writer)
  return writer.concat()
}

function offsetKey(group: string, topic: string, partition: number): Buffer {
  return keyed(OFFSET_TYPE, (writer) => offsetCommitKey.write(writer, { group, topic, partition }, 0))
}

export function offsetRecord(group: string, topic: string, partition: number, value: CommittedOffset): StoredRecord {
  // A time of its own to expire at, which only old clients give, has its place in version 1 alone.
  const version = value.expireTimestamp === -1 ? OFFSET_VERSION : 1
  return {
    key: offsetKey(group, topic, partition),
    value: keyed(version, (writer) => offsetCommitValue.write(writer, value, version)),
  }
}

export function offsetTombstone(group: string, topic: string, partition: number): StoredRecord {
  return { key: offsetKey(group, topic, partition), value: null }
}

export function groupRecord(group: Group): StoredRecord {
  const value = {
    protocolType: group.protocolType ?? '',
    generation: group.generation,
    protocol: group.protocolName,
    leader: group.leaderId,
    currentStateTimestamp: group.stateSince,
    members: [...group.members.values()].map((member) => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: group.metadataOf(member),
      assignment: member.assignment,
    })),
  }
  return {
    key: keyed(GROUP_TYPE, (writer) => groupMetadataKey.write(writer, { group: group.id }, 0)),
    value: keyed(GROUP_VERSION, (writer) => groupMetadataValue.write(writer, value, GROUP_VERSION)),
  }
}

export function groupTombstone(group: string): StoredRecord {
  return { key: keyed(GROUP_TYPE, (writer) => groupMetadataKey.write(writer, { group }, 0)), value: null }
}

export type DecodedRecord =
  | { type: 'offset'; group: string; topic: string; partition: number; value: CommittedOffset | null }
  | { type: 'group'; group: string; value: GroupMetadataValue | null }

/** Undefined for a record of a kind that is not kept here. Throws a ProtocolError for one that can't be read. */
export function decodeGroupRecord(key: Buffer, value: Buffer | null): DecodedRecord | undefined {
  const keyReader = new Reader(key)
  const type = keyReader.int16()
  if (type === 0 || type === OFFSET_TYPE) {
    const { group, topic, partition } = offsetCommitKey.read(keyReader, 0)
    return { type: 'offset', group, topic, partition, value: value === null ? null : decode(value, offsetCommitValue) }
  }
  if (type === GROUP_TYPE) {
    const { group } = groupMetadataKey.read(keyReader, 0)
    return { type: 'group', group, value: value === null ? null : decode(value, groupMetadataValue) }
  }
  return undefined
}

function decode<T>(value: Buffer, message: { read(reader: Reader, version: number): T }): T {
  const reader = new Reader(value)
  return message.read(reader, reader.int16())
}
