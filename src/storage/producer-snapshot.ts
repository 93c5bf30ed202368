// The file in which a log keeps the state of its producers as of one offset: <offset>.snapshot. One is written with each
// new segment and at a clean stop, so that a start reads only what came after. (Kafka: ProducerStateManager,
// message/ProducerSnapshot.json.)
//
//   0  version  int16   1
//   2  crc      uint32  CRC-32C of all bytes after it
//   6  count    int32
//      count times: producerId int64 · epoch int16 · lastSequence int32 · lastOffset int64 · offsetDelta int32 ·
//                   timestamp int64 · coordinatorEpoch int32 · currentTxnFirstOffset int64 (-1: none)

import { readFileSync, writeFileSync } from 'node:fs'
import { CorruptError } from '../errors.ts'
import { crc32c } from '../records/crc32c.ts'
import { readInt64, readInt64Nearest, writeInt64 } from '../records/int64.ts'

const VERSION = 1
const CRC_AT = 2
const COUNT_AT = 6
const ENTRIES_AT = 10
const ENTRY_SIZE = 46

/** What a snapshot keeps of a producer. Of its last batches it keeps one. */
export interface SnapshotEntry {
  producerId: number
  epoch: number
  /** -1, with lastOffset -1, when no batch is known. */
  lastSequence: number
  lastOffset: number
  /** Last less first offset of that batch. */
  offsetDelta: number
  /** Milliseconds. */
  timestamp: number
  /** -1 before the first transaction marker. */
  coordinatorEpoch: number
  /** -1 outside a transaction. */
  currentTxnFirstOffset: number
}

export function encodeSnapshot(entries: readonly SnapshotEntry[]): Buffer {
  const bytes = Buffer.allocUnsafe(ENTRIES_AT + entries.length * ENTRY_SIZE)
  bytes.writeInt16BE(VERSION, 0)
  bytes.writeInt32BE(entries.length, COUNT_AT)
  let at = ENTRIES_AT
  for (const entry of entries) {
    writeInt64(bytes, at, entry.producerId)
    bytes.writeInt16BE(entry.epoch, at + 8)
    bytes.writeInt32BE(entry.lastSequence, at + 10)
    writeInt64(bytes, at + 14, entry.lastOffset)
    bytes.writeInt32BE(entry.offsetDelta, at + 22)
    writeInt64(bytes, at + 26, Number.isSafeInteger(entry.timestamp) ? entry.timestamp : -1)
    bytes.writeInt32BE(entry.coordinatorEpoch, at + 34)
    writeInt64(bytes, at + 38, entry.currentTxnFirstOffset)
    at += ENTRY_SIZE
  }
  bytes.writeUInt32BE(crc32c(bytes, COUNT_AT), CRC_AT)
  return bytes
}

/** Throws a CorruptError when the bytes are not a snapshot. */
export function decodeSnapshot(bytes: Buffer, path: string): SnapshotEntry[] {
  if (bytes.length < ENTRIES_AT) throw new CorruptError(`${path} is cut off`)
  if (bytes.readInt16BE(0) !== VERSION)
    throw new CorruptError(`${path} has the unknown version ${bytes.readInt16BE(0)}`)
  if (bytes.readUInt32BE(CRC_AT) !== crc32c(bytes, COUNT_AT)) throw new CorruptError(`${path} has a wrong checksum`)
  const count = bytes.readInt32BE(COUNT_AT)
  if (count * ENTRY_SIZE !== bytes.length - ENTRIES_AT) throw new CorruptError(`${path} says ${count} entries`)
  return Array.from({ length: count }, (_, index) => {
    const at = ENTRIES_AT + index * ENTRY_SIZE
    return {
      producerId: readInt64(bytes, at),
      epoch: bytes.readInt16BE(at + 8),
      lastSequence: bytes.readInt32BE(at + 10),
      lastOffset: readInt64(bytes, at + 14),
      offsetDelta: bytes.readInt32BE(at + 22),
      timestamp: readInt64Nearest(bytes, at + 26),
      coordinatorEpoch: bytes.readInt32BE(at + 34),
      currentTxnFirstOffset: readInt64(bytes, at + 38),
    }
  })
}

export function readSnapshot(path: string): SnapshotEntry[] {
  return decodeSnapshot(readFileSync(path), path)
}

/** A crash may leave a part of it: the checksum tells. */
export function writeSnapshot(path: string, entries: readonly SnapshotEntry[]): void {
  writeFileSync(path, encodeSnapshot(entries))
}
