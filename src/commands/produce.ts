// ktool produce: records from stdin or files into a topic.

import type { Client } from '../client/client.ts'
import type { Topic } from '../client/cluster.ts'
import { noPartition } from '../client/no-partition.ts'
import { Producer } from '../client/producer.ts'
import { KtoolError, UsageError } from '../errors.ts'
import type { InputReader } from '../input/input-record.ts'
import { JsonLineReader } from '../input/jsonl.ts'
import { LineReader } from '../input/lines.ts'
import { TemplateReader, templateParts } from '../input/template.ts'
import { encodeHeaders, type Header } from '../records/headers.ts'
import type { RecordEncoding } from '../registry/record-encoding.ts'
import { counted } from '../util/counted.ts'
import { unescapeBytes } from '../util/escapes.ts'
import { fileProblem } from '../util/file-problem.ts'
import { integer } from '../util/numbers.ts'
import { parseRate } from '../util/rate.ts'
import { parseTime } from '../util/time.ts'
import { defineCommand, FORMS } from './command.ts'
import { ProduceFailures } from './produce-failures.ts'
import { ProduceInput, type RecordOptions } from './produce-input.ts'
import { producerFlags, producerOptions } from './produce-options.ts'
import { ProduceOutput } from './produce-output.ts'
import { recordEncoding, schemaFlags } from './produce-schemas.ts'
import { ProduceStops } from './produce-stops.ts'

/** As TOPIC: each record names its own. */
const FROM_RECORDS = '-'

