// Takes records from the inputs of `ktool produce`, one after the other and numbered through, and appends them.

import { closeSync, openSync } from 'node:fs'
import { type Topic, UnknownTopicError } from '../client/cluster.ts'
import { partitionsText } from '../client/no-partition.ts'
import type { Producer } from '../client/producer.ts'
import type { KtoolError } from '../errors.ts'
import { type InputReader, type InputRecord, InputRecordError, recordOf } from '../input/input-record.ts'
import { LineReader, LONGEST_RECORD } from '../input/lines.ts'
import { filePieces, streamPieces } from '../input/pieces.ts'
import { KafkaError } from '../protocol/errors.ts'
import { LineEncoder } from '../records/line-encoder.ts'
import type { Context } from './command.ts'
import type { ProduceFailures } from './produce-failures.ts'
import type { ProduceOutput } from './produce-output.ts'
import type { ProduceStops } from './produce-stops.ts'

/** Fewer bytes of lines are done before an encoder of many is ready. */
const MANY_LINES = 32 * 1024

/** What the options say of all records; a record's own topic, partition, key, timestamp and headers win. */
export interface RecordOptions {
  topic: string | null
  partition: number | null
  /** Whether the partitions that records name are used. */
  recordPartitions: boolean
  timestamp: number | null
  key: Buffer | null
  headers: Buffer | null
  emptyIsNull: boolean
  /** How often each record of the input is written. */
  repeat: number
  /** Makes of a whole file or stdin what is written. Throws an InputRecordError. */
  encode: (record: InputRecord) => InputRecord
  /** Makes a topic that a record names ready to be written to. */
  prepare: (topic: string) => Promise<Topic>
}

export class ProduceInput {
  private readonly context: Context
  private readonly producer: Producer
  private readonly failures: ProduceFailures
  private readonly options: RecordOptions
  private readonly stops: ProduceStops
  private readonly newReader: () => InputReader
  /** What has read a file to its end: it numbers the next one's records on. */
  private idleReader: InputReader | null = null
  private readonly partitions = new Map<string, number>()
  private readonly wrongTopics = new Map<string, KtoolError>()
  /** The topic looked at last, and its number of partitions. */
  private topic: string | null = null
  private partitionCount = 0
  /** Number of records that were appended. */
  taken = 0
  /** What each piece of the input is shown to before its records are taken. */
  private readonly output: ProduceOutput
  /** Timestamp of records that have none. */
  private now = Date.now()
  /** Loaded when there is much to do for it. */
  private encoder: LineEncoder | null | undefined

  constructor(
    context: Context,
    producer: Producer,
    failures: ProduceFailures,
    options: RecordOptions,
    stops: ProduceStops,
    output: ProduceOutput,
    newReader: () => InputReader,
  ) {
    this.context = context
    this.producer = producer
    this.failures = failures
    this.options = options
    this.stops = stops
    this.output = output
    this.newReader = newReader
  }

  get isDone(): boolean {
    return this.stops.isOver
  }

  /** Makes a topic the one that is written to. Throws where it does not exist. */
  async turnTo(topic: string): Promise<void> {
    if (!this.partitions.has(topic)) this.partitions.set(topic, (await this.options.prepare(topic)).partitions.length)
    this.topic = topic
    this.partitionCount = this.partitions.get(topic) as number
  }

  /** As turnTo(), for a topic that a record names: what is wrong with it does not end the run. */
  private async turnToNamed(topic: string): Promise<KtoolError | undefined> {
    let problem = this.wrongTopics.get(topic)
    if (problem !== undefined) return problem
    try {
      await this.turnTo(topic)
    } catch (error) {
      if (!(error instanceof UnknownTopicError || error instanceof KafkaError)) throw error
      problem = error
      this.wrongTopics.set(topic, problem)
    }
    return problem
  }

  stdin(): Promise<void> {
    return this.records(streamPieces(this.context.stdin, this.context.signal))
  }

  /** All of stdin as one record. */
  wholeStdin(): Promise<void> {
    return this.wholeOf(streamPieces(this.context.stdin, this.context.signal), 'it')
  }

  /** A file's records. Throws the error of the system where it can't be read. */
  async recordsOf(file: string): Promise<void> {
    const fd = openSync(file, 'r')
    try {
      await this.records(filePieces(fd, this.context.signal))
    } finally {
      closeSync(fd)
    }
  }

  /** A file as one record. Throws the error of the system where it can't be read. */
  async whole(file: string): Promise<void> {
    const fd = openSync(file, 'r')
    try {
      await this.wholeOf(filePieces(fd, this.context.signal), file)
    } finally {
      closeSync(fd)
    }
  }

  private async wholeOf(input: AsyncIterable<Buffer>, what: string): Promise<void> {
    const pieces: Buffer[] = []
    let length = 0
    for await (const piece of input) {
      length += piece.length
      if (length > LONGEST_RECORD) {
        this.failures.wrong(new InputRecordError(this.taken + 1, `${what} is longer than ${LONGEST_RECORD} bytes`))
        return
      }
      await this.output.read(piece)
      pieces.push(Buffer.from(piece))
    }
    if (!this.isDone) await this.addWhole(Buffer.concat(pieces))
  }

