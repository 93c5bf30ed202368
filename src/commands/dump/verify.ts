// Checks a log file with what lies beside it: each batch and record, their order, the producers' sequences, and whether the
// indexes lead where they say.

import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { CorruptError, KtoolError } from '../../errors.ts'
import {
  baseOffset,
  baseSequence,
  isControl,
  isTransactional,
  lastOffset,
  lastOffsetDelta,
  lastSequence,
  magic,
  maxTimestamp,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  partitionLeaderEpoch,
  producerEpoch,
  producerId,
  recordCount,
  timestampType,
} from '../../records/batch.ts'
import { controlTypeName, readControlType } from '../../records/control.ts'
import { RecordCursor } from '../../records/cursor.ts'
import {
  CLEANER_OFFSETS,
  HIGH_WATERMARKS,
  LOG_START_OFFSETS,
  OffsetCheckpoint,
  RECOVERY_POINTS,
  readCheckpoint,
} from '../../storage/checkpoint-file.ts'
import { INDEX_SUFFIX, LOG_SUFFIX, parseLogFile, TIME_INDEX_SUFFIX, TXN_INDEX_SUFFIX } from '../../storage/log-files.ts'
import { readMetaProperties } from '../../storage/meta-properties.ts'
import { readTopicId } from '../../storage/partition-metadata.ts'
import { sideFileReader } from './side-files.ts'
import { OffsetIndexCheck, TimeIndexCheck } from './verify-indexes.ts'
import { walkBatches } from './walk.ts'

/** What is wrong, and where; the JSON is this. */
export interface Problem {
  file: string
  /** In the file; null where it concerns all of it. */
  position: number | null
  offset: number | null
  problem: string
}

export interface Verified {
  batches: number
  records: number
}

/** The largest distance of an offset from the base of its segment. */
const LARGEST_RELATIVE = 0x7fff_ffff
const MOST_GAPS = 1000
/** The sequences of so many producers are followed. */
const MOST_PRODUCERS = 100_000

/** Which partitions the cleaner has been over, as its checkpoint in their log directory says; each is read once. */
export class CleanedPartitions {
  private readonly known = new Map<string, ReadonlyMap<string, number> | undefined>()

  /** Undefined without a log directory around the file. */
  has(log: string): boolean | undefined {
    const folder = dirname(resolve(log))
    const checkpoint = join(dirname(folder), CLEANER_OFFSETS)
    if (!this.known.has(checkpoint)) this.known.set(checkpoint, read(checkpoint))
    return this.known.get(checkpoint)?.has(basename(folder))
  }
}

export async function verifySegment(
  path: string,
  report: (problem: Problem) => void,
  cleaned = new CleanedPartitions(),
): Promise<Verified> {
  const check = new SegmentCheck(path, report, cleaned)
  const size = await walkBatches(path, 0, {
    batch: (buffer, at, position, isSound) => check.batch(buffer, at, position, isSound),
    gap: ({ kind, position, end, problem }) => {
      // A file that is written to may have room at its end.
      if (kind !== 'zeros')
        report({ file: path, position, offset: null, problem: `${end - position} bytes: ${problem}` })
      check.lostTrack()
    },
  })
  check.end(size)
  return check.counts
}

const offsets = (path: string) => new OffsetCheckpoint(path).read()

/** Files whose lines have a form; each throws a CorruptError. (`leader-epoch-checkpoint` is read with each log.) */
const forms: Readonly<Record<string, (path: string) => unknown>> = {
  [CLEANER_OFFSETS]: offsets,
  [HIGH_WATERMARKS]: offsets,
  [LOG_START_OFFSETS]: offsets,
  [RECOVERY_POINTS]: offsets,
  'meta.properties': (path) => readMetaProperties(dirname(path)),
  'partition.metadata': (path) => readTopicId(dirname(path)),
}

/** A file that is no log: whether it can be read, and says nothing that can't be. */
export function verifySideFile(path: string, report: (problem: Problem) => void): void {
  const told = (error: KtoolError) => report({ file: path, position: null, offset: null, problem: error.message })
  try {
    // The entries are looked at while they are read.
    for (const _ of sideFileReader(path)?.(path, told) ?? []);
    forms[basename(path)]?.(path)
  } catch (error) {
    if (!(error instanceof KtoolError)) throw error
    told(error)
  }
}

