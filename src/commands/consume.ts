// ktool consume: the records of topics, to stdout.

import { type Consumer, type ReadOptions, topicChoice } from '../client/consumer.ts'
import type { Fetched, Position } from '../client/fetched.ts'
import { Fetcher, type Gone } from '../client/fetcher.ts'
import { PartitionConsumer } from '../client/partition-consumer.ts'
import { RecordReader, type RecordVisitor } from '../client/record-reader.ts'
import { type OffsetSpec, parseOffsetSpec } from '../client/start-offset.ts'
import { CorruptError, UsageError } from '../errors.ts'
import type { RecordTest } from '../filter/record-filter.ts'
import { compileFormat, type RecordWriter, valueDelimiter } from '../output/record-format.ts'
import { jsonWriter, writeJson } from '../output/record-json.ts'
import { RecordSink } from '../output/record-sink.ts'
import { ValueLines } from '../records/value-lines.ts'
import type { RecordView } from '../records/view.ts'
import { counted } from '../util/counted.ts'
import { parseDuration } from '../util/duration.ts'
import { integer, parseIntegerList } from '../util/numbers.ts'
import { type Context, defineCommand } from './command.ts'
import { filterFlags, recordFilter } from './consume-filter.ts'
import { checkGroupFlags, groupConsumer, groupFlags } from './consume-group.ts'
import { type Decoding, decodeFlags, recordDecoding } from './consume-schemas.ts'

const DEFAULT_FORMAT = '%s\\n'
/** More records than there are in a batch. */
const MANY = 0x7fff_ffff
/** Times such as -1h are counted from when each is read. */
const CLOCK_MS = 1000

