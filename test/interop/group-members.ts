// Members of consumer groups for the interop tests: ktool, kcat and Kafka's console consumer, each a process of its own
// whose records can be seen as they come.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { jvm } from './peers/kafka.ts'
import { client } from './peers/kafkajs.ts'
import { environment, program } from './peers/ktool.ts'
import { cache } from './peers/maven.ts'
import { end, guard } from './peers/run.ts'

export type Kind = 'ktool' | 'kcat' | 'java'

export interface MemberOptions {
  bootstrap: string
  group: string
  topic: string
  /** Assignor of the classic protocol; null for the consumer protocol. */
  assignor: string | null
  /** More arguments, as the program itself has them. */
  more?: readonly string[]
}

/** The shortest sessions that are not cut by a busy machine. */
const SESSION_MS = 10_000
const HEARTBEAT_MS = 500

export class Member {
  readonly kind: Kind
  readonly child: ChildProcess
  /** What it printed: partition, offset and value of each record. */
  readonly lines: string[] = []
  stderr = ''
  private rest = ''

  constructor(kind: Kind, options: MemberOptions) {
    this.kind = kind
    const [command, args] = commandOf(kind, options)
    const env = { ...process.env, ...environment }
    this.child = guard(spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env }))
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.rest + text).split('\n')
      this.rest = lines.pop() as string
      this.lines.push(...lines.map(normal))
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  /** Resolves when `condition` holds; rejects with all it said when it ends before that, or after a minute. */
  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = AbortSignal.timeout(60_000)
    while (!condition()) {
      if (this.ended) throw new Error(`${this.kind} ended while waiting for ${what}\n${this.stderr}`)
      const events = [this.child.stdout, this.child.stderr].map((stream) => once(stream!, 'data', { signal: deadline }))
      await Promise.race([...events, once(this.child, 'exit', { signal: deadline })]).catch((error) => {
        throw new Error(`${this.kind}: no ${what} in a minute\n${this.stderr}`, { cause: error })
      })
      for (const event of events) event.catch(() => {})
    }
  }

  /** Ends it the way a user does, and waits until it has left the group. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    return end(this.child, signal)
  }

  kill(): Promise<void> {
    return end(this.child, 'SIGKILL')
  }
}

function commandOf(kind: Kind, options: MemberOptions): [string, string[]] {
  const { bootstrap, group, topic, assignor, more = [] } = options
  const session = [`session.timeout.ms=${SESSION_MS}`, `heartbeat.interval.ms=${HEARTBEAT_MS}`]
  if (kind === 'java') {
    const classic = [...session, ...(assignor === null ? [] : [`partition.assignment.strategy=${javaClass(assignor)}`])]
    const properties = ['auto.offset.reset=earliest', ...(assignor === null ? ['group.protocol=consumer'] : classic)]
    const libs = join(cache, 'kafka-4.3.1', 'libs')
    const tool = 'org.apache.kafka.tools.consumer.ConsoleConsumer'
    const print = ['print.partition=true', 'print.offset=true'].flatMap((text) => ['--formatter-property', text])
    return [
      'java',
      [
        ...[...jvm(libs, '256m', ['-XX:TieredStopAtLevel=1']), tool],
        ...['--bootstrap-server', bootstrap, '--topic', topic, '--group', group],
        ...[...print, ...properties.flatMap((text) => ['--command-property', text]), ...more],
      ],
    ]
  }
  const settings = assignor === null ? [] : [...session, `partition.assignment.strategy=${assignor}`]
  const set = settings.flatMap((text) => ['-X', text])
  if (kind === 'kcat') {
    const first = ['-X', 'auto.offset.reset=earliest']
    return ['kcat', ['-b', bootstrap, '-u', '-f', '%p\\t%o\\t%s\\n', ...set, ...first, ...more, '-G', group, topic]]
  }
  const protocol = ['--group-protocol', assignor === null ? 'consumer' : 'classic']
  const how = ['-b', bootstrap, '-G', group, '-f', '%p\\t%o\\t%s\\n', ...protocol, ...set]
  return [program[0], [program[1], 'consume', topic, ...how, ...more]]
}

function javaClass(assignor: string): string {
  const name = { range: 'Range', roundrobin: 'RoundRobin', sticky: 'Sticky', 'cooperative-sticky': 'CooperativeSticky' }
  return `org.apache.kafka.clients.consumer.${name[assignor as keyof typeof name]}Assignor`
}

/** Java's consumer writes `Partition:1 \t Offset:2 \t value`. */
function normal(line: string): string {
  return line.replace(/^Partition:/, '').replace(/\tOffset:/, '\t')
}

export type Produce = (wave: string, each: number) => Promise<string[]>

/** A producer that writes waves of values, the same number into each partition, and tells which. */
export async function producer(bootstrap: string, topic: string, partitions: number) {
  const sender = client(bootstrap, 5).producer({ idempotent: true, maxInFlightRequests: 1 })
  await sender.connect()
  const produce: Produce = async (wave, each) => {
    const values: string[] = []
    const messages = []
    for (let partition = 0; partition < partitions; partition++) {
      for (let index = 0; index < each; index++) {
        const value = `${wave}-${partition}-${index}`
        values.push(value)
        messages.push({ partition, value })
      }
    }
    await sender.send({ topic, messages })
    return values
  }
  return { produce, close: () => sender.disconnect() }
}

/** How often each value came, in all members together. */
export function seen(members: readonly Member[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const { lines } of members) {
    for (const line of lines) {
      const value = line.slice(line.lastIndexOf('\t') + 1)
      times.set(value, (times.get(value) ?? 0) + 1)
    }
  }
  return times
}

/** Resolves when the members have printed all the values between them. */
export async function allSeen(members: readonly Member[], values: readonly string[]): Promise<void> {
  const deadline = AbortSignal.timeout(60_000)
  for (;;) {
    const times = seen(members)
    const missing = values.filter((value) => !times.has(value))
    if (missing.length === 0) return
    const events = members
      .filter((member) => !member.ended)
      .map((member) => once(member.child.stdout!, 'data', { signal: deadline }))
    for (const event of events) event.catch(() => {})
    await Promise.race(events).catch((error) => {
      const said = members.map(({ kind, stderr }) => `${kind}: ${stderr.slice(-1500)}`).join('\n')
      throw new Error(`${missing.length} of ${values.length} lines are lost, first: ${missing[0]}\n${said}`, {
        cause: error,
      })
    })
  }
}

/** Fails unless two lots of lines are the same, in whatever order. */
export function sameLines(text: string, values: readonly string[]): void {
  const lines = text === '' ? [] : text.trim().split('\n')
  const wanted = new Set(values)
  const got = new Set(lines)
  const lost = values.filter((value) => !got.has(value))
  const strange = lines.filter((line) => !wanted.has(line))
  if (lost.length === 0 && strange.length === 0 && lines.length === values.length) return
  const examples = `lost: ${lost.slice(0, 3)}; not sent: ${strange.slice(0, 3)}`
  throw new Error(`${lines.length} lines, ${got.size} different, where ${values.length} were sent; ${examples}`)
}

/** Fails unless each of the values came once, in one of the members. */
export function onlyOnce(members: readonly Member[], values: readonly string[]): void {
  const times = seen(members)
  const others = values.filter((value) => times.get(value) !== 1)
  if (others.length === 0) return
  const said = members.map(({ kind, stderr }) => `${kind}: ${stderr.slice(-1500)}`).join('\n')
  const [first] = others
  throw new Error(
    `${others.length} of ${values.length} did not come once: ${first} ${times.get(first!)} times\n${said}`,
  )
}
