// A program with Kafka Streams, as a member of a streams group (KIP-1071).

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cache, type KafkaClientSide } from './kafka.ts'
import { end, guard, run, succeeded } from './run.ts'

export interface StreamsMember {
  process: ChildProcess
  /** Leaves the group. */
  stop(): Promise<void>
}

/** Starts one that counts the records of a topic, and resolves when its tasks run. Needs the jars of a Kafka 4.3.1. */
export async function startStreams(kafka: KafkaClientSide, application: string, topic: string): Promise<StreamsMember> {
  const home = join(cache, `kafka-${kafka.version}`)
  const state = await mkdtemp(join(tmpdir(), 'ktool-streams-'))
  const classPath = [join(await streamsJars(), '*'), join(home, 'libs', '*')].join(':')
  const logging = `-Dlog4j2.configurationFile=${join(home, 'log4j2.properties')}`
  const source = join(import.meta.dirname, 'StreamsMember.java')
  const args = ['-Xmx256m', '-XX:TieredStopAtLevel=1', logging, '-cp', classPath, source]
  const child = guard(
    spawn('java', [...args, kafka.bootstrap, application, topic, state], { stdio: ['pipe', 'pipe', 'pipe'] }),
  )
  let said = ''
  await new Promise<void>((resolve, reject) => {
    const failed = () => reject(new Error(`the Streams program does not run\n${said.slice(-4000)}`))
    const timer = setTimeout(failed, 60_000)
    child.once('exit', failed)
    child.stderr?.on('data', (piece) => {
      said += piece
    })
    child.stdout?.on('data', (piece: Buffer) => {
      if (!piece.includes('RUNNING')) return
      clearTimeout(timer)
      child.off('exit', failed)
      resolve()
    })
  })
  return {
    process: child,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.stdin?.end()
      const timer = setTimeout(() => end(child, 'SIGKILL'), 20_000)
      await ended
      clearTimeout(timer)
      await rm(state, { recursive: true, force: true })
    },
  }
}

async function streamsJars(): Promise<string> {
  const folder = join(cache, 'kafka-streams-4.3.1')
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const unfinished = `${folder}-${process.pid}`
  const pom = join(import.meta.dirname, 'streams.xml')
  const goal = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime']
  succeeded(await run('mvn', [...goal, `-DoutputDirectory=${unfinished}`], { timeout: 300_000 }), 'mvn')
  await rename(unfinished, folder).catch((error) => {
    if (!existsSync(folder)) throw error
  })
  return folder
}