interface ProducerSeen {
  epoch: number
  lastSequence: number
}

class SegmentCheck {
  readonly counts: Verified = { batches: 0, records: 0 }
  private readonly path: string
  private readonly report: (problem: Problem) => void
  private readonly cursor = new RecordCursor()
  private readonly base: number | undefined
  private readonly producers = new Map<number, ProducerSeen>()
  private readonly epochs: { epoch: number; start: number }[]
  private readonly index: OffsetIndexCheck
  private readonly times: TimeIndexCheck
  private readonly aborted: Map<number, number>
  /** Offset of the last record so far. */
  private last: number
  private epoch = -1
  /** Offsets that no batch has, as far as that is worth a word: compaction leaves such gaps, nothing else does. */
  private readonly gaps: { position: number; from: number; to: number }[] = []
  /** Unknown without the log directory around it. */
  private readonly isCompacted: boolean | undefined
  /** Whether batches were passed over, so that what follows need not join what was before. */
  private isJoined = true

  constructor(path: string, report: (problem: Problem) => void, cleaned: CleanedPartitions) {
    this.path = path
    this.report = report
    const name = path.endsWith(LOG_SUFFIX) ? parseLogFile(basename(path)) : undefined
    this.base = name?.offset
    this.last = (this.base ?? 0) - 1
    const stem = path.slice(0, -LOG_SUFFIX.length)
    this.index = new OffsetIndexCheck(stem + INDEX_SUFFIX, this.base, report)
    this.times = new TimeIndexCheck(stem + TIME_INDEX_SUFFIX, this.base, report)
    this.epochs = this.base === undefined ? [] : leaderEpochs(path, report)
    this.isCompacted = this.base === undefined ? undefined : cleaned.has(path)
    this.aborted = this.base === undefined ? new Map() : abortedTransactions(stem + TXN_INDEX_SUFFIX, report)
  }

  lostTrack(): void {
    this.isJoined = false
  }

  batch(buffer: Buffer, at: number, position: number, isSound: boolean): boolean {
    this.counts.batches++
    const offset = baseOffset(buffer, at)
    const problem = (text: string) => this.report({ file: this.path, position, offset, problem: text })
    if (!isSound) {
      problem('the checksum of the batch is wrong')
      this.lostTrack()
      return true
    }
    try {
      this.order(buffer, at, position, problem)
      if (magic(buffer, at) === 2) {
        this.leaderEpoch(buffer, at, problem)
        this.sequence(buffer, at, problem)
      }
      this.records(buffer, at, problem)
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error
      problem(error.message)
    }
    this.last = Math.max(this.last, lastOffset(buffer, at))
    this.index.batch(position, this.last)
    this.times.batch(lastOffset(buffer, at), maxTimestamp(buffer, at))
    this.isJoined = true
    return true
  }

  end(size: number): void {
    this.index.end(size)
    this.times.end()
    if (this.isCompacted === false) {
      for (const { position, from, to } of this.gaps) {
        this.report({ file: this.path, position, offset: from, problem: `the offsets ${from} to ${to} are missing` })
      }
    }
    for (const [offset, producer] of this.aborted) {
      const problem = `the transaction index has an abort of producer ${producer} that is not in the log`
      this.report({ file: this.path, position: null, offset, problem })
    }
  }

  private order(buffer: Buffer, at: number, position: number, problem: (text: string) => void): void {
    const format = magic(buffer, at)
    const first = format === 2 ? baseOffset(buffer, at) : lastOffset(buffer, at)
    if (format === 2 && first > this.last + 1 && this.isJoined && this.gaps.length < MOST_GAPS) {
      this.gaps.push({ position, from: this.last + 1, to: first - 1 })
    }
    if (first <= this.last) {
      problem(`its offset ${first} is not after ${this.last}`)
    } else if (this.base !== undefined && lastOffset(buffer, at) - this.base > LARGEST_RELATIVE) {
      problem(`its offset ${first} is too far from the segment's ${this.base}`)
    }
    if (format === 2 && lastOffsetDelta(buffer, at) < 0) problem(`its last offset is ${lastOffset(buffer, at)}`)
  }