  private async addWhole(value: Buffer): Promise<void> {
    const { key, emptyIsNull, encode } = this.options
    const record = recordOf(this.taken + 1, key, emptyIsNull && value.length === 0 ? null : value)
    let encoded: InputRecord
    try {
      encoded = encode(record)
    } catch (error) {
      if (!(error instanceof InputRecordError)) throw error
      this.failures.wrong(error)
      return
    }
    await this.add(encoded)
  }

  private async records(pieces: AsyncIterable<Buffer>): Promise<void> {
    const reader = this.idleReader ?? this.newReader()
    const { repeat } = this.options
    const { stops } = this
    for await (const piece of pieces) {
      await this.output.read(piece)
      // What breaks off in the middle leaves a part of a record in it.
      this.idleReader = null
      reader.feed(piece)
      this.now = Date.now()
      while (this.appendSome(reader)) {
        for (let i = 0; i < repeat && !stops.isOver; i++) {
          if (!this.append(reader)) await this.addOnce(reader)
          if (this.taken >= stops.next) await stops.after(this.taken)
        }
      }
      if (this.isDone) return
    }
    if (!this.isDone && this.step(reader, 'finish')) await this.add(reader)
    this.idleReader = reader
  }

  /**
   * Appends for as long as nothing has to be waited for. True: the record that the reader is at now is not appended yet.
   * (In a function without `await`, of which V8 makes faster code.)
   */
  private appendSome(reader: InputReader): boolean {
    const { stops } = this
    const isOnce = this.options.repeat === 1
    const isValues = isOnce && this.options.headers === null
    const lines = isValues && reader instanceof LineReader && reader.onlyDelimiter !== null ? reader : null
    while (!stops.isOver && this.step(reader, 'next')) {
      if (!isOnce || this.taken + 1 >= stops.next || !this.append(reader)) return true
      if (lines !== null) this.appendLines(lines)
    }
    return false
  }

  /** Appends lines that can follow the last record without a look at each of them. */
  private appendLines(reader: LineReader): void {
    const { buffer } = reader
    if (buffer.length - reader.position < MANY_LINES || !this.producer.takesLines) return
    if (this.encoder === undefined) this.encoder = LineEncoder.load(reader.onlyDelimiter as number, reader.emptyIsNull)
    const { encoder, options, producer, stops } = this
    if (encoder === null) return
    const timestamp = options.timestamp ?? this.now
    for (;;) {
      const { position, number } = reader
      const most = stops.next - this.taken - 1
      if (most < 1) return
      const count = producer.appendLines(encoder, timestamp, buffer, position, buffer.length, number + 1, most)
      if (count === 0) return
      reader.skip(count, encoder.taken)
      this.taken += count
    }
  }

  /** The reader's next record that is right; wrong ones are reported and left out. */
  private step(reader: InputReader, move: 'next' | 'finish'): boolean {
    for (;;) {
      try {
        return reader[move]()
      } catch (error) {
        if (!(error instanceof InputRecordError)) throw error
        this.failures.wrong(error)
      }
    }
  }

  private async add(record: InputRecord): Promise<void> {
    for (let i = 0; i < this.options.repeat && !this.isDone; i++) {
      await this.addOnce(record)
      await this.stops.after(this.taken)
    }
  }

  /** Appends, for as long as that takes. */
  private async addOnce(record: InputRecord): Promise<void> {
    await this.stops.before(this.taken)
    if (this.isDone) return
    const topic = this.options.topic ?? record.topic
    if (topic === null) {
      this.failures.wrong(new InputRecordError(record.number, 'it names no topic'))
      return
    }
    if (topic !== this.topic) {
      const problem = await this.turnToNamed(topic)
      if (problem !== undefined) {
        this.failures.wrong(new InputRecordError(record.number, problem.message, problem.hint))
        return
      }
    }
    const partition = this.partitionOf(record)
    if (partition >= this.partitionCount) {
      const hint = `${partitionsText(this.partitionCount)}; --partitioner murmur2 chooses by the key`
      this.failures.wrong(new InputRecordError(record.number, `topic ${topic} has no partition ${partition}`, hint))
      return
    }
    this.now = Date.now()
    while (!this.append(record)) await this.producer.room()
  }

  private partitionOf({ partition }: InputRecord): number {
    const { options } = this
    return options.partition ?? (options.recordPartitions ? partition : null) ?? -1
  }

  /** False where addOnce() has to see to it: a stop, no room, another topic, a partition that the topic does not have. */
  private append(record: InputRecord): boolean {
    const { options, topic } = this
    if (this.taken >= this.stops.next) return false
    if (topic === null || (options.topic ?? record.topic) !== topic) return false
    const partition = this.partitionOf(record)
    if (partition >= this.partitionCount) return false
    const { buffer, keyStart, keyEnd, valueStart, valueEnd, number } = record
    const timestamp = options.timestamp ?? record.timestamp ?? this.now
    const headers = record.headers ?? options.headers
    if (
      !this.producer.append(
        topic,
        partition,
        timestamp,
        buffer,
        keyStart,
        keyEnd,
        valueStart,
        valueEnd,
        number,
        headers,
      )
    ) {
      return false
    }
    this.taken++
    return true
  }
}