export const command = defineCommand({
  path: 'consume',
  summary: 'Print the records of topics',
  description:
    'Prints the records of topics to stdout, each value on a line of its own, and waits for more until Ctrl-C. ' +
    'With --exit-eof it ends where the topics ended when it began; with --json each record is an object on a line, ' +
    'which loses nothing and which `produce` reads back.\n\n' +
    'Formats: %s value, %k key, %t topic, %p partition, %o offset, %T timestamp in ms, %d{iso} timestamp as text, ' +
    '%h headers, %h{NAME} one header, %S and %K lengths of value and key (-1: null), %R value length as 4 bytes, ' +
    '%e leader epoch, %P producer id, %% a percent sign; %k{hex} %s{base64} %s{json} are other forms of the bytes; ' +
    '\\n \\t \\0 \\xNN are single bytes.',
  args: { topics: { value: 'TOPIC', doc: 'Name, glob or /regex/', repeatable: true, complete: 'topic' } },
  flags: {
    offset: {
      short: 'o',
      value: 'OFFSET',
      parse: parseOffsetSpec,
      default: { kind: 'beginning' } as OffsetSpec,
      defaultDoc: 'beginning',
      doc: 'Where to begin: beginning, end, N, -N (the last N of each partition), @TIME',
    },
    until: { value: 'OFFSET', parse: parseOffsetSpec, doc: 'Where to end (exclusive), in the same forms' },
    partition: {
      short: 'p',
      value: 'LIST',
      parse: parseIntegerList,
      repeatable: true,
      doc: 'Only these partitions, such as 0,2-5',
    },
    exitEof: { short: 'e', doc: 'End at the end that the topics have now' },
    count: { short: 'c', value: 'N', parse: integer({ min: 1 }), doc: 'End after N records' },
    format: { short: 'f', value: 'FORMAT', doc: 'How a record is printed', defaultDoc: '%s\\n' },
    null: { short: 'Z', doc: 'Print NULL for keys and values that are null' },
    idle: { value: 'DURATION', parse: parseDuration, doc: 'End when no record came for this long' },
    isolation: {
      value: 'LEVEL',
      choices: ['committed', 'uncommitted'],
      defaultDoc: 'committed, or what isolation.level says',
      doc: 'Whether to leave out what open and aborted transactions wrote',
    },
    ...filterFlags,
    ...groupFlags,
    ...decodeFlags,
  },
  examples: [
    { line: 'ktool consume orders', doc: 'Everything, and what comes in, until Ctrl-C' },
    { line: "ktool consume orders -e -f '%k\\t%s\\n'", doc: 'Keys and values up to the present end' },
    { line: 'ktool consume orders -o -10 -e', doc: 'The last ten records of each partition' },
    { line: 'ktool consume orders -o @-1h -e --json | jq .value', doc: 'The last hour, for a program' },
    { line: "ktool consume 'orders-*' -p 0 -c 5", doc: 'Five records out of the partitions 0' },
    { line: 'ktool consume orders -e --where \'value.total > 100.0 && key.startsWith("eu-")\'', doc: 'Only some' },
    { line: "ktool consume orders -e --decode value --where 'value.total > 100'", doc: 'By the schemas of a registry' },
    { line: 'ktool consume -G billing orders', doc: 'As a member of the group billing, from where it is' },
  ],
  finishesOnSignal: true,
  unused: ['output'],
  async run(context, { topics }, flags) {
    checkGroupFlags(flags)
    if (flags.group === undefined) checkRange(flags)
    const decoding = await recordDecoding(context, flags)
    const write = writerOf(context, flags, decoding)
    const delimiter = context.formGiven || flags.null ? undefined : valueDelimiter(flags.format ?? DEFAULT_FORMAT)
    const filter = await recordFilter(flags, decoding?.records)
    const { cluster } = await context.client()
    const { settings } = context
    const isolation = flags.isolation === undefined ? settings['isolation.level'] : `read_${flags.isolation}`
    const committedOnly = isolation === 'read_committed'
    const choice = topicChoice(topics)
    const fetcher = new Fetcher(
      cluster,
      {
        isolation: committedOnly ? 1 : 0,
        maxBytes: settings['fetch.max.bytes'],
        partitionMaxBytes: settings['max.partition.fetch.bytes'],
        minBytes: settings['fetch.min.bytes'],
        checkCrcs: settings['check.crcs'],
        maxWaitMs: settings['fetch.max.wait.ms'],
        // Who waits for more may wait for the brokers; what is to end must not hang.
        patienceMs: isBounded(flags) ? settings['default.api.timeout.ms'] : Number.POSITIVE_INFINITY,
        // What is there already comes at once, and one connection (with one login) is had sooner than two.
        lane: flags.exitEof && flags.group === undefined ? 'main' : 'fetch',
      },
      ({ topic, partition }, text) => context.warn(`partition ${partition} of ${topic}: ${text}`),
      flags.group === undefined && choice.patterns.length === 0 ? undefined : warnOnce(context),
    )
    const sink = new RecordSink((context.stdout as unknown as { fd: number }).fd, () => consumer.stop())
    const read: ReadOptions = {
      start: flags.offset,
      until: flags.until,
      exitEof: flags.exitEof,
      isolation: committedOnly ? 1 : 0,
    }
    const partitions = flags.partition.length === 0 ? undefined : [...new Set(flags.partition.flat())]
    const consumer: Consumer =
      flags.group === undefined
        ? new PartitionConsumer(cluster, fetcher, choice, { ...read, partitions }, context)
        : await groupConsumer(context, cluster, fetcher, choice, read, flags, () => sink.flush())
    context.signal.addEventListener('abort', () => consumer.stop(), { once: true })
    if (context.signal.aborted) consumer.stop()
    const reader = new RecordReader({
      checkCrcs: settings['check.crcs'],
      committedOnly,
      prepare: decoding === null ? undefined : (view) => decoding.records.prepare(view),
      limit: filter.limit,
    })
    const idle = flags.idle === undefined ? null : setTimeout(() => fetcher.finish(), flags.idle)
    try {
      await printAll(context, consumer, reader, sink, {
        write,
        delimiter,
        test: filter.test,
        decoding,
        count: flags.count,
        printed: () => idle?.refresh(),
      })
    } finally {
      if (idle !== null) clearTimeout(idle)
    }
    decoding?.end()
    const left = filter.report()
    if (left !== null) context.warn(left)
    return undefined
  },
})

type Flags = Parameters<typeof command.run>[2]

interface Printing {
  write: RecordWriter
  /** Where `write` gives nothing but the value and this byte. */
  delimiter: number | undefined
  test: RecordTest | null
  decoding: Decoding | null
  /** How many records at most. */
  count: number | undefined
  /** Some more are printed. */
  printed(): void
}

