// `ktool serve` beside a real Kafka: the same clients do the same work on both, in turn. Kafka runs with the Java options of
// its own start script.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Metadata } from '../src/protocol/apis/03-metadata.ts'
import { ApiVersions } from '../src/protocol/apis/18-api-versions.ts'
import { CreateTopics } from '../src/protocol/apis/19-create-topics.ts'
import { RawClient } from '../test/broker/harness.ts'
import { writeLines } from '../test/interop/data.ts'
import { type Kafka, type KafkaTool, kafkaTool, startKafka } from '../test/interop/peers/kafka.ts'
import { ktool, type Serve, serve } from '../test/interop/peers/ktool.ts'
import { type RunResult, run, succeeded } from '../test/interop/peers/run.ts'
import { mean, median } from './measure.ts'

export interface ServeOptions {
  /** Rows whose name has this text. */
  only: string
  runs: number
  lines: number
  /** Of segments that a start after an unclean stop has to check. */
  recoverMiB: number
  /** For files. */
  folder: string
  /** Told each number pair: ktool's over Kafka's has to be at most `most`, where there is a limit. */
  report(row: string, unit: string, ours: number, theirs: number, most?: number): void
}

interface Contestant {
  who: 'ktool' | 'Kafka'
  bootstrap: string
  port: number
  pid: number
  /** To the first answer. Milliseconds. */
  startMs: number
}

/** Milliseconds, bytes per second and so on, from one run on a contestant. */
type Measurement = (on: Contestant, topic: string) => Promise<number>

interface Row {
  name: string
  unit: string
  most?: number
  measure: Measurement
  once?: boolean
  /** Of several measurements: the median, unless they are too coarse for it. */
  middle?: (values: readonly number[]) => number
}

export async function measureServing(options: ServeOptions): Promise<void> {
  const lines = join(options.folder, 'serve-lines')
  writeLines(lines, 0, options.lines)
  const rows = rowsOf(options, lines).filter(({ name }) => name.includes(options.only))
  if (rows.length > 0) await sideBySide(rows, options)
  for (const [name, restart] of restarts) if (name.includes(options.only)) await restart(name, options)
}

async function sideBySide(rows: readonly Row[], { runs, report }: ServeOptions): Promise<void> {
  const kafka = await startKafka({ asInstalled: true })
  const ours = await startServe()
  const contestants: readonly Contestant[] = [
    { who: 'ktool', ...ours, bootstrap: ours.broker.bootstrap, pid: ours.broker.process.pid as number },
    { who: 'Kafka', ...kafka, pid: kafka.process.pid as number },
  ]
  try {
    for (const { name, unit, most, measure, once, middle = median } of rows) {
      const results = { ktool: [] as number[], Kafka: [] as number[] }
      for (let i = 0; i < (once ? 1 : runs); i++) {
        for (const on of i % 2 === 0 ? contestants : contestants.toReversed()) {
          const topic = `bench-${rows.findIndex((row) => row.name === name)}-${i}`
          results[on.who].push(await measure(on, topic))
        }
      }
      report(name, unit, middle(results.ktool), middle(results.Kafka), most)
    }
  } finally {
    await kafka.wipe()
    await ours.broker.wipe()
  }
}

/** Time to the first answer counts. */
async function startServe(data?: string): Promise<{ broker: Serve; port: number; startMs: number }> {
  const begun = performance.now()
  const broker = await serve(data === undefined ? {} : { data })
  const client = new RawClient(broker.port)
  await client.call(ApiVersions, 0, {})
  client.socket.destroy()
  return { broker, port: broker.port, startMs: performance.now() - begun }
}