  private leaderEpoch(buffer: Buffer, at: number, problem: (text: string) => void): void {
    const epoch = partitionLeaderEpoch(buffer, at)
    const offset = baseOffset(buffer, at)
    if (epoch < this.epoch) problem(`its leader epoch ${epoch} is before ${this.epoch}`)
    else this.epoch = epoch
    const known = this.epochs.findLast(({ start }) => start <= offset)
    if (known !== undefined && known.epoch !== epoch) {
      problem(`its leader epoch is ${epoch}, leader-epoch-checkpoint has ${known.epoch}`)
    }
  }

  /** Compaction may have taken batches away: only going back, or a jump in one that joins, is wrong. */
  private sequence(buffer: Buffer, at: number, problem: (text: string) => void): void {
    const id = producerId(buffer, at)
    const first = baseSequence(buffer, at)
    if (id === NO_PRODUCER_ID || first === NO_SEQUENCE) return
    const epoch = producerEpoch(buffer, at)
    const before = this.producers.get(id)
    if (before !== undefined && epoch < before.epoch) {
      problem(`producer ${id} goes back from epoch ${before.epoch} to ${epoch}`)
    } else if (before?.epoch === epoch && this.isJoined && baseOffset(buffer, at) === this.last + 1) {
      const expected = (before.lastSequence + 1) % 0x8000_0000
      if (first !== expected && first !== 0) problem(`producer ${id} has sequence ${first}, ${expected} is due`)
    }
    if (this.producers.size < MOST_PRODUCERS || before !== undefined) {
      this.producers.set(id, { epoch, lastSequence: lastSequence(buffer, at) })
    }
  }

  private records(buffer: Buffer, at: number, problem: (text: string) => void): void {
    const { cursor } = this
    cursor.open(buffer, at)
    const isNew = magic(buffer, at) === 2
    const most = isNew ? lastOffsetDelta(buffer, at) : Number.POSITIVE_INFINITY
    const appended = timestampType(buffer, at) === 1
    let count = 0
    let delta = -1
    let newest = Number.NEGATIVE_INFINITY
    while (cursor.next()) {
      count++
      if (cursor.offsetDelta <= delta)
        problem(`its record ${count} has offset ${cursor.offset}, which is not after the one before`)
      delta = cursor.offsetDelta
      if (!appended && cursor.timestamp > newest) newest = cursor.timestamp
      if (isControl(buffer, at)) this.control(buffer, at)
    }
    this.counts.records += count
    if (!isNew) return
    if (delta > most) problem(`its last record has offset ${cursor.offset}, its header says ${lastOffset(buffer, at)}`)
    if (count !== recordCount(buffer, at))
      problem(`it has ${count} records, its header says ${recordCount(buffer, at)}`)
    if (!appended && count > 0 && newest > maxTimestamp(buffer, at)) {
      problem(`a record is of ${newest}, its header says none is younger than ${maxTimestamp(buffer, at)}`)
    }
  }

  private control(buffer: Buffer, at: number): void {
    const name = controlTypeName(readControlType(this.cursor))
    if (isTransactional(buffer, at) && name === 'ABORT') this.aborted.delete(this.cursor.offset)
  }
}

function read(checkpoint: string): ReadonlyMap<string, number> | undefined {
  if (!existsSync(checkpoint)) return undefined
  try {
    return new OffsetCheckpoint(checkpoint).read()
  } catch {
    return undefined
  }
}

function leaderEpochs(path: string, report: (problem: Problem) => void): { epoch: number; start: number }[] {
  const file = join(dirname(path), 'leader-epoch-checkpoint')
  try {
    return readCheckpoint(file, 2).map(([epoch, start]) => ({ epoch: Number(epoch), start: Number(start) }))
  } catch (error) {
    report({ file, position: null, offset: null, problem: (error as Error).message })
    return []
  }
}

/** Producer ids by the offset of the marker. */
function abortedTransactions(path: string, report: (problem: Problem) => void): Map<number, number> {
  const found = new Map<number, number>()
  if (!existsSync(path)) return found
  const told = (error: KtoolError) => report({ file: path, position: null, offset: null, problem: error.message })
  for (const { json } of sideFileReader(path)?.(path, told) ?? []) {
    found.set(json['lastOffset'] as number, json['producerId'] as number)
  }
  return found
}
