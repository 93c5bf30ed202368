// ktool dump: what a broker left on disk.

import { basename, dirname, join, resolve } from 'node:path'
import { CorruptError, ExitCode, UsageError } from '../errors.ts'
import { compileFormat } from '../output/record-format.ts'
import { RecordSink } from '../output/record-sink.ts'
import { counted } from '../util/counted.ts'
import { integer } from '../util/numbers.ts'
import { type Context, defineCommand } from './command.ts'
import { filterFlags, recordFilter } from './consume-filter.ts'
import { filesOf, filesToCheck, isLog, unreadable } from './dump/directory.ts'
import { parseOffsetRange, parseTimeRange, type Range } from './dump/ranges.ts'
import { kindOf, mayAskRegistry, schemaDecoding, schemaFlags } from './dump/schemas.ts'
import { dumpSegment, type SegmentOptions } from './dump/segment.ts'
import { sideFileReader } from './dump/side-files.ts'
import type { TopicSummary } from './dump/summary.ts'
import type { Problem } from './dump/verify.ts'

const EVERYTHING: Range = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

export const command = defineCommand({
  path: 'dump',
  summary: 'Show and check the files of a log directory, without a broker',
  description:
    'Prints what is in log segments, indexes, producer snapshots, checkpoints and snapshots of KRaft, in the format of ' +
    "Kafka's DumpLogSegments, as JSON, or in a format of `ktool consume`. A folder of a partition stands for its logs, a " +
    'whole log directory for a summary of its topics. Records of internal topics are decoded by the name of their folder, others by schemas of a registry or of files. ' +
    'Damage is told, passed over, and makes the exit code 1.',
  args: {
    files: {
      value: 'FILE|DIRECTORY',
      doc: 'Files, folders of partitions, or a log directory',
      repeatable: true,
      complete: 'file',
    },
  },
  flags: {
    records: { doc: 'Print the records too, not the batches alone' },
    offsets: { value: 'FROM:TO', parse: parseOffsetRange, doc: 'Only these offsets, without TO; N is one record' },
    time: {
      value: 'FROM:TO',
      parse: parseTimeRange,
      doc: 'Only records of this time: -1h: or 2026-01-31T12:00..2026-01-31T13:00',
    },
    limit: { value: 'N', parse: integer({ min: 1 }), doc: 'End after N records (or batches, without --records)' },
    format: { short: 'f', value: 'FORMAT', doc: 'Print records in a format of `ktool consume`, such as %o\\t%s\\n' },
    verify: { doc: 'Check every batch, record and index entry, and print only what is wrong' },
    rebuildIndexes: { doc: 'Write the indexes of the logs anew' },
    to: {
      value: 'DIR',
      complete: 'directory',
      defaultDoc: 'beside the logs',
      doc: 'Where to put rebuilt indexes, with a folder for each of several partitions',
    },
    ...filterFlags,
    ...schemaFlags,
  },
  examples: [
    { line: 'ktool dump /var/kafka/orders-0/00000000000000000000.log', doc: 'The batches of a segment' },
    { line: 'ktool dump /var/kafka/orders-0 --offsets 1250', doc: 'One record, found through the index' },
    { line: 'ktool dump /var/kafka/orders-0 --time -1h: --json | jq .headers', doc: 'The last hour, with headers' },
    { line: 'ktool dump /var/kafka/__consumer_offsets-12 --key billing', doc: 'What a group has committed' },
    { line: 'ktool dump /var/kafka/orders-0 --avro --registry /var/kafka/_schemas-0', doc: 'By schemas, offline' },
    { line: 'ktool dump orders-0 --value-schema order.avsc --json', doc: "By a file's schema" },
    {
      line: 'ktool dump /var/kafka --verify',
      doc: 'Check a whole log directory; exit code 1 where something is wrong',
    },
    { line: 'ktool dump orders-0 --rebuild-indexes --to /tmp/indexes', doc: 'Indexes made anew, elsewhere' },
  ],
  finishesOnSignal: false,
  withoutCluster: (flags) => !mayAskRegistry(flags),
  asks: true,
  // A registry may need a profile or settings.
  unused: ['bootstrapServer', 'resolve'],
  async run(context, { files: paths }, flags) {
    const { verify, rebuildIndexes, to, format } = flags
    if (verify && rebuildIndexes) throw new UsageError('--verify and --rebuild-indexes exclude each other')
    if (to !== undefined && !rebuildIndexes) throw new UsageError('--to goes with --rebuild-indexes')
    if (verify) return verifyAll(context, paths.flatMap(filesToCheck))
    if (rebuildIndexes) return rebuild(context, paths.flatMap(filesToCheck), to)
    const found = paths.map(filesOf)
    const decoding = await schemaDecoding(context, flags)
    const schemas = decoding?.records
    const filter = await recordFilter(flags, schemas)
    const hasFilter = filter.test !== null || flags.offsets !== undefined || flags.time !== undefined
    const isJson = context.formGiven && (context.form === 'json' || context.form === 'jsonl')
    if (format !== undefined && isJson) throw new UsageError('--format and --json exclude each other')
    const options: SegmentOptions = {
      form: format !== undefined ? compileFormat(format, { decoded: schemas }) : isJson ? 'json' : 'text',
      records: flags.records || hasFilter || flags.decode !== undefined || format !== undefined || decoding !== null,
      decode: kindOf(flags.decode),
      schemas: schemas ?? null,
      offsets: flags.offsets ?? EVERYTHING,
      times: flags.time ?? EVERYTHING,
      test: filter.test,
      limit: filter.limit,
      left: flags.limit ?? Number.POSITIVE_INFINITY,
      trusting: !context.settings['check.crcs'],
    }
    const sink = new RecordSink((context.stdout as unknown as { fd: number }).fd, undefined, {
      asText: options.form === 'text',
    })
    try {
      for (const path of found.flatMap(({ files }) => files)) {
        if (isLog(path))
          await dumpSegment(path, sink, options, (error) => context.fail(error)).catch((error) =>
            fail(context, path, error),
          )
        else printSideFile(context, path, sink, isJson)
        if (options.left <= 0) break
      }
    } finally {
      await sink.flush()
    }
    const folders = found.flatMap(({ partitions }) => partitions ?? [])
    if (folders.length > 0) await printSummary(context, folders)
    decoding?.end()
    const left = filter.report()
    if (left !== null) context.warn(left)
    return undefined
  },
})

