// npm run bench [-- --only TEXT] [--runs 5] [--lines 1000000] [--recover-mib 10240]
//
// Starts a real Kafka, fills topics, runs ktool and its peers in turn on the same work (and `ktool serve` beside Kafka,
// serve.ts), and prints medians, ratios and
// whether each row keeps its limits. Needs Java 17, Maven and kcat. The result is stored in bench/results/.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeLines } from '../test/interop/data.ts'
import { type Kafka, startKafka } from '../test/interop/peers/kafka.ts'
import { ktool, type Serve, serve } from '../test/interop/peers/ktool.ts'
import { freePorts } from '../test/interop/peers/run.ts'
import { orderSchema, writeOrders } from './avro-orders.ts'
import { type Cost, measure, median } from './measure.ts'
import { operatorRows, wipeOperatorKafka } from './operator.ts'
import { type Bench, type Row, rows } from './rows.ts'
import { measureServing } from './serve.ts'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    runs: { type: 'string', default: '5' },
    lines: { type: 'string', default: '1000000' },
    'recover-mib': { type: 'string', default: '10240' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'ktool-bench-'))
const chosen = [...rows, ...operatorRows].filter(({ name }) => name.includes(options.only))
const NO_AVRO = { registry: '', orders: '', schema: '', count: 0, topic: '' }
const results: unknown[] = []
let missed = 0

/** Brings the schema registry of the Avro rows. */
let registryOwner: Serve | undefined
try {
  if (chosen.length > 0) await measureRows()
  await measureServing({
    only: options.only,
    runs: Number(options.runs),
    lines: Number(options.lines),
    recoverMiB: Number(options['recover-mib']),
    folder,
    report(name, unit, ours, theirs, most) {
      console.log(`\n${name}`)
      console.log(`  ktool serve  ${ours.toFixed(2)} ${unit}`)
      console.log(`  Kafka        ${theirs.toFixed(2)} ${unit}`)
      verdict(`${unit} / Kafka`, ours / theirs, most)
      results.push({ name, unit, ours, theirs })
    },
  })
} finally {
  await registryOwner?.wipe()
  await wipeOperatorKafka()
  rmSync(folder, { recursive: true })
}
const resultFolder = join(import.meta.dirname, 'results')
mkdirSync(resultFolder, { recursive: true })
const file = join(resultFolder, `${new Date().toISOString().replaceAll(':', '-')}.json`)
writeFileSync(file, `${JSON.stringify({ date: new Date().toISOString(), options, results }, null, 1)}\n`)
console.log(missed === 0 ? '\nevery limit is kept' : `\n${missed} limits are missed`)
process.exitCode = missed === 0 ? 0 : 1

