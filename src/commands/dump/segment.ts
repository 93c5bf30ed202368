// What is in a log file or a snapshot of KRaft: its batches, and their records where they are asked for.

import { basename, dirname, resolve } from 'node:path'
import { CorruptError } from '../../errors.ts'
import type { RecordTest } from '../../filter/record-filter.ts'
import type { TimeLimit } from '../../filter/time-limit.ts'
import type { RecordWriter } from '../../output/record-format.ts'
import { jsonWriter, writeJson } from '../../output/record-json.ts'
import type { RecordSink } from '../../output/record-sink.ts'
import { baseOffset, isControl, lastOffset, magic, maxTimestamp } from '../../records/batch.ts'
import { RecordCursor } from '../../records/cursor.ts'
import type { RecordView } from '../../records/view.ts'
import type { RecordDecoding } from '../../registry/record-decoding.ts'
import { startPosition } from '../../storage/index-lookup.ts'
import { LOG_SUFFIX, type PartitionName, parseLogFile, parsePartitionDir } from '../../storage/log-files.ts'
import { batchJson, writeRecordJson } from './batch-json.ts'
import { RecordText, writeBatch } from './batch-text.ts'
import { type DecoderName, decoderOfTopic, type FileDecoders } from './decoder.ts'
import type { Range } from './ranges.ts'
import { walkBatches } from './walk.ts'

export interface SegmentOptions {
  form: 'text' | 'json' | RecordWriter
  /** Print records as well as batches. */
  records: boolean
  /** undefined: what the name of the topic says. */
  decode: DecoderName | 'none' | undefined
  /** Decodes keys and values by their schemas; then nothing else does. */
  schemas: RecordDecoding | null
  offsets: Range
  times: Range
  test: RecordTest | null
  /** What the test is to run in. */
  limit: TimeLimit | null
  /** How many records (or batches, where no records are printed) are still wanted. */
  left: number
  /** Print the records of batches whose checksum is wrong, too. */
  trusting: boolean
}

const KRAFT_SNAPSHOT = /^(\d{20})-(\d{10})\.checkpoint$/

/** Topic and partition by the folder's name; a file elsewhere is of the topic by which its folder is called. */
export function partitionOf(path: string): PartitionName {
  const folder = basename(dirname(resolve(path)))
  return parsePartitionDir(folder) ?? { topic: folder, partition: -1 }
}

