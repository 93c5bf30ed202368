// What cases share: a real Kafka of each version, a file of lines, a folder for what they write. All of it is made on first
// use and gone when the tests of a file have run, but for the one Kafka that the whole run has (global-setup.ts).

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { Client } from '../../src/client/client.ts'
import { readPartitions, writeKeys, writeLines } from './data.ts'
import { clientSide, type Kafka, type KafkaClientSide, type KafkaVersion, startKafka } from './peers/kafka.ts'
import { kcat } from './peers/kcat.ts'
import { ktool } from './peers/ktool.ts'
import { succeeded } from './peers/run.ts'

export const tab = '\t'

/** A folder for files of the tests. */
export const folder = mkdtempSync(join(tmpdir(), 'ktool-interop-'))

const brokers = new Map<KafkaVersion, Promise<Kafka>>()

after(async () => {
  const started = await Promise.allSettled(brokers.values())
  await Promise.all(started.map((result) => (result.status === 'fulfilled' ? result.value.wipe() : undefined)))
  rmSync(folder, { recursive: true, force: true })
})

/** The port of the Kafka 4.3.1 that the whole run shares. */
export const SHARED_KAFKA = 'KTOOL_INTEROP_KAFKA'

/** The real Kafka of a version that all cases use, each with topics and groups of its own, and none of them stops. */
export async function realKafka(version: KafkaVersion = '4.3.1'): Promise<KafkaClientSide> {
  const shared = process.env[SHARED_KAFKA]
  if (version === '4.3.1' && shared !== undefined) return clientSide(version, Number(shared))
  const known = brokers.get(version) ?? startKafka({ version })
  brokers.set(version, known)
  return known
}

/**
 * What two say of the same things in the cluster, which may change meanwhile (a cleaner, a group that goes): the first is
 * asked before and after the second, until both its answers are the same.
 */
export async function atOneMoment<Ours, Theirs>(
  ours: () => Promise<Ours>,
  theirs: () => Promise<Theirs>,
): Promise<[Ours, Theirs]> {
  for (let before = await ours(); ; ) {
    const answer = await theirs()
    const after = await ours()
    if (isDeepStrictEqual(before, after)) return [before, answer]
    before = after
  }
}

/** A file with all the lines. */
export function linesFile(): string {
  const path = join(folder, 'lines')
  if (!existsSync(path)) writeLines(path)
  return path
}

let known: Promise<Int8Array> | undefined

/** The partition out of 12 in which Java's producer puts each key, found by letting it write each key once. */
export function javaPartitions(): Promise<Int8Array> {
  known ??= askJava()
  return known
}

async function askJava(): Promise<Int8Array> {
  const kafka = await realKafka()
  const topic = 'keys-of-java'
  const on = ['--bootstrap-server', kafka.bootstrap, '--topic', topic]
  const create = await kafka.tool('topics', [...on, '--create', '--partitions', '12'])
  succeeded(create, 'kafka-topics --create')
  const input = join(folder, 'keys')
  writeKeys(input)
  const how = ['--reader-property', 'parse.key=true', '--reader-property', `key.separator=${tab}`]
  succeeded(await kafka.tool('console-producer', [...on, ...how], { inputFile: input }), 'the console producer')
  const output = join(folder, 'keys-placed')
  const read = await kcat(kafka.bootstrap, ['-C', '-e', '-q', '-t', topic, '-f', `%p${tab}%k\n`], {
    outputFile: output,
  })
  succeeded(read, 'kcat')
  return readPartitions(output)
}

/** Creates a topic with ktool, and waits until the broker has heard of it from its controller. */
export async function createTopic(bootstrap: string, topic: string, partitions: number, configs: string[] = []) {
  const settings = configs.flatMap((config) => ['-c', config])
  const create = ['topics', 'create', topic, '-b', bootstrap, '-p', String(partitions), ...settings]
  succeeded(await ktool(create), `ktool topics create ${topic}`)
  const [host = '', port] = bootstrap.split(',')[0]!.split(':')
  const client = new Client({ bootstrapServers: [{ host, port: Number(port) }] })
  try {
    for (const end = Date.now() + 30_000; Date.now() < end; await pause(50)) {
      const { topics } = await client.cluster.fetchMetadata([topic])
      if (topics[0]?.errorCode === 0) return
    }
    throw new Error(`the broker has not heard of ${topic} in 30 seconds`)
  } finally {
    client.close()
  }
}
