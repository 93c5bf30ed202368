// ktool produce: records from stdin or files into a topic.

import { closeSync, openSync, readFileSync } from 'node:fs'
import type { Client } from '../client/client.ts'
import { Producer, type ProducerOptions } from '../client/producer.ts'
import { KtoolError, UsageError } from '../errors.ts'
import { type InputRecord, wholeRecord } from '../input/input-record.ts'
import { LineReader } from '../input/lines.ts'
import { filePieces, streamPieces } from '../input/pieces.ts'
import { encodeHeaders, type Header } from '../records/builder.ts'
import { type Codec, codecByName, codecs } from '../records/compression/index.ts'
import { unescapeBytes } from '../util/escapes.ts'
import { integer } from '../util/numbers.ts'
import { parseTime } from '../util/time.ts'
import { type Context, defineCommand } from './command.ts'

/** Failures are named one by one up to this number, then counted. */
const NAMED_FAILURES = 10

export const command = defineCommand({
  path: 'produce',
  summary: 'Write records to a topic',
  description:
    'Writes each line of stdin, or each FILE as a whole, as a record to a topic, and ends when all of them are ' +
    'acknowledged. Records with the same key go to the same partition, the one that Java producers choose. What is ' +
    'typed is sent at once, bulk input in large batches; nothing is written twice or out of order, whatever has to be ' +
    'sent again. An empty line is a record with an empty value.',
  args: {
    topic: { value: 'TOPIC', doc: 'The topic to write to', complete: 'topic' },
    files: {
      value: 'FILE',
      doc: 'Files to write instead of stdin',
      optional: true,
      repeatable: true,
      complete: 'file',
    },
  },
  flags: {
    lines: { short: 'l', doc: 'Each line of the FILEs is a record' },
    delimiter: {
      short: 'D',
      value: 'TEXT',
      parse: delimiter,
      default: Buffer.from('\n'),
      defaultDoc: '\\n',
      doc: 'Ends a record; \\t, \\0, \\xNN are understood',
    },
    keyDelimiter: {
      short: 'K',
      value: 'TEXT',
      parse: delimiter,
      doc: 'Ends the key of a record; without it a record has no key',
    },
    key: { short: 'k', value: 'KEY', doc: 'Key of the records that have none of their own' },
    header: {
      short: 'H',
      value: 'NAME=VALUE',
      parse: header,
      repeatable: true,
      doc: 'Header of every record; NAME alone has a null value',
    },
    null: { short: 'Z', doc: 'Empty keys and values become null' },
    partition: {
      short: 'p',
      value: 'N',
      parse: integer({ min: 0, max: 0x7fff_ffff }),
      doc: 'Partition of all records',
    },
    compression: { short: 'z', value: 'CODEC[:LEVEL]', parse: compression, doc: 'none, gzip, snappy, lz4 or zstd' },
    timestamp: {
      value: 'TIME',
      parse: (text: string) => parseTime(text),
      doc: 'Timestamp of all records',
      defaultDoc: 'now',
    },
    acks: {
      value: 'N',
      choices: ['all', '1', '0'],
      doc: 'Who must have a record: all in-sync replicas, the leader, nobody',
    },
    noIdempotence: { doc: 'Without producer id and sequence numbers: a retry may write a record twice' },
    count: { short: 'c', value: 'N', parse: integer({ min: 1 }), doc: 'End after N records' },
    allowAutoTopicCreation: { doc: 'Let the broker create the topic, where it is set up to' },
  },
  examples: [
    { line: "printf 'hello\\nworld\\n' | ktool produce greetings", doc: 'Two records' },
    {
      line: "ktool produce orders -K '\\t' -z zstd < orders.tsv",
      doc: 'Keys before the first tab of each line, compressed',
    },
    { line: "ktool produce users -K : -Z <<< 'user-17:'", doc: 'A tombstone: a key with a null value' },
    { line: 'ktool produce images -k logo logo.png', doc: 'A file as one record' },
  ],
  finishesOnSignal: true,
  async run(context, { topic, files }, flags) {
    if (flags.lines && files.length === 0) throw new UsageError('--lines is for FILEs; stdin is read by lines anyway')
    const client = await context.client()
    const failures = new Failures(context)
    const progress = context.isTerminal.stdin ? null : context.progress('producing')
    let delivered = 0
    const producer = new Producer(client.cluster, producerOptions(context, flags), {
      delivered(batch) {
        delivered += batch.count
        progress?.update(`${delivered.toLocaleString('en')} records`)
      },
      failed: (origins, _queue, error) => failures.add(origins, error),
    })
    await prepare(client, producer, topic, flags)

    const input = new Input(context, producer, topic, flags)
    if (files.length === 0) await input.lines(streamPieces(context.stdin, context.signal))
    for (const file of files) {
      if (input.isDone) break
      try {
        await (flags.lines ? input.linesOf(file) : input.whole(file))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
        context.fail(error)
      }
    }
    await producer.flush()
    progress?.done()
    failures.report()
    return undefined
  },
})

type Flags = Parameters<typeof command.run>[2]

/** Looks up what the producer must know of the topic. */
async function prepare(client: Client, producer: Producer, topic: string, flags: Flags): Promise<void> {
  const { partitions } = await producer.prepare(topic, { create: flags.allowAutoTopicCreation })
  if (flags.partition !== undefined && flags.partition >= partitions.length) {
    throw new KtoolError(`topic ${topic} has no partition ${flags.partition}`, {
      hint: `its partitions are 0 to ${partitions.length - 1}`,
    })
  }
  try {
    const limit = Number(await client.admin.topicConfig(topic, 'max.message.bytes'))
    if (limit > 0) producer.limitBatches(limit)
  } catch {
    // Not allowed to look: the broker will say which batches are too large.
  }
}

