// The control records of KRaft as JSON.

import type { Message } from '../../protocol/api.ts'
import { messageJson } from '../../protocol/json.ts'
import { Reader } from '../../protocol/reader.ts'
import {
  kRaftVersionRecord,
  leaderChangeMessage,
  snapshotFooterRecord,
  snapshotHeaderRecord,
  votersRecord,
} from '../../protocol/stored/data.ts'
import { ControlType } from '../../records/control.ts'
import type { RecordCursor } from '../../records/cursor.ts'

// biome-ignore lint/suspicious/noExplicitAny: a record of whatever type
type AnyMessage = Message<any>

const controlMessages: ReadonlyMap<number, { title: string; message: AnyMessage }> = new Map<
  number,
  { title: string; message: AnyMessage }
>([
  [ControlType.LEADER_CHANGE, { title: 'LeaderChange', message: leaderChangeMessage }],
  [ControlType.SNAPSHOT_HEADER, { title: 'SnapshotHeader', message: snapshotHeaderRecord }],
  [ControlType.SNAPSHOT_FOOTER, { title: 'SnapshotFooter', message: snapshotFooterRecord }],
  [ControlType.KRAFT_VERSION, { title: 'KRaftVersion', message: kRaftVersionRecord }],
  [ControlType.KRAFT_VOTERS, { title: 'KRaftVoters', message: votersRecord }],
])

/** The value of a control record of KRaft; its version is its first field. Undefined for other types. */
export function controlJson(type: number, cursor: RecordCursor): { title: string; json: string } | undefined {
  const known = controlMessages.get(type)
  if (known === undefined || cursor.valueStart < 0) return undefined
  const { title, message } = known
  const reader = new Reader(cursor.bytes, cursor.valueStart, cursor.valueEnd)
  const version = cursor.bytes.readInt16BE(cursor.valueStart)
  return { title, json: messageJson(message.schema, version, message.read(reader, version)) }
}