/** Takes from `options.left` what it has printed. `fail` is told of each damage, and the rest is read on. */
export async function dumpSegment(
  path: string,
  sink: RecordSink,
  options: SegmentOptions,
  fail: (error: CorruptError) => void,
): Promise<void> {
  const { form, offsets, times, test, limit, trusting, schemas } = options
  const { topic, partition } = partitionOf(path)
  const decoders = options.records ? await decodersOf(path, topic, options) : { record: null, control: null }
  if (form === 'text') sink.text(heading(path))
  const text = new RecordText(sink, decoders, schemas)
  const writeRecord = schemas === null ? writeJson : jsonWriter(schemas)
  const cursor = new RecordCursor()
  const view: RecordView & { batch: Buffer; batchAt: number } = {
    cursor,
    topic,
    partition,
    batch: Buffer.alloc(0),
    batchAt: 0,
  }
  const writesAll = test === null && offsets.from <= 0 && offsets.to === Number.POSITIVE_INFINITY && !isBounded(times)

  const printBatch = (buffer: Buffer, at: number, position: number, isSound: boolean) => {
    if (form === 'text') writeBatch(sink, buffer, at, position, isSound)
    else if (!options.records) sink.text(`${JSON.stringify(batchJson(path, buffer, at, position, isSound))}\n`)
  }
  let decode: (() => void) | null = null
  const isWanted = (): boolean => {
    const { offset, timestamp } = cursor
    if (offset < offsets.from || offset >= offsets.to) return false
    if (timestamp < times.from || timestamp >= times.to) return false
    decode?.()
    return test === null || test(view)
  }
  /** The records of the batch that `view` is at; a promise where their schemas have to be waited for. */
  const printRecords = (position: number, isSound: boolean): Promise<void> | undefined => {
    if (writesAll) printBatch(view.batch, view.batchAt, position, isSound)
    cursor.open(view.batch, view.batchAt)
    text.open(view, isSound)
    const isMarker = isControl(view.batch, view.batchAt)
    if (schemas !== null) {
      decode = isMarker ? () => schemas.skip(view) : () => schemas.decode(view)
      const preparing = isMarker ? undefined : schemas.prepare(view)
      cursor.rewind()
      if (preparing !== undefined) return preparing.then(() => inTime(position, isSound))
    }
    inTime(position, isSound)
    return undefined
  }
  const eachRecord = (position: number, isSound: boolean): void => {
    if (writesAll && form === 'text' && schemas === null && options.left === Number.POSITIVE_INFINITY) {
      while (cursor.next()) text.record(cursor)
      return
    }
    let isBatchPrinted = writesAll
    while (options.left > 0 && cursor.next()) {
      if (!writesAll && cursor.offset >= offsets.to) return
      if (writesAll) decode?.()
      else if (!isWanted()) continue
      if (!isBatchPrinted) printBatch(view.batch, view.batchAt, position, isSound)
      isBatchPrinted = true
      options.left--
      if (form === 'text') text.record(cursor)
      else if (form === 'json') writeRecordJson(sink, view, decoders, writeRecord)
      else form(view, sink)
    }
  }
  const inTime = (position: number, isSound: boolean): void => {
    if (limit === null) eachRecord(position, isSound)
    else limit.run(() => eachRecord(position, isSound), view)
  }
  const tell = (error: unknown, position: number) => {
    if (!(error instanceof CorruptError)) throw error
    fail(new CorruptError(`${path}: position ${position}: ${error.message}`))
  }

  const hasStart = offsets.from > 0 || times.from > Number.NEGATIVE_INFINITY
  const from = hasStart
    ? startPosition(path, {
        offset: offsets.from > 0 ? offsets.from : undefined,
        timestamp: Number.isFinite(times.from) ? times.from : undefined,
      })
    : 0
  await walkBatches(path, from, {
    batch(buffer, at, position, isSound) {
      if (options.left <= 0) return false
      if (isSound) {
        if (baseOffset(buffer, at) >= offsets.to && magic(buffer, at) === 2) return false
        if (lastOffset(buffer, at) < offsets.from || maxTimestamp(buffer, at) < times.from) return true
      } else {
        fail(new CorruptError(`${path}: the checksum of the batch at position ${position} is wrong`))
      }
      if (!options.records || (!isSound && !trusting)) {
        printBatch(buffer, at, position, isSound)
        if (!options.records) options.left--
        return true
      }
      if (typeof form === 'function' && isControl(buffer, at)) return true
      view.batch = buffer
      view.batchAt = at
      try {
        const printing = printRecords(position, isSound)
        if (printing !== undefined) {
          return printing.then(
            () => true,
            (error) => {
              tell(error, position)
              return true
            },
          )
        }
      } catch (error) {
        tell(error, position)
      }
      return true
    },
    gap({ kind, position, end, problem }) {
      if (kind === 'zeros') return
      const reachesEnd = kind === 'torn'
      if (form === 'text' && reachesEnd)
        sink.text(`Found ${end - position} invalid bytes at the end of ${basename(path)}\n`)
      else fail(new CorruptError(`${path}: ${end - position} bytes at position ${position} are no batch: ${problem}`))
    },
    pace: () => sink.pace(),
  })
}

/** Loaded where they are needed: most logs are of users. */
async function decodersOf(
  path: string,
  topic: string,
  { decode, schemas }: Pick<SegmentOptions, 'decode' | 'schemas'>,
): Promise<FileDecoders> {
  const ofFile = path.endsWith(LOG_SUFFIX) ? decoderOfTopic(topic) : 'cluster-metadata'
  const name = decode ?? ofFile
  const isPlain = name === undefined || name === 'none' || schemas !== null
  return {
    record: isPlain ? null : (await import('./decoders.ts')).decoders[name],
    control: ofFile === 'cluster-metadata' ? (await import('./control-json.ts')).controlJson : null,
  }
}

function isBounded({ from, to }: Range): boolean {
  return from !== Number.NEGATIVE_INFINITY || to !== Number.POSITIVE_INFINITY
}

function heading(path: string): string {
  const name = basename(path)
  const start = `Dumping ${path}\n`
  if (name.endsWith(LOG_SUFFIX)) return `${start}Log starting offset: ${parseLogFile(name)?.offset ?? 'unknown'}\n`
  const snapshot = KRAFT_SNAPSHOT.exec(name)
  if (snapshot === null) return `${start}KRaft bootstrap snapshot\n`
  return `${start}Snapshot end offset: ${Number(snapshot[1])}, epoch: ${Number(snapshot[2])}\n`
}