/** What can't be read does not keep the others from it; a closed pipe does, and a registry that does not answer. */
function fail(context: Context, path: string, error: unknown): void {
  const told = unreadable(path, error)
  if (!(told instanceof UsageError || told instanceof CorruptError)) throw told
  context.fail(told)
}

function printSideFile(context: Context, path: string, sink: RecordSink, isJson: boolean): void {
  if (!isJson) sink.text(`Dumping ${path}\n`)
  try {
    for (const { text, json } of sideFileReader(path)?.(path, (error) => context.fail(error)) ?? []) {
      sink.text(isJson ? `${JSON.stringify(json)}\n` : `${text}\n`)
    }
  } catch (error) {
    fail(context, path, error)
  }
}

async function printSummary(context: Context, folders: readonly string[]): Promise<void> {
  const { summarize } = await import('./dump/summary.ts')
  const rows = context.rows<TopicSummary>({
    columns: [
      { key: 'topic' },
      { key: 'topicId' },
      { key: 'partitions' },
      { key: 'segments' },
      { key: 'bytes' },
      { key: 'oldestOffset' },
      { key: 'highWatermark' },
    ],
  })
  const byDirectory = Map.groupBy(folders, (folder) => dirname(folder))
  for (const group of byDirectory.values()) {
    for (const summary of summarize(group, (path, error) => fail(context, path, error))) await rows.add(summary)
  }
  await rows.end()
}

async function verifyAll(context: Context, files: readonly string[]): Promise<ExitCode | undefined> {
  const { CleanedPartitions, verifySegment, verifySideFile } = await import('./dump/verify.ts')
  const rows = context.rows<Problem>({
    columns: [{ key: 'file' }, { key: 'position' }, { key: 'offset' }, { key: 'problem' }],
  })
  const progress = context.isTerminal.stdout ? null : context.progress('checking')
  let problems = 0
  const report = (problem: Problem) => {
    problems++
    rows.add(problem)
  }
  const total = { batches: 0, records: 0 }
  const cleaned = new CleanedPartitions()
  for (const path of files) {
    progress?.update(() => path)
    try {
      if (!isLog(path)) verifySideFile(path, report)
      else {
        const { batches, records } = await verifySegment(path, report, cleaned)
        total.batches += batches
        total.records += records
      }
    } catch (error) {
      problems++
      fail(context, path, error)
    }
    await rows.flush()
  }
  progress?.done()
  await rows.end()
  const { batches, records } = total
  const what = [counted(files.length, 'file'), counted(batches, 'batch', 'batches'), counted(records, 'record')].join(
    ', ',
  )
  context.note(`${what}: ${problems === 0 ? 'all is well' : counted(problems, 'problem')}`)
  return problems === 0 ? undefined : ExitCode.failure
}

async function rebuild(context: Context, files: readonly string[], to: string | undefined): Promise<undefined> {
  const { rebuildIndexes } = await import('./dump/rebuild.ts')
  const logs = files.filter((path) => path.endsWith('.log'))
  if (logs.length === 0) throw new UsageError('there is no log to make indexes for')
  if (
    !(await context.confirm(
      `Write the indexes of ${counted(logs.length, 'log')} anew${to === undefined ? '' : ` in ${to}`}?`,
    ))
  )
    return undefined
  const place = to === undefined ? dirname : placeIn(to, logs)
  for (const path of logs) {
    try {
      const { entries, timeEntries } = await rebuildIndexes(path, place(path))
      context.note(`${path}: ${entries} offsets, ${timeEntries} times`)
    } catch (error) {
      fail(context, path, error)
    }
  }
  return undefined
}

/** In `to`, or where the logs are of several partitions in a folder for each. */
function placeIn(to: string, logs: readonly string[]): (log: string) => string {
  const folderOf = (log: string) => dirname(resolve(log))
  const isOne = new Set(logs.map(folderOf)).size === 1
  const place = (log: string) => (isOne ? to : join(to, basename(folderOf(log))))
  const taken = new Map<string, string>()
  for (const log of logs) {
    const target = join(place(log), basename(log))
    const other = taken.get(target)
    if (other !== undefined && resolve(other) !== resolve(log))
      throw new UsageError(`the indexes of ${other} and ${log} would take the same place in ${to}`)
    taken.set(target, log)
  }
  return place
}