export const command = defineCommand({
  path: 'produce',
  summary: 'Write records to a topic',
  description:
    'Writes each line of stdin, or each FILE as a whole, as a record to a topic, and ends when all of them are ' +
    'acknowledged. Records with the same key go to the same partition, the one that Java producers choose. What is ' +
    'typed is sent at once, bulk input in large batches; nothing is written twice or out of order, whatever has to be ' +
    'sent again. An empty line is a record with an empty value.',
  args: {
    topic: { value: 'TOPIC', doc: 'The topic to write to; - where each record names its own', complete: 'topic' },
    files: {
      value: 'FILE',
      doc: 'Files to write instead of stdin',
      optional: true,
      repeatable: true,
      complete: 'file',
    },
  },
  flags: {
    input: {
      value: 'FORMAT',
      choices: ['lines', 'jsonl', 'whole', 'template'],
      doc: 'What the input is: lines, what `consume --json` writes, one record, or text by a --template',
      defaultDoc: 'lines; whole for FILEs',
    },
    lines: { short: 'l', doc: 'Each line of the FILEs is a record' },
    template: { value: 'TEXT', doc: "Fields of a record and what stands between them, such as '%k\\t%v\\n'" },
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
    headersDelimiter: {
      value: 'TEXT',
      parse: delimiter,
      doc: 'Ends the headers, name=value,…, at the beginning of each record',
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
    timestamp: {
      value: 'TIME',
      parse: (text: string) => parseTime(text),
      doc: 'Timestamp of all records',
      defaultDoc: 'now',
    },
    ...producerFlags,
    count: { short: 'c', value: 'N', parse: integer({ min: 1 }), doc: 'End after N records' },
    rate: { value: 'N/s', parse: parseRate, doc: 'Write this many records in a second (N/m: a minute, N/h: an hour)' },
    repeat: { value: 'N', parse: integer({ min: 1 }), default: 1, doc: 'Write each record of the input N times' },
    tee: { doc: 'Pass the input on to stdout' },
    report: { doc: 'Print partition and offset of each record that is written' },
    ...schemaFlags,
    allowAutoTopicCreation: { doc: 'Let the broker create the topic, where it is set up to' },
  },
  examples: [
    { line: "printf 'hello\\nworld\\n' | ktool produce greetings", doc: 'Two records' },
    {
      line: "ktool produce orders -K '\\t' -z zstd < orders.tsv",
      doc: 'Keys before the first tab of each line, compressed',
    },
    { line: "ktool produce users -K : -Z <<< 'user-17:'", doc: 'A tombstone: a key with a null value' },
    { line: 'ktool consume orders -e --json | ktool produce copy --input jsonl', doc: 'A copy without loss' },
    { line: 'ktool produce images -k logo logo.png', doc: 'A file as one record' },
    { line: 'ktool produce orders --transactional-id load-7 < orders.jsonl', doc: 'All of the lines or none' },
    { line: 'ktool produce orders --value-schema order.avsc < orders.jsonl', doc: 'As Avro, by a schema registry' },
    { line: 'ktool produce orders --rate 50/s --repeat 10 < orders.jsonl', doc: 'A steady load' },
  ],
  finishesOnSignal: true,
  unused: FORMS,
  async run(context, { topic, files }, flags) {
    checkFlags(flags, files)
    const client = await context.client()
    const hasSchema = flags.keySchema !== undefined || flags.valueSchema !== undefined
    // For a topic that is not there nothing is to be registered.
    if (hasSchema && topic !== FROM_RECORDS && !flags.allowAutoTopicCreation) await client.cluster.topic(topic)
    const encoding = await recordEncoding(context, topic === FROM_RECORDS ? null : topic, flags)
    const failures = new ProduceFailures(context, () => stops.failed())
    const progress = context.isTerminal.stdin ? null : context.progress('producing')
    let delivered = 0
    /** Whether it was said that nothing is delivered at the moment. */
    let lost = false
    const output = new ProduceOutput(context, flags)
    const options = await producerOptions(context, client, flags)
    const producer = new Producer(client.cluster, options, {
      delivered(batch, queue, baseOffset) {
        delivered += batch.count
        lost = false
        output.delivered(batch, queue, baseOffset)
        progress?.update(() => counted(delivered, 'record'))
      },
      failed: (origins, _queue, error) => failures.refused(origins, error),
      lost(error) {
        if (!lost) context.warn(`${error.message}; trying again`)
        lost = true
      },
      unknown(error) {
        context.warn(`${error.message}; nobody knows which of the last records are written (--acks 0)`)
      },
    })

    const stops = new ProduceStops(context, producer, {
      rate: flags.rate,
      count: flags.count ?? Number.POSITIVE_INFINITY,
      transactional: options.transaction !== null,
      recordsPerTransaction: flags.recordsPerTransaction,
    })
    const input = new ProduceInput(
      context,
      producer,
      failures,
      recordOptions(client, producer, topic, flags, encoding),
      stops,
      output,
      encoding === null ? inputReader(flags) : await encodingReader(inputReader(flags), encoding),
    )
    if (topic !== FROM_RECORDS) await input.turnTo(topic)
    if (files.length === 0) await (flags.input === 'whole' ? input.wholeStdin() : input.stdin())
    for (const file of files) {
      if (input.isDone) break
      try {
        await (isWhole(flags) ? input.whole(file) : input.recordsOf(file))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
        context.fail(new KtoolError(fileProblem(error, file), { cause: error }), file)
        stops.failed()
      }
    }
    await stops.finish(input.taken)
    progress?.done()
    await output.end()
    failures.report()
    return undefined
  },
})

type Flags = Parameters<typeof command.run>[2]

function checkFlags(flags: Flags, files: readonly string[]): void {
  const { input, lines, template, tee, report, keyDelimiter, headersDelimiter } = flags
  if (files.includes('-')) {
    throw new UsageError('- is no FILE', { hint: 'leave it out: without FILEs stdin is read' })
  }
  if (tee && report) throw new UsageError('--tee and --report exclude each other: both print on stdout')
  if (lines && files.length === 0) throw new UsageError('--lines is for FILEs; stdin is read by lines anyway')
  if (lines && input !== undefined && input !== 'lines')
    throw new UsageError(`--lines and --input ${input} exclude each other`)
  if (input === 'jsonl' && (keyDelimiter ?? headersDelimiter) !== undefined) {
    throw new UsageError('--input jsonl has keys and headers of its own', {
      hint: 'leave --key-delimiter and --headers-delimiter out',
    })
  }
  if (template !== undefined && input !== undefined && input !== 'template') {
    throw new UsageError(`--template and --input ${input} exclude each other`)
  }
  if (template !== undefined && (keyDelimiter ?? headersDelimiter) !== undefined) {
    throw new UsageError('a --template says itself where keys and headers end', {
      hint: "as in --template '%h\\t%k\\t%v\\n'",
    })
  }
  const isOneRecord = (files.length > 0 || input === 'whole') && isWhole(flags)
  if (isOneRecord && (keyDelimiter ?? headersDelimiter) !== undefined) {
    const [option, instead] = keyDelimiter === undefined ? ['headers', '-H'] : ['key', '-k']
    const lines =
      files.length === 0
        ? 'leave --input whole out'
        : `--lines${input === 'whole' ? ' in place of --input whole' : ''} makes each line of the FILEs one`
    throw new UsageError(`--${option}-delimiter is for records that are lines`, {
      hint: `${lines}; ${instead} is for all records`,
    })
  }
}

/** Files are whole records unless something says how to divide them. */
function isWhole({ input, lines, template, headersDelimiter }: Flags): boolean {
  if (input !== undefined) return input === 'whole'
  return !lines && template === undefined && headersDelimiter === undefined
}

function recordOptions(
  client: Client,
  producer: Producer,
  topic: string,
  flags: Flags,
  encoding: RecordEncoding | null,
): RecordOptions {
  return {
    encode: (record) => encoding?.encode(record) ?? record,
    topic: topic === FROM_RECORDS ? null : topic,
    partition: flags.partition ?? null,
    recordPartitions: flags.partitioner === undefined,
    timestamp: flags.timestamp ?? null,
    key: flags.key === undefined ? null : Buffer.from(flags.key),
    headers: flags.header.length === 0 ? null : encodeHeaders(flags.header),
    emptyIsNull: flags.null,
    repeat: flags.repeat,
    prepare: (name) => prepare(client, producer, name, flags),
  }
}

/** What reads the records out of stdin and of files that hold several. */
function inputReader(flags: Flags): () => InputReader {
  const { delimiter, keyDelimiter, headersDelimiter, null: emptyIsNull } = flags
  const fixedKey = flags.key === undefined ? undefined : Buffer.from(flags.key)
  if (flags.input === 'jsonl') {
    const asJson = { key: flags.keySchema !== undefined, value: flags.valueSchema !== undefined }
    return () => new JsonLineReader(asJson, fixedKey)
  }
  if (flags.template !== undefined) {
    const parts = templateParts(flags.template)
    return () => new TemplateReader(parts, { key: fixedKey, emptyIsNull })
  }
  if (flags.input === 'template') throw new UsageError('--input template needs a --template')
  if (headersDelimiter !== undefined) {
    const parts = [
      { field: 'h', until: headersDelimiter },
      ...(keyDelimiter === undefined ? [] : [{ field: 'k', until: keyDelimiter, isOptional: true }]),
      { field: 'v', until: delimiter },
    ]
    return () => new TemplateReader({ before: Buffer.alloc(0), parts }, { key: fixedKey, emptyIsNull })
  }
  return () => new LineReader({ delimiter, keyDelimiter, fixedKey, emptyIsNull })
}

async function encodingReader(newReader: () => InputReader, encoding: RecordEncoding): Promise<() => InputReader> {
  const { EncodingReader } = await import('../registry/record-encoding.ts')
  return () => new EncodingReader(newReader(), encoding)
}

/** Looks up what the producer must know of a topic. */
async function prepare(client: Client, producer: Producer, topic: string, flags: Flags): Promise<Topic> {
  const prepared = await producer.prepare(topic, { create: flags.allowAutoTopicCreation })
  const { length } = prepared.partitions
  if (flags.partition !== undefined && flags.partition >= length) {
    throw noPartition(topic, flags.partition, length)
  }
  try {
    const limit = Number(await client.admin.topicConfig(topic, 'max.message.bytes'))
    if (limit > 0) producer.limitBatches(limit)
  } catch {
    // Not allowed to look: the broker will say which batches are too large.
  }
  return prepared
}

function delimiter(text: string): Buffer {
  if (text === '') throw new UsageError('a delimiter must not be empty')
  return unescapeBytes(text)
}

function header(text: string): Header {
  const at = text.indexOf('=')
  if (at === 0 || text === '') throw new UsageError(`the header '${text}' has no name`)
  return at < 0 ? { key: text, value: null } : { key: text.slice(0, at), value: Buffer.from(text.slice(at + 1)) }
}