function producerOptions(context: Context, flags: Flags): Partial<ProducerOptions> {
  const { settings } = context
  const acks = flags.acks ?? settings.acks
  const { codec, level } = flags.compression ?? { codec: codecByName(settings['compression.type']), level: undefined }
  return {
    acks: acks === 'all' ? -1 : (Number(acks) as -1 | 0 | 1),
    // Without acknowledgements of all replicas sequence numbers promise nothing (Java refuses the combination).
    idempotence: settings['enable.idempotence'] && !flags.noIdempotence && (acks === 'all' || Number(acks) === -1),
    codec,
    level,
    batchBytes: settings['batch.size'],
    lingerMs: settings['linger.ms'],
    maxInFlight: settings['max.in.flight.requests.per.connection'],
    deliveryTimeoutMs: settings['delivery.timeout.ms'],
  }
}

/** Takes records from the inputs one after the other, numbered through. */
class Input {
  private readonly context: Context
  private readonly producer: Producer
  private readonly topic: string
  private readonly flags: Flags
  private readonly key: Buffer | undefined
  private readonly headers: Buffer | undefined
  private taken = 0

  constructor(context: Context, producer: Producer, topic: string, flags: Flags) {
    this.context = context
    this.producer = producer
    this.topic = topic
    this.flags = flags
    this.key = flags.key === undefined ? undefined : Buffer.from(flags.key)
    this.headers = flags.header.length === 0 ? undefined : encodeHeaders(flags.header)
  }

  get isDone(): boolean {
    return this.context.signal.aborted || this.taken >= (this.flags.count ?? Number.POSITIVE_INFINITY)
  }

  async lines(pieces: AsyncIterable<Buffer>): Promise<void> {
    const { delimiter, keyDelimiter, null: emptyIsNull, timestamp } = this.flags
    const reader = new LineReader({ delimiter, keyDelimiter, fixedKey: this.key, emptyIsNull })
    for await (const piece of pieces) {
      reader.feed(piece)
      const now = timestamp ?? Date.now()
      while (!this.isDone && reader.next()) {
        while (!this.append(reader, now)) await this.producer.room()
      }
      if (this.isDone) return
    }
    if (!this.isDone && reader.finish()) await this.add(reader)
  }

  async linesOf(file: string): Promise<void> {
    const fd = openSync(file, 'r')
    try {
      await this.lines(filePieces(fd, this.context.signal))
    } finally {
      closeSync(fd)
    }
  }

  async whole(file: string): Promise<void> {
    await this.add(wholeRecord(readFileSync(file), this.key, this.flags.null, this.taken + 1))
  }

  private async add(record: InputRecord): Promise<void> {
    while (!this.append(record, this.flags.timestamp ?? Date.now())) await this.producer.room()
  }

  private append(record: InputRecord, now: number): boolean {
    const { buffer, keyStart, keyEnd, valueStart, valueEnd, number } = record
    const { topic, headers } = this
    const partition = this.flags.partition ?? -1
    if (!this.producer.append(topic, partition, now, buffer, keyStart, keyEnd, valueStart, valueEnd, number, headers)) {
      return false
    }
    this.taken++
    return true
  }
}

/** Reports records that were not written: the first failures with the numbers of their records, then how many more. */
class Failures {
  private readonly context: Context
  private failures = 0
  private records = 0

  constructor(context: Context) {
    this.context = context
  }

  add(origins: readonly number[], error: KtoolError): void {
    this.records += origins.length
    if (this.failures++ >= NAMED_FAILURES) return
    this.context.fail(error)
    this.context.warn(`not written: ${origins.length === 1 ? 'record' : 'records'} ${ranges(origins)}`)
  }

  report(): void {
    if (this.failures > NAMED_FAILURES) this.context.warn(`not written: ${this.records} records in all`)
  }
}

/** `3, 5-9, 12`; of many, the first few. */
function ranges(numbers: readonly number[]): string {
  const texts: string[] = []
  for (let i = 0; i < numbers.length; ) {
    let last = i
    while (numbers[last + 1] === numbers[last] + 1) last++
    if (texts.length === NAMED_FAILURES) return `${texts.join(', ')} … ${numbers.at(-1)} (${numbers.length} in all)`
    texts.push(last === i ? `${numbers[i]}` : `${numbers[i]}-${numbers[last]}`)
    i = last + 1
  }
  return texts.join(', ')
}

function delimiter(text: string): Buffer {
  if (text === '') throw new UsageError('a delimiter must not be empty')
  return unescapeBytes(text)
}

function header(text: string): Header {
  const at = text.indexOf('=')
  if (at === 0) throw new UsageError(`the header '${text}' has no name`)
  return at < 0 ? { key: text, value: null } : { key: text.slice(0, at), value: Buffer.from(text.slice(at + 1)) }
}

function compression(text: string): { codec: Codec | undefined; level: number | undefined } {
  const [name, level] = text.split(':', 2)
  if (name === 'none') return { codec: undefined, level: undefined }
  const codec = codecByName(name)
  if (codec === undefined) {
    throw new UsageError(`'${name}' is not a codec`, {
      hint: `codecs are none, ${codecs.map((c) => c.name).join(', ')}`,
    })
  }
  if (level === undefined) return { codec, level: undefined }
  if (codec.levels === undefined) throw new UsageError(`${name} has no levels`)
  return { codec, level: integer(codec.levels)(level) }
}
