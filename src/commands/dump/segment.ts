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
import type { Gap } from '../../storage/segment-pieces.ts'
import { batchJson, writeRecordJson } from './batch-json.ts'
import { RecordText, writeBatch } from './batch-text.ts'
import { type DecoderName, decoderOfTopic, type FileDecoders } from './decoder.ts'
import type { Range } from './ranges.ts'
import { type BatchWalk, walkBatches } from './walk.ts'

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
  const { topic } = partitionOf(path)
  const decoders = options.records ? await decodersOf(path, topic, options) : { record: null, control: null }
  if (options.form === 'text') sink.text(heading(path))
  await walkBatches(path, startOf(path, options), new SegmentDump(path, sink, options, decoders, fail))
}

/** Prints the batches of one file as they come. */
class SegmentDump implements BatchWalk {
  private readonly path: string
  private readonly sink: RecordSink
  private readonly options: SegmentOptions
  private readonly decoders: FileDecoders
  private readonly fail: (error: CorruptError) => void
  private readonly text: RecordText
  private readonly writeJson: RecordWriter
  private readonly cursor = new RecordCursor()
  private readonly view: RecordView & { batch: Buffer; batchAt: number }
  /** Nothing is left out. */
  private readonly isWhole: boolean
  /** Whether the batch has control records, which have no schemas. */
  private isMarker = false

  constructor(
    path: string,
    sink: RecordSink,
    options: SegmentOptions,
    decoders: FileDecoders,
    fail: (error: CorruptError) => void,
  ) {
    const { offsets, times, test, schemas } = options
    this.path = path
    this.sink = sink
    this.options = options
    this.decoders = decoders
    this.fail = fail
    this.text = new RecordText(sink, decoders, schemas)
    this.writeJson = schemas === null ? writeJson : jsonWriter(schemas)
    this.view = { cursor: this.cursor, ...partitionOf(path), batch: Buffer.alloc(0), batchAt: 0 }
    this.isWhole = test === null && offsets.from <= 0 && offsets.to === Number.POSITIVE_INFINITY && !isBounded(times)
  }

  batch(buffer: Buffer, at: number, position: number, isSound: boolean): boolean | Promise<boolean> {
    const { options, view } = this
    const { offsets, times, form, records, trusting } = options
    if (options.left <= 0) return false
    if (isSound) {
      if (baseOffset(buffer, at) >= offsets.to && magic(buffer, at) === 2) return false
      if (lastOffset(buffer, at) < offsets.from || maxTimestamp(buffer, at) < times.from) return true
    } else {
      this.fail(new CorruptError(`${this.path}: the checksum of the batch at position ${position} is wrong`))
    }
    view.batch = buffer
    view.batchAt = at
    if (!records || (!isSound && !trusting)) {
      this.printBatch(position, isSound)
      if (!records) options.left--
      return true
    }
    if (typeof form === 'function' && isControl(buffer, at)) return true
    const goOn = () => true
    const tell = (error: unknown) => {
      if (!(error instanceof CorruptError)) throw error
      this.fail(new CorruptError(`${this.path}: position ${position}: ${error.message}`))
      return true
    }
    try {
      return this.printRecords(position, isSound)?.then(goOn, tell) ?? true
    } catch (error) {
      return tell(error)
    }
  }

  gap({ kind, position, end, problem }: Gap): void {
    if (kind === 'zeros') return
    const { path, sink, options } = this
    const length = end - position
    if (options.form === 'text' && kind === 'torn') {
      sink.text(`Found ${length} invalid bytes at the end of ${basename(path)}\n`)
    } else this.fail(new CorruptError(`${path}: ${length} bytes at position ${position} are no batch: ${problem}`))
  }

  pace(): Promise<void> | undefined {
    return this.sink.pace()
  }

  private printBatch(position: number, isSound: boolean): void {
    const { path, sink, options, view } = this
    if (options.form === 'text') writeBatch(sink, view.batch, view.batchAt, position, isSound)
    else if (!options.records) {
      sink.text(`${JSON.stringify(batchJson(path, view.batch, view.batchAt, position, isSound))}\n`)
    }
  }

  /** The records of the batch that `view` is at; a promise where their schemas have to be waited for. */
  private printRecords(position: number, isSound: boolean): Promise<void> | undefined {
    const { cursor, view } = this
    const { schemas } = this.options
    if (this.isWhole) this.printBatch(position, isSound)
    cursor.open(view.batch, view.batchAt)
    this.text.open(view, isSound)
    this.isMarker = isControl(view.batch, view.batchAt)
    if (schemas !== null && !this.isMarker) {
      const preparing = schemas.prepare(view)
      cursor.rewind()
      if (preparing !== undefined) return preparing.then(() => this.printInTime(position, isSound))
    }
    this.printInTime(position, isSound)
    return undefined
  }

  private printInTime(position: number, isSound: boolean): void {
    const { limit } = this.options
    if (limit === null) this.printEach(position, isSound)
    else limit.run(() => this.printEach(position, isSound), this.view)
  }

  private printEach(position: number, isSound: boolean): void {
    const { cursor, options, text, sink, view, isWhole } = this
    const { form, schemas } = options
    if (isWhole && form === 'text' && schemas === null && options.left === Number.POSITIVE_INFINITY) {
      while (cursor.next()) text.record(cursor)
      return
    }
    let isBatchPrinted = isWhole
    while (options.left > 0 && cursor.next()) {
      if (!isWhole && cursor.offset >= options.offsets.to) return
      if (!this.isWanted()) continue
      if (!isBatchPrinted) this.printBatch(position, isSound)
      isBatchPrinted = true
      options.left--
      if (form === 'text') text.record(cursor)
      else if (form === 'json') writeRecordJson(sink, view, this.decoders, this.writeJson)
      else form(view, sink)
    }
  }

  private isWanted(): boolean {
    const { cursor, view } = this
    const { offsets, times, test, schemas } = this.options
    if (cursor.offset < offsets.from || cursor.timestamp < times.from || cursor.timestamp >= times.to) return false
    if (this.isMarker) schemas?.skip(view)
    else schemas?.decode(view)
    return test === null || test(view)
  }
}

/** The position of the first batch that may be wanted. */
function startOf(path: string, { offsets, times }: SegmentOptions): number {
  if (offsets.from <= 0 && times.from === Number.NEGATIVE_INFINITY) return 0
  return startPosition(path, {
    offset: offsets.from > 0 ? offsets.from : undefined,
    timestamp: Number.isFinite(times.from) ? times.from : undefined,
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