function rowsOf({ lines: count }: ServeOptions, lines: string): Row[] {
  const records = String(count)
  const fill = (bootstrap: string, topic: string) => ran(['produce', topic, '--lines', lines, '-b', bootstrap])
  const filled: Measurement = async ({ bootstrap }, topic) => {
    await create(bootstrap, topic)
    await fill(bootstrap, topic)
    return 0
  }
  const kcats =
    (count: number, ...more: string[]): Measurement =>
    async (on, topic) => {
      await filled(on, topic)
      const args = ['-C', '-b', on.bootstrap, '-t', topic, '-e', '-q', ...more]
      const all = await Promise.all(Array.from({ length: count }, () => run('kcat', args, { outputFile: '/dev/null' })))
      return Math.max(...all.map((consumed) => succeeded(consumed, 'kcat').ms))
    }
  const perf = (tool: KafkaTool, bootstrap: string, topic: string, ...args: string[]) =>
    javaTool(tool, ['--bootstrap-server', bootstrap, '--topic', topic, '--num-records', records, ...args])
  return [
    { name: 'serve: ready', unit: 'ms', most: 1 / 15, once: true, measure: async ({ startMs }) => startMs },
    { name: 'serve: memory idle', unit: 'MiB', most: 1 / 6, once: true, measure: async ({ pid }) => residentMiB(pid) },
    {
      name: 'serve: produce with kcat',
      unit: 'ms',
      most: 1,
      async measure({ bootstrap }, topic) {
        await create(bootstrap, topic)
        const produced = await run('kcat', ['-P', '-b', bootstrap, '-t', topic], { inputFile: lines })
        return succeeded(produced, 'kcat').ms
      },
    },
    {
      name: 'serve: produce with producer-perf',
      unit: 'µs a record',
      most: 1,
      async measure({ bootstrap }, topic) {
        await create(bootstrap, topic)
        const { stdout } = await perf('producer-perf', bootstrap, topic, '--record-size', '100', '--throughput', '-1')
        return 1e6 / Number(/ ([\d.]+) records\/sec/.exec(lastLine(stdout))?.[1])
      },
    },
    { name: 'serve: consume with kcat', unit: 'ms', most: 1, measure: kcats(1, ...RESTLESS) },
    // One alone is slower than either broker.
    { name: 'serve: consume with two kcats', unit: 'ms', most: 1, measure: kcats(2, ...RESTLESS) },
    // How often it sleeps decides.
    { name: 'serve: consume with kcat at its defaults', unit: 'ms', measure: kcats(1), middle: mean },
    {
      name: 'serve: consume with consumer-perf',
      unit: 'µs a record',
      most: 1,
      async measure(on, topic) {
        await filled(on, topic)
        const { stdout } = await perf('consumer-perf', on.bootstrap, topic)
        return 1e6 / Number(lastLine(stdout).split(', ')[9])
      },
    },
    {
      name: 'serve: p99 latency at 10,000 records/s',
      unit: 'ms',
      most: 1,
      // Whole milliseconds: medians would mostly be equal.
      middle: mean,
      async measure({ bootstrap }, topic) {
        await create(bootstrap, topic)
        const args = ['--bootstrap-server', bootstrap, '--topic', topic, '--record-size', '100']
        const rate = ['--throughput', '10000', '--num-records', '100000', '--warmup-records', '50000']
        const { stdout } = await javaTool('producer-perf', [...args, ...rate])
        return Number(/ (\d+) ms 99th/.exec(lastLine(stdout))?.[1])
      },
    },
    {
      name: 'serve: memory under load',
      unit: 'MiB',
      most: 1 / 3,
      once: true,
      measure: async ({ pid }) => peakMiB(pid),
    },
    {
      name: 'serve: 2,000 connections',
      unit: 'ms',
      most: 1,
      once: true,
      async measure({ port }) {
        const begun = performance.now()
        const clients: RawClient[] = []
        // No more at once than wait in the queue of a Kafka's socket (socket.listen.backlog.size).
        while (clients.length < 2000) {
          const some = Array.from({ length: 50 }, () => new RawClient(port))
          await Promise.all(some.map((client) => client.call(ApiVersions, 3, SOFTWARE)))
          clients.push(...some)
        }
        await Promise.all(clients.map((client) => client.call(Metadata, 12, { topics: [] })))
        const ms = performance.now() - begun
        for (const client of clients) client.socket.destroy()
        await Promise.all(clients.map((client) => client.closed))
        return ms
      },
    },
    {
      name: 'serve: 5,000 partitions made',
      unit: 'ms',
      most: 1,
      once: true,
      async measure({ port, bootstrap }, topic) {
        const begun = performance.now()
        const client = new RawClient(port)
        const topics = Array.from({ length: 50 }, (_, i) => ({
          name: `${topic}-${i}`,
          numPartitions: 100,
          replicationFactor: 1,
          assignments: [],
          configs: [],
        }))
        const answer = await client.call(CreateTopics, 7, { topics, timeoutMs: 120_000 })
        if (answer.topics.some(({ errorCode }) => errorCode !== 0)) throw new Error('not all topics were made')
        client.socket.destroy()
        // Ready is who takes a record in the last one.
        await ran(['produce', `${topic}-49`, '-p', '99', '-b', bootstrap], 'one\n')
        return performance.now() - begun
      },
    },
    {
      name: 'serve: memory with 5,000 partitions',
      unit: 'MiB',
      most: 1 / 2,
      once: true,
      measure: async ({ pid }) => residentMiB(pid),
    },
  ]
}

