// Snapshots of the metadata log: `<end offset>-<epoch>.checkpoint` beside it (20 and 10 digits), with
//
//   control batch SnapshotHeader · control batches KRaftVersion, KRaftVoters · batches of metadata records ·
//   control batch SnapshotFooter
//
// that add up to everything before the end offset. One without its footer was not finished and does not count. (KIP-630.)

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CorruptError } from '../errors.ts'
import { snapshotFooterRecord, snapshotHeaderRecord } from '../protocol/stored/data.ts'
import { Writer } from '../protocol/writer.ts'
import { batches, isControl, isValid, lastOffsetDelta, setBaseOffset } from '../records/batch.ts'
import { BatchBuilder } from '../records/builder.ts'
import { buildControlBatch, ControlType, readControlType } from '../records/control.ts'
import { RecordCursor } from '../records/cursor.ts'
import { replaceFile } from '../storage/atomic-file.ts'
import type { MetadataRecord } from './metadata-image.ts'
import { decodeMetadataBatch, decodeQuorumRecords, encodeMetadataBatch, type QuorumRecord } from './metadata-records.ts'

export interface SnapshotId {
  /** Offset after the last record that is in it. */
  endOffset: number
  epoch: number
}

const NAME = /^(\d{20})-(\d{10})\.checkpoint$/
const RECORDS_PER_BATCH = 1000
const CONTROL_BYTES = 1024

/** The snapshots in a folder, newest first. */
export function findSnapshots(dir: string): (SnapshotId & { path: string })[] {
  return readdirSync(dir)
    .flatMap((name) => {
      const match = NAME.exec(name)
      return match === null ? [] : [{ endOffset: Number(match[1]), epoch: Number(match[2]), path: join(dir, name) }]
    })
    .sort((a, b) => b.endOffset - a.endOffset || b.epoch - a.epoch)
}

export interface Snapshot {
  records: MetadataRecord[]
  quorum: QuorumRecord[]
}

/** What is in a snapshot. Throws a CorruptError. */
export function readSnapshot(path: string): Snapshot {
  const bytes = readFileSync(path)
  const records: MetadataRecord[] = []
  const quorum: QuorumRecord[] = []
  const cursor = new RecordCursor()
  let finished = false
  for (const at of batches(bytes)) {
    if (!isValid(bytes, at)) throw new CorruptError(`the snapshot ${path} is damaged at byte ${at}`)
    if (isControl(bytes, at)) {
      cursor.open(bytes, at)
      finished = cursor.next() && readControlType(cursor) === ControlType.SNAPSHOT_FOOTER
    }
    quorum.push(...decodeQuorumRecords(bytes, at))
    for (const record of decodeMetadataBatch(bytes, at)) records.push(record)
  }
  if (!finished) throw new CorruptError(`the snapshot ${path} has no end`)
  return { records, quorum }
}

/** Writes a snapshot durably. */
export async function writeSnapshot(
  dir: string,
  id: SnapshotId,
  { records, quorum }: Snapshot,
  now: number,
): Promise<void> {
  const { endOffset, epoch } = id
  const pieces: Buffer[] = []
  let offset = 0
  const add = (batch: Buffer) => {
    setBaseOffset(batch, 0, offset)
    offset += lastOffsetDelta(batch, 0) + 1
    pieces.push(batch)
  }
  const addControl = (type: ControlType, write: (writer: Writer) => void) => {
    const writer = new Writer()
    write(writer)
    const fields = { partitionLeaderEpoch: epoch }
    add(buildControlBatch(new BatchBuilder(CONTROL_BYTES), type, writer.concat(), now, fields))
  }
  addControl(ControlType.SNAPSHOT_HEADER, (writer) => {
    snapshotHeaderRecord.write(writer, { version: 0, lastContainedLogTimestamp: now }, 0)
  })
  for (const { type, value } of quorum) addControl(type, (writer) => writer.raw(value))
  for (let at = 0; at < records.length; at += RECORDS_PER_BATCH) {
    add(encodeMetadataBatch(records.slice(at, at + RECORDS_PER_BATCH), epoch, now))
  }
  addControl(ControlType.SNAPSHOT_FOOTER, (writer) => snapshotFooterRecord.write(writer, { version: 0 }, 0))
  const name = `${String(endOffset).padStart(20, '0')}-${String(epoch).padStart(10, '0')}.checkpoint`
  await replaceFile(join(dir, name), Buffer.concat(pieces))
}