/** Until the consumer has no more, or as many are printed as are wanted; then it is closed. */
async function printAll(
  context: Context,
  consumer: Consumer,
  reader: RecordReader,
  sink: RecordSink,
  { write, delimiter, test, decoding, count, printed }: Printing,
): Promise<void> {
  const progress = context.isTerminal.stdout ? null : context.progress('consuming')
  let records = 0
  // Small numbers make the comparison of each record cheap.
  const last = count ?? -1
  const take = (view: RecordView): boolean => {
    if (test !== null && !test(view)) return true
    write(view, sink)
    return ++records !== last
  }
  const visit =
    decoding === null
      ? take
      : (view: RecordView): boolean => {
          decoding.records.decode(view)
          return take(view)
        }
  const visitMany = ({ cursor }: RecordView): void => {
    const lines = ValueLines.in(cursor.bytes)
    if (lines === undefined) return
    // The last one of those wanted ends the reading, which is for take() to say.
    cursor.takeLines(lines, delimiter as number, count === undefined ? MANY : count - records - 1)
    records += lines.count
    sink.block(cursor.bytes, lines.start, lines.end)
  }
  const visitor: RecordVisitor = {
    visit,
    visitMany: delimiter === undefined || test !== null || decoding !== null ? undefined : visitMany,
    pace: () => sink.pace(),
  }
  const damaged = new Set<Position>()
  /** False where enough is printed. A damaged partition keeps nobody from the others. */
  const readOn = async (fetched: Fetched): Promise<boolean> => {
    if (damaged.has(fetched.position)) return true
    try {
      const whole = await reader.read(fetched, visitor)
      consumer.passed(fetched, whole ? undefined : reader.view.cursor.offset + 1)
      return whole
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error
      const problem = error === fetched.damage ? error : damage(fetched, error, reader)
      // A member of a group would have to commit that it has read it.
      if (consumer.giveUp === undefined) throw problem
      context.fail(problem)
      damaged.add(fetched.position)
      consumer.giveUp(fetched)
      return true
    }
  }
  try {
    for (let piece = await consumer.next(); piece !== null; piece = await consumer.next()) {
      const before = records
      for (const fetched of piece.partitions) {
        if (await readOn(fetched)) continue
        consumer.stop()
        break
      }
      piece.done()
      sink.push()
      if (records > before) printed()
      progress?.update(() => counted(records, 'record'))
    }
  } finally {
    consumer.stop()
    progress?.done()
    try {
      await sink.flush()
    } finally {
      await consumer.close()
    }
  }
}

function checkRange({ offset, until }: Flags): void {
  const isBackwards =
    (offset.kind === 'offset' && until?.kind === 'offset' && until.offset < offset.offset) ||
    (offset.kind === 'time' && until?.kind === 'time' && until.timestamp < offset.timestamp - CLOCK_MS)
  if (isBackwards) throw new UsageError('--until is before --offset')
}

function isBounded({ exitEof, until, count, idle }: Flags): boolean {
  return exitEof || until !== undefined || count !== undefined || idle !== undefined
}

/** Of a topic that is gone, while the others are read. */
function warnOnce(context: Context): Gone {
  const told = new Set<string>()
  return ({ topic }, error) => {
    if (!told.has(topic)) context.warn(error.message)
    told.add(topic)
  }
}

/** Names the partition. */
function damage({ position }: Fetched, error: CorruptError, { checksCrcs }: RecordReader): CorruptError {
  const readOn = '; -X check.crcs=false reads on as far as they can be understood'
  return new CorruptError(`partition ${position.partition} of ${position.topic}: ${error.message}`, {
    hint: `the broker keeps damaged bytes${checksCrcs ? readOn : ''}`,
    cause: error,
  })
}

function writerOf(context: Context, { format, null: showNull }: Flags, decoding: Decoding | null): RecordWriter {
  if (context.formGiven) {
    if (showNull) throw new UsageError('--null is for formats: in JSON null is null')
    if (format !== undefined) throw new UsageError('--format and --json exclude each other')
    if (context.form === 'json' || context.form === 'jsonl') {
      return decoding === null ? writeJson : jsonWriter(decoding.records)
    }
    throw new UsageError(`records can't be printed as ${context.form}`, { hint: 'use --json, or --format' })
  }
  return compileFormat(format ?? DEFAULT_FORMAT, { showNull, decoded: decoding?.records })
}
