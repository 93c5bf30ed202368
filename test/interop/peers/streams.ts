// A program with Kafka Streams, as a member of a streams group (KIP-1071).

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { frameworkJars } from './frameworks.ts'
import { jvm, type KafkaClientSide } from './kafka.ts'
import { end, guard } from './run.ts'

export interface StreamsMember {
  process: ChildProcess
  /** Leaves the group. */
  stop(): Promise<void>
}

/** Starts one that counts the records of a topic, and resolves when its tasks run. */
export async function startStreams(kafka: KafkaClientSide, application: string, topic: string): Promise<StreamsMember> {
  const state = await mkdtemp(join(tmpdir(), 'ktool-streams-'))
  const source = join(import.meta.dirname, 'StreamsMember.java')
  const args = jvm(await frameworkJars(), '256m', ['-XX:TieredStopAtLevel=1'])
  const child = guard(
    spawn('java', [...args, source, kafka.bootstrap, application, topic, state], { stdio: ['pipe', 'pipe', 'pipe'] }),
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