/** Starts on directories that were left without a clean stop. */
const restarts: readonly (readonly [string, (name: string, options: ServeOptions) => Promise<void>])[] = [
  [
    'serve: start after kill -9',
    async (name, { recoverMiB, folder, report }) => {
      const input = join(folder, 'serve-fill')
      writeFileSync(input, `${'r'.repeat(1023)}\n`.repeat(64 * 1024))
      const fill = async (bootstrap: string) => {
        await ran(['topics', 'create', 'big', '-p', '4', '-b', bootstrap])
        for (let mib = 0; mib < recoverMiB; mib += 64) await ran(['produce', 'big', '--lines', input, '-b', bootstrap])
      }
      // No checkpoint comes between: all of it has to be checked.
      const never = { 'log.flush.offset.checkpoint.interval.ms': '3600000' }
      const kafka = await startKafka({ asInstalled: true, properties: never })
      let again: Kafka | undefined
      let theirs = 0
      try {
        await fill(kafka.bootstrap)
        await kafka.stop('SIGKILL')
        again = await startKafka({ asInstalled: true, data: kafka.data })
        theirs = again.startMs
      } finally {
        await again?.wipe()
        await kafka.wipe()
      }
      const args = Object.entries(never).flatMap(([key, value]) => ['-X', `${key}=${value}`])
      const first = await serve({ args })
      try {
        await fill(first.bootstrap)
        await first.stop('SIGKILL')
        const { broker, startMs } = await startServe(first.data)
        await broker.stop('SIGKILL')
        report(`${name} with ${recoverMiB} MiB`, 'ms', startMs, theirs, 1)
      } finally {
        await first.wipe()
      }
    },
  ],
]

/**
 * With 100,000 records in its queue (the default) librdkafka 2.0 sleeps for what is left of its second, though they are
 * used up in a tenth of it: a broker that answers sooner would make for a later end.
 */
const RESTLESS = ['-X', 'queued.min.messages=10000000', '-X', 'queued.max.messages.kbytes=2000000']

const SOFTWARE = { clientSoftwareName: 'bench', clientSoftwareVersion: '1' }

async function create(bootstrap: string, topic: string): Promise<void> {
  await ran(['topics', 'create', topic, '-p', '1', '-b', bootstrap])
}

async function ran(args: string[], input?: string): Promise<RunResult> {
  return succeeded(await ktool(args, input === undefined ? {} : { input }), `ktool ${args.join(' ')}`)
}

async function javaTool(tool: KafkaTool, args: string[]): Promise<RunResult> {
  return succeeded(await kafkaTool(tool, args, { fast: true, timeout: 180_000 }), tool)
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) as string
}

function residentMiB(pid: number): number {
  return memory(pid, 'VmRSS')
}

function peakMiB(pid: number): number {
  return memory(pid, 'VmHWM')
}

function memory(pid: number, what: string): number {
  const match = new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1]) / 1024
}
