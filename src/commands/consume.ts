// ktool consume: the records of topics, to stdout.

import { type Cluster, type Partition, UnknownTopicError } from '../client/cluster.ts'
import { type Fetched, Fetcher, Position } from '../client/fetcher.ts'
import { RecordReader } from '../client/record-reader.ts'
import { type OffsetSpec, parseOffsetSpec, partitionBounds, resolveOffsets } from '../client/start-offset.ts'
import { CorruptError, KtoolError, UsageError } from '../errors.ts'
import { compileFormat, type RecordWriter } from '../output/record-format.ts'
import { writeJson } from '../output/record-json.ts'
import { RecordSink } from '../output/record-sink.ts'
import { KafkaError } from '../protocol/errors.ts'
import type { RecordView } from '../records/view.ts'
import { integer, parseIntegerList } from '../util/numbers.ts'
import { type Context, defineCommand } from './command.ts'
import { selectTopics } from './topics/select.ts'

const DEFAULT_FORMAT = '%s\\n'

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
    partition: { short: 'p', value: 'LIST', parse: parseIntegerList, doc: 'Only these partitions, such as 0,2-5' },
    exitEof: { short: 'e', doc: 'End at the end that the topics have now' },
    count: { short: 'c', value: 'N', parse: integer({ min: 1 }), doc: 'End after N records' },
    format: { short: 'f', value: 'FORMAT', doc: 'How a record is printed', defaultDoc: '%s\\n' },
    isolation: {
      value: 'LEVEL',
      choices: ['committed', 'uncommitted'],
      defaultDoc: 'committed, or what isolation.level says',
      doc: 'Whether to leave out what open and aborted transactions wrote',
    },
  },
  examples: [
    { line: 'ktool consume orders', doc: 'Everything, and what comes in, until Ctrl-C' },
    { line: "ktool consume orders -e -f '%k\\t%s\\n'", doc: 'Keys and values up to the present end' },
    { line: 'ktool consume orders -o -10 -e', doc: 'The last ten records of each partition' },
    { line: 'ktool consume orders -o @-1h -e --json | jq .value', doc: 'The last hour, for a program' },
    { line: "ktool consume 'orders-*' -p 0 -c 5", doc: 'Five records out of the partitions 0' },
  ],
  finishesOnSignal: true,
  async run(context, { topics }, flags) {
    const write = writerOf(context, flags.format)
    const client = await context.client()
    const { settings } = context
    const isolation = flags.isolation === undefined ? settings['isolation.level'] : `read_${flags.isolation}`
    const committedOnly = isolation === 'read_committed'
    const fetcher = new Fetcher(
      client.cluster,
      {
        isolation: committedOnly ? 1 : 0,
        maxBytes: settings['fetch.max.bytes'],
        partitionMaxBytes: settings['max.partition.fetch.bytes'],
        minBytes: settings['fetch.min.bytes'],
        maxWaitMs: settings['fetch.max.wait.ms'],
      },
      ({ topic, partition }, text) => context.warn(`partition ${partition} of ${topic}: ${text}`),
    )
    const onAbort = () => fetcher.close()
    context.signal.addEventListener('abort', onAbort, { once: true })
    const { names, errors } = await topicNames(context, topics)
    for (const error of errors) context.fail(error)
    fetcher.add(await positions(context, client.cluster, names, { ...flags, committedOnly }))

    const reader = new RecordReader({ checkCrcs: settings['check.crcs'], committedOnly })
    const sink = new RecordSink((context.stdout as unknown as { fd: number }).fd, () => fetcher.close())
    const progress = context.isTerminal.stdout ? null : context.progress('consuming')
    const { count = Number.POSITIVE_INFINITY } = flags
    let records = 0
    const visit = (view: RecordView): boolean => {
      write(view, sink)
      return ++records < count
    }
    const pace = () => sink.pace()
    try {
      for (let answer = await fetcher.next(); answer !== null; answer = await fetcher.next()) {
        for (const fetched of answer.partitions) {
          if (!(await read(reader, fetched, visit, pace))) fetcher.close()
          if (records >= count) break
        }
        answer.done()
        sink.push()
        progress?.update(`${records.toLocaleString('en')} records`)
      }
    } finally {
      fetcher.close()
      progress?.done()
      await sink.flush()
    }
    return undefined
  },
})

