// What is in the files beside a log: indexes, producer snapshots, checkpoints, and who the folder belongs to. Text is
// DumpLogSegments' own where it has one, else the file's lines.

import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CorruptError, type KtoolError } from '../../errors.ts'
import { HEADER_SIZE_UP_TO_MAGIC, LAST_OFFSET_DELTA_AT, lastOffset, magic } from '../../records/batch.ts'
import { usedSize } from '../../storage/index-lookup.ts'
import {
  INDEX_SUFFIX,
  LOG_SUFFIX,
  parseLogFile,
  SNAPSHOT_SUFFIX,
  TIME_INDEX_SUFFIX,
  TXN_INDEX_SUFFIX,
} from '../../storage/log-files.ts'
import { OffsetIndex } from '../../storage/offset-index.ts'
import { readSnapshot } from '../../storage/producer-snapshot.ts'
import { TimeIndex } from '../../storage/time-index.ts'

/** A line of text, and the object that stands for it in JSON. */
export interface Entry {
  text: string
  json: Record<string, unknown>
}

type Reader = (path: string, fail: (error: KtoolError) => void) => Iterable<Entry>

const readers: Readonly<Record<string, Reader>> = {
  [INDEX_SUFFIX]: offsetIndex,
  [TIME_INDEX_SUFFIX]: timeIndex,
  [TXN_INDEX_SUFFIX]: transactionIndex,
  [SNAPSHOT_SUFFIX]: producerSnapshot,
}

const TEXT_FILES = new Set([
  'partition.metadata',
  'meta.properties',
  'quorum-state',
  'leader-epoch-checkpoint',
  'recovery-point-offset-checkpoint',
  'log-start-offset-checkpoint',
  'replication-offset-checkpoint',
  'cleaner-offset-checkpoint',
  '.kafka_cleanshutdown',
])

/** The entries of a file that is no log; undefined for a file that Kafka does not write. */
export function sideFileReader(path: string): Reader | undefined {
  const name = basename(path)
  const file = parseLogFile(name)
  if (file !== undefined) return readers[file.suffix]
  return TEXT_FILES.has(name) ? textFile : undefined
}

function* offsetIndex(path: string, fail: (error: KtoolError) => void): Iterable<Entry> {
  const base = parseLogFile(basename(path))?.offset ?? 0
  const index = new OffsetIndex(path, base, usedSize(path, 8))
  if (index.file.count === 0) {
    yield { text: `${path} is empty.`, json: { file: path, entries: 0 } }
    return
  }
  index.file.load()
  const log = new LogHeaders(logOf(path))
  try {
    for (let i = 0; i < index.file.count; i++) {
      const { offset, position } = index.entry(i)
      const found = log.lastOffsetAt(position)
      if (found !== offset)
        fail(new CorruptError(`${path}: offset ${offset} is at ${position}, where ${said(found)} is`))
      yield { text: `offset: ${offset} position: ${position}`, json: { file: path, offset, position } }
    }
  } finally {
    log.close()
  }
}

function* timeIndex(path: string, fail: (error: KtoolError) => void): Iterable<Entry> {
  const base = parseLogFile(basename(path))?.offset ?? 0
  const index = new TimeIndex(path, base, usedSize(path, 12))
  index.file.load()
  let before = -1
  for (let i = 0; i < index.file.count; i++) {
    const timestamp = index.timestampOf(i)
    const offset = index.offsetOf(i)
    if (timestamp <= before) fail(new CorruptError(`${path}: timestamp ${timestamp} comes after ${before}`))
    before = timestamp
    yield { text: `timestamp: ${timestamp} offset: ${offset}`, json: { file: path, timestamp, offset } }
  }
}

const TXN_ENTRY_SIZE = 34

function* transactionIndex(path: string, fail: (error: KtoolError) => void): Iterable<Entry> {
  const bytes = readFileSync(path)
  const rest = bytes.length % TXN_ENTRY_SIZE
  if (rest > 0) fail(new CorruptError(`${path} ends with ${rest} bytes of an entry`))
  for (let at = 0; at + TXN_ENTRY_SIZE <= bytes.length; at += TXN_ENTRY_SIZE) {
    const [producerId, firstOffset, lastOffset, lastStableOffset] = [2, 10, 18, 26].map((field) =>
      Number(bytes.readBigInt64BE(at + field)),
    )
    const json = { file: path, version: bytes.readInt16BE(at), producerId, firstOffset, lastOffset, lastStableOffset }
    const { file: _, ...fields } = json
    yield { text: pairs(fields), json }
  }
}

function* producerSnapshot(path: string): Iterable<Entry> {
  for (const entry of readSnapshot(path)) {
    const { producerId, epoch, coordinatorEpoch, timestamp, lastSequence, lastOffset, offsetDelta } = entry
    const first = entry.currentTxnFirstOffset
    const hasBatch = lastSequence >= 0
    const firstSequence = hasBatch ? (lastSequence - offsetDelta + 0x8000_0000) % 0x8000_0000 : -1
    const batch = { firstSequence, lastSequence, lastOffset, offsetDelta, timestamp }
    const head = {
      producerId,
      producerEpoch: epoch,
      coordinatorEpoch,
      currentTxnFirstOffset: first < 0 ? 'OptionalLong.empty' : `OptionalLong[${first}]`,
      lastTimestamp: timestamp,
    }
    yield {
      text: `${pairs(head)} ${hasBatch ? pairs(batch) : ''}`,
      json: { file: path, ...head, currentTxnFirstOffset: first < 0 ? null : first, ...(hasBatch && batch) },
    }
  }
}

function* textFile(path: string): Iterable<Entry> {
  for (const line of readFileSync(path, 'utf8').split(/\r?\n/)) {
    if (line !== '') yield { text: line, json: { file: path, line } }
  }
}

function pairs(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join(' ')
}

function said(offset: number | undefined): string {
  return offset === undefined ? 'no batch' : `the batch up to ${offset}`
}

function logOf(path: string): string {
  return path.replace(/\.[a-z]+$/, LOG_SUFFIX)
}

/** The headers of the batches that an index leads to. */
export class LogHeaders {
  private readonly fd: number | undefined
  private readonly header = Buffer.alloc(LAST_OFFSET_DELTA_AT + 4)
  readonly size: number

  constructor(path: string) {
    this.size = statSync(path, { throwIfNoEntry: false })?.size ?? -1
    this.fd = this.size < 0 ? undefined : openSync(path, 'r')
    if (this.fd === undefined) throw new CorruptError(`there is no ${join(path)} for the index to lead into`)
  }

  /** Undefined where no batch can be. */
  lastOffsetAt(position: number): number | undefined {
    const count = readSync(this.fd as number, this.header, 0, this.header.length, position)
    if (count < HEADER_SIZE_UP_TO_MAGIC || magic(this.header, 0) > 2) return undefined
    return lastOffset(this.header, 0)
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd)
  }
}
