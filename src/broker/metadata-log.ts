// The metadata log: the records of __cluster_metadata-0 in the data directory, as a single-node Kafka keeps them, and the
// image that they add up to. What Kafka wrote is read (snapshots, transactions of records, changes of partitions), and a
// Kafka that is started on the directory later reads what is written here.
//
//   <end offset>-<epoch>.checkpoint   newest snapshot ─┐
//   <base offset>.log …               batches after it ─┴─> image          append: batch -> log, records -> image

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CorruptError } from '../errors.ts'
import { lastOffset, sizeInBytes } from '../records/batch.ts'
import { replaceFileSync } from '../storage/atomic-file.ts'
import type { Log } from '../storage/log.ts'
import { bootstrapRecords } from './features.ts'
import { MetadataImage, type MetadataRecord, RecordType } from './metadata-image.ts'
import { decodeMetadataBatch, decodeQuorumRecords, encodeMetadataBatch, type QuorumRecord } from './metadata-records.ts'
import { findSnapshots, readSnapshot, writeSnapshot } from './metadata-snapshot.ts'

const READ_BYTES = 4 << 20
/** In a batch that is read back one record more than this would be refused by Kafka. */
const MAX_RECORDS_PER_BATCH = 10_000

export interface MetadataLogOptions {
  now: () => number
  /** metadata.log.max.record.bytes.between.snapshots: a snapshot is due after so many bytes of log. */
  snapshotAfterBytes: number
}

export class MetadataLog {
  readonly image = new MetadataImage()
  private readonly log: Log
  /** Of the leader of its quorum: this node. */
  readonly epoch: number
  private readonly now: () => number
  private readonly snapshotAfterBytes: number
  private bytesSinceSnapshot = 0
  /** Records of a transaction whose end has not been read yet. */
  private pending: MetadataRecord[] | undefined

  private constructor(log: Log, epoch: number, { now, snapshotAfterBytes }: MetadataLogOptions) {
    this.log = log
    this.epoch = epoch
    this.now = now
    this.snapshotAfterBytes = snapshotAfterBytes
  }

  /** Reads the log, or begins a fresh one with Kafka's first records. Throws a CorruptError where it does not add up. */
  static read(log: Log, nodeId: number, options: MetadataLogOptions): MetadataLog {
    const epoch = Math.max(
      1,
      log.epochs.latest?.epoch ?? 0,
      findSnapshots(log.dir)[0]?.epoch ?? 0,
      readElectedEpoch(log.dir),
    )
    const metadata = new MetadataLog(log, epoch, options)
    metadata.load()
    writeQuorumState(log.dir, nodeId, epoch)
    return metadata
  }

  /** Offset of the next record. */
  get endOffset(): number {
    return this.log.endOffset
  }

  /** Writes the records as one batch and adds them to the image. They are durable after `flush`. */
  append(records: readonly MetadataRecord[]): void {
    for (let at = 0; at < records.length; at += MAX_RECORDS_PER_BATCH) {
      this.appendBatch(records.slice(at, at + MAX_RECORDS_PER_BATCH))
    }
  }

  /** Whether everything that was appended is on the disk. */
  get isDurable(): boolean {
    return this.log.recoveryPoint >= this.log.endOffset
  }

  /** Resolves when everything that was appended is on the disk, whoever appended it. Rejects with a StorageError. */
  async flush(): Promise<void> {
    if (this.isDurable) return
    await this.log.flush()
    if (this.bytesSinceSnapshot > this.snapshotAfterBytes) await this.snapshot()
  }

  /** Writes the image as a snapshot and lets go of what lies before it. */
  async snapshot(): Promise<void> {
    const { log } = this
    const { dir } = log
    const older = findSnapshots(dir)
    const id = { endOffset: log.endOffset, epoch: this.epoch }
    if (older[0]?.endOffset === id.endOffset) return
    this.bytesSinceSnapshot = 0
    log.roll()
    await writeSnapshot(dir, id, { records: this.image.records(), quorum: this.image.quorumRecords }, this.now())
    const covered = log.segments.all.filter(({ baseOffset }) => baseOffset < id.endOffset)
    log.deleteSegments(covered, `the snapshot at ${id.endOffset} has them`)
    for (const { path } of older) rmSync(path, { force: true })
  }

  private appendBatch(records: readonly MetadataRecord[]): void {
    const batch = encodeMetadataBatch(records, this.epoch, this.now())
    this.log.append(batch, { origin: 'raft', leaderEpoch: this.epoch })
    this.bytesSinceSnapshot += batch.length
    for (const record of records) this.image.replay(record)
  }

  private load(): void {
    const { log } = this
    const snapshot = findSnapshots(log.dir)[0]
    if (snapshot !== undefined) {
      const { records, quorum } = readSnapshot(snapshot.path)
      this.replayQuorum(quorum)
      for (const record of records) this.replay(record)
      if (log.endOffset < snapshot.endOffset) log.truncateFullyAndStartAt(snapshot.endOffset)
    }
    let offset = snapshot?.endOffset ?? 0
    if (log.startOffset > offset) {
      throw new CorruptError(`${log.dir} begins at offset ${log.startOffset}, and no snapshot has what came before`, {
        hint: 'bring back the .checkpoint file of that offset, or start with another data directory',
      })
    }
    while (offset < log.endOffset) {
      const { records, nextOffset } = log.read(offset, READ_BYTES, { isolation: 'logEnd' })
      for (let at = 0; at < records.length; at += sizeInBytes(records, at)) {
        if (lastOffset(records, at) < offset) continue
        this.bytesSinceSnapshot += sizeInBytes(records, at)
        this.replayQuorum(decodeQuorumRecords(records, at))
        for (const record of decodeMetadataBatch(records, at)) this.replay(record)
      }
      offset = nextOffset
    }
    if (this.pending !== undefined) {
      // Its writer is gone; left open, it would swallow what follows.
      this.pending = undefined
      this.appendBatch([
        { type: RecordType.abortTransaction, version: 0, value: { reason: 'its controller has gone' } },
      ])
    }
    if (log.endOffset === 0) this.append(bootstrapRecords())
  }

  private replayQuorum(records: readonly QuorumRecord[]): void {
    for (const { type, value } of records) this.image.quorum.set(type, value)
  }

  private replay(record: MetadataRecord): void {
    if (record.type === RecordType.beginTransaction) this.pending = []
    else if (record.type === RecordType.abortTransaction) this.pending = undefined
    else if (record.type === RecordType.endTransaction) {
      for (const each of this.pending ?? []) this.image.replay(each)
      this.pending = undefined
    } else if (this.pending !== undefined) this.pending.push(record)
    else this.image.replay(record)
  }
}

const QUORUM_STATE = 'quorum-state'

/** The epoch of the last election that is on record; 0 without one. */
function readElectedEpoch(dir: string): number {
  try {
    const { leaderEpoch } = JSON.parse(readFileSync(join(dir, QUORUM_STATE), 'utf8'))
    return Number.isSafeInteger(leaderEpoch) ? leaderEpoch : 0
  } catch {
    return 0
  }
}

/** This node as the only voter, elected; what is on record stays. */
function writeQuorumState(dir: string, nodeId: number, leaderEpoch: number): void {
  const path = join(dir, QUORUM_STATE)
  if (existsSync(path)) return
  const state = {
    clusterId: '',
    leaderId: nodeId,
    leaderEpoch,
    votedId: -1,
    appliedOffset: 0,
    currentVoters: [{ voterId: nodeId }],
    data_version: 0,
  }
  replaceFileSync(path, JSON.stringify(state))
}
