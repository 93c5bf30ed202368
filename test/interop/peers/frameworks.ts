// Kafka Streams, Connect and MirrorMaker 4.3.1: programs that run beside a broker until they are ended.

import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jvm, noJava } from './kafka.ts'
import { jars } from './maven.ts'
import { end, guard } from './run.ts'

export interface Framework {
  process: ChildProcess
  /** What it has said so far: its own output, warnings and errors. */
  log(): string
  /** Ends it with a signal and waits until it is gone; SIGTERM is the clean way. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** They commit before they go, and what is not committed comes twice: a busy machine gets its time for that. */
const STOP_MS = 90_000

async function start(main: string, args: readonly string[]): Promise<Framework> {
  const libs = await jars('frameworks-4.3.1', 'frameworks.xml')
  const java = jvm(libs, '512m', ['-XX:TieredStopAtLevel=1'])
  const child = guard(spawn('java', [...java, main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }))
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream!.on('data', (piece: Buffer) => {
      text += piece
    })
  }
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error) => reject(noJava(error)))
  })
  return { process: child, log: () => text, stop: (signal) => end(child, signal, STOP_MS) }
}

/** The word count of this folder, from one topic to another; its state is kept in a directory. */
export function wordCount(bootstrap: string, state: string, input: string, output: string): Promise<Framework> {
  return start(join(import.meta.dirname, 'WordCount.java'), [bootstrap, state, input, output])
}

/** A member of a streams group (KIP-1071) that counts the records of a topic; it leaves the group when it is stopped. */
export function streamsMember(bootstrap: string, state: string, group: string, topic: string): Promise<Framework> {
  return start(join(import.meta.dirname, 'StreamsMember.java'), [bootstrap, state, group, topic])
}

/** A worker with connectors, each by the path of its properties. */
export function connectStandalone(worker: string, ...connectors: string[]): Promise<Framework> {
  return start('org.apache.kafka.connect.cli.ConnectStandalone', [worker, ...connectors])
}

/** MirrorMaker on a cluster of its own, by the path of its properties. */
export function mirrorMaker(config: string): Promise<Framework> {
  return start('org.apache.kafka.connect.mirror.MirrorMaker', [config])
}

/** Writes properties as a file; returns its path. */
export function propertiesFile(path: string, properties: Readonly<Record<string, string>>): string {
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`)
  writeFileSync(path, lines.join(''))
  return path
}