/** Reads on, and names the partition where its bytes are damaged. */
async function read(
  reader: RecordReader,
  fetched: Fetched,
  visit: (view: RecordView) => boolean,
  pace: () => Promise<void> | undefined,
): Promise<boolean> {
  try {
    return await reader.read(fetched, visit, pace)
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error
    const { topic, partition } = fetched.position
    throw new CorruptError(`partition ${partition} of ${topic}: ${error.message}`, {
      hint: 'the broker keeps damaged bytes; -X check.crcs=false reads on as far as they can be understood',
      cause: error,
    })
  }
}

function writerOf(context: Context, format: string | undefined): RecordWriter {
  if (context.formGiven) {
    if (format !== undefined) throw new UsageError('--format and --json exclude each other')
    if (context.form === 'json' || context.form === 'jsonl') return writeJson
    throw new UsageError(`records can't be printed as ${context.form}`, { hint: 'use --json, or --format' })
  }
  return compileFormat(format ?? DEFAULT_FORMAT)
}

/** Names stand for themselves; the list of topics is asked for only where a pattern needs it. */
async function topicNames(
  context: Context,
  topics: readonly string[],
): Promise<{ names: string[]; errors: KtoolError[] }> {
  const { namePattern } = await import('../util/name-pattern.ts')
  if (topics.every((topic) => namePattern(topic).literal)) return { names: [...new Set(topics)], errors: [] }
  const selected = await selectTopics(await context.client(), topics, { internal: false })
  return { names: selected.topics.map((topic) => topic.name), errors: selected.errors }
}

interface Range {
  offset: OffsetSpec
  until: OffsetSpec | undefined
  partition: readonly number[] | undefined
  exitEof: boolean
  committedOnly: boolean
}

/** Where several topics are read, one that is not there is reported and the others are read. */
async function partitionsOf(context: Context, cluster: Cluster, topic: string, goOn: boolean): Promise<Partition[]> {
  try {
    return (await cluster.topic(topic)).partitions
  } catch (error) {
    if (!goOn || !(error instanceof UnknownTopicError || error instanceof KafkaError)) throw error
    context.fail(error)
    return []
  }
}

async function positions(
  context: Context,
  cluster: Cluster,
  names: readonly string[],
  range: Range,
): Promise<Position[]> {
  const chosen = []
  for (const topic of names) {
    const partitions = await partitionsOf(context, cluster, topic, names.length > 1)
    for (const partition of range.partition ?? partitions.keys()) {
      if (partition >= partitions.length) {
        throw new KtoolError(`topic ${topic} has no partition ${partition}`, {
          hint: `its partitions are 0 to ${partitions.length - 1}`,
        })
      }
      chosen.push({ topic, partition })
    }
  }
  const bounds = await partitionBounds(cluster, chosen, range.committedOnly ? 1 : 0)
  const starts = await resolveOffsets(cluster, range.offset, bounds)
  const ends = range.until === undefined ? null : await resolveOffsets(cluster, range.until, bounds)
  return bounds.map(({ topic, partition, latest }, i) => {
    if (range.offset.kind === 'offset' && starts[i] > latest) {
      context.warn(`partition ${partition} of ${topic} ends at ${latest}: nothing is there from ${starts[i]} on`)
    }
    const until = Math.min(ends?.[i] ?? Number.POSITIVE_INFINITY, range.exitEof ? latest : Number.POSITIVE_INFINITY)
    return new Position(topic, partition, starts[i], until)
  })
}