async function measureRows(): Promise<void> {
  const { ownCertificate } = await import('../src/net/tls/own-certificate.ts')
  const { keyStore, certificate } = await ownCertificate(join(folder, 'tls'), [])
  const [port, tlsPort, controller] = (await freePorts(3)) as [number, number, number]
  const listeners = `PLAINTEXT://127.0.0.1:${port},SSL://127.0.0.1:${tlsPort}`
  const properties = {
    listeners: `${listeners},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': listeners,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keyStore,
  }
  const kafka = await startKafka({ port, properties })
  try {
    const bench = await prepare(kafka, { bootstrap: `127.0.0.1:${tlsPort}`, certificate })
    for (const row of chosen) await measureRow(row, bench)
  } finally {
    await kafka.wipe()
  }
}

async function prepare(kafka: Kafka, tls: Bench['tls']): Promise<Bench> {
  const { bootstrap } = kafka
  const count = Number(options.lines)
  const lines = join(folder, 'lines')
  const oneLine = join(folder, 'one-line')
  writeLines(lines, 0, count)
  writeFileSync(oneLine, 'one record\n')
  let made = 0
  const topic = async (partitions: number): Promise<string> => {
    const name = `bench-${made++}`
    await done(['topics', 'create', name, '-p', String(partitions), '-b', bootstrap])
    return name
  }
  // The Avro rows have a topic of their own.
  const needed = (text: string) =>
    chosen.some(({ name }) => name.includes(text) && name.startsWith('avro') === text.startsWith('avro'))
  const fill = async (name: string, times: number, ...args: string[]) => {
    for (let i = 0; i < times; i++) await done(['produce', name, '--lines', lines, '-b', bootstrap, ...args])
    return name
  }
  const codecs: Record<string, string> = {}
  for (const codec of ['lz4', 'snappy', 'zstd', 'gzip']) {
    if (needed(`consume ${codec}`)) codecs[codec] = await fill(await topic(1), 4, '-z', codec)
  }
  const avro = needed('avro') ? await prepareAvro(bootstrap, count, topic) : NO_AVRO
  return {
    kafka,
    tls,
    avro,
    lines,
    oneLine,
    topic,
    codecs,
    bigCount: 8 * count,
    huge: needed('memory: consume') ? await fill(await topic(1), 50) : '',
    small: needed('memory: consume') ? await fill(await topic(1), 1) : '',
    big: needed('consume') || needed('last 10') || needed('dump') ? await fill(await topic(1), 8) : '',
    wide: needed('12 partitions') ? await fill(await topic(12), 8, '-K', '\\t') : '',
  }
}

async function prepareAvro(bootstrap: string, count: number, newTopic: (partitions: number) => Promise<string>) {
  const [orders, schema] = [join(folder, 'orders.jsonl'), join(folder, 'order.avsc')]
  writeOrders(orders, count)
  writeFileSync(schema, orderSchema)
  const [port] = await freePorts(1)
  registryOwner = await serve({ args: ['--registry', `127.0.0.1:${port}`] })
  const registry = `http://127.0.0.1:${port}`
  const topic = await newTopic(1)
  const args = ['avro', 'produce', topic, '--lines', orders, '-b', bootstrap, '--registry', registry]
  await done([...args, '--value-schema', schema])
  return { registry, orders, schema, count, topic }
}

async function done(args: string[]): Promise<void> {
  const { code, stderr } = await ktool(args)
  if (code !== 0) throw new Error(`ktool ${args.join(' ')} ended with ${code}: ${stderr}`)
}

async function measureRow({ name, runs, limits, rssMiB, times = 1, once = false }: Row, bench: Bench): Promise<void> {
  const costs: Record<string, Cost[]> = {}
  for (let i = 0; i < (once ? 1 : Number(options.runs) * times); i++) {
    for (const [who, run] of Object.entries(await runs(bench))) (costs[who] ??= []).push(await measure(run))
  }
  const wall = (who: string) => median(costs[who].map((cost) => cost.wallMs))
  const cpu = (who: string) => median(costs[who].map((cost) => cost.cpuMs))
  // What could not be measured keeps no limit.
  const rss = (who: string) => Math.max(...costs[who].map((cost) => cost.rssBytes)) / 2 ** 20 || Number.NaN
  console.log(`\n${name}`)
  for (const who of Object.keys(costs)) {
    console.log(`  ${who.padEnd(12)} ${seconds(wall(who))} wall  ${seconds(cpu(who))} CPU`)
  }
  for (const { peer, wall: most, cpu: mostCpu, rss: mostRss } of limits) {
    if (most !== undefined) verdict(`wall / ${peer}`, wall('ktool') / wall(peer), most)
    if (mostCpu !== undefined) verdict(`CPU / ${peer}`, cpu('ktool') / cpu(peer), mostCpu)
    if (mostRss !== undefined) verdict(`MiB / ${peer}`, rss('ktool') / rss(peer), mostRss)
  }
  if (rssMiB !== undefined) verdict('MiB resident', rss('ktool'), rssMiB)
  results.push({ name, costs })
}

function verdict(what: string, ratio: number, most?: number): void {
  const kept = most === undefined || ratio <= most
  if (!kept) missed++
  const limit = most === undefined ? '' : `   at most ${most.toFixed(3)}  ${kept ? 'yes' : 'NO'}`
  console.log(`  ${what.padEnd(18)} ${ratio.toFixed(3).padStart(8)}${limit}`)
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3).padStart(8)} s`
}
