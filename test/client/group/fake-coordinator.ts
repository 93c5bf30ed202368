// A coordinator that answers from a script, for what a real one does too seldom or too slowly. Requests and answers go
// through the codec, so that they are what the wire could carry.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Body } from '../../../src/client/broker.ts'
import type { Cluster } from '../../../src/client/cluster.ts'
import type { CoordinatorLink } from '../../../src/client/coordinator.ts'
import type { MembershipEvents } from '../../../src/client/group/membership.ts'
import { describe, type PartitionName } from '../../../src/client/group/partitions.ts'
import { defaultOptions } from '../../../src/client/options.ts'
import type { Api, Input, Message } from '../../../src/protocol/api.ts'
import { type ErrorName, errorCode } from '../../../src/protocol/errors.ts'
import { Writer } from '../../../src/protocol/writer.ts'

// biome-ignore lint/suspicious/noExplicitAny: the requests and answers of all APIs
type Any = any
type Answer = object | Error | Promise<object>
type Script = (request: Any) => Answer

export class FakeCoordinator implements CoordinatorLink {
  readonly key = 'g'
  /** What happened, in order: requests, and what `events` adds. */
  readonly log: string[] = []
  readonly requests: { api: string; request: Any }[] = []
  /** Caps the versions, by API name. */
  readonly versions: Record<string, number> = {}
  private readonly scripts = new Map<string, Script[]>()
  private readonly watchers = new Set<() => void>()

  /** The answers to one kind of request; the last one stays. */
  on(api: string, ...answers: (Script | Answer)[]): this {
    this.scripts.set(
      api,
      answers.map((answer) => (typeof answer === 'function' ? (answer as Script) : () => answer)),
    )
    return this
  }

  note(text: string): void {
    this.log.push(text)
    for (const watcher of [...this.watchers]) watcher()
  }

  async request<Request, Response>(api: Api<Request, Response>, body: Body<Request>): Promise<Response> {
    const version = this.versions[api.name] ?? api.maxVersion
    const value = typeof body === 'function' ? (body as (version: number) => Input<Request>)(version) : body
    const request = through(api.request, value, version) as Any
    const scripts = this.scripts.get(api.name) ?? []
    const script = scripts.length > 1 ? scripts.shift() : scripts[0]
    this.requests.push({ api: api.name, request })
    this.note(`${api.name}${about(request)}`)
    const answer = await (script?.(request) ?? {})
    if (answer instanceof Error) throw answer
    return through(api.response, answer as Input<Response>, version)
  }

  /** The last request of a kind. */
  last(api: string): Any {
    return this.requests.findLast((row) => row.api === api)?.request
  }

  count(entry: string): number {
    return this.log.filter((text) => text === entry).length
  }

  /** Resolves when the log holds an entry `times` times. */
  async until(entry: string | RegExp, times = 1): Promise<void> {
    const found = () =>
      this.log.filter((text) => (typeof entry === 'string' ? text === entry : entry.test(text))).length >= times
    if (found()) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${entry} in\n${this.log.join('\n')}`)), 30_000)
      const watcher = () => {
        if (!found()) return
        clearTimeout(timer)
        this.watchers.delete(watcher)
        resolve()
      }
      this.watchers.add(watcher)
    })
  }

  /** Events that are logged; `revoke` can be made to wait. */
  events(waiting: { revoke?: () => Promise<void> } = {}): MembershipEvents {
    const text = (what: string, partitions: readonly PartitionName[]) => this.note(`${what} ${describe(partitions)}`)
    return {
      revoke: async (partitions) => {
        text('revoke', partitions)
        await waiting.revoke?.()
        text('revoked', partitions)
      },
      assign: async (partitions, all) => {
        text('assign', partitions)
        text('all', all)
      },
      lost: (partitions, why) => text(`lost (${why})`, partitions),
      quiet: () => this.note('quiet'),
    }
  }
}

/** A member's id, generation or epoch and topics are what tests look at. */
function about(request: Any): string {
  if (request.memberEpoch !== undefined) return ` epoch ${request.memberEpoch}`
  if (request.protocols !== undefined) return ` '${request.memberId}'`
  return ''
}

export function code(name: ErrorName): { errorCode: number } {
  return { errorCode: errorCode(name) }
}

export interface FakeTopic {
  id: string
  partitions: number
}

/** As much of a cluster as memberships use; topics can be changed. */
export function fakeCluster(topics: Map<string, FakeTopic>, options: Partial<typeof defaultOptions> = {}): Cluster {
  const cluster = {
    options: { ...defaultOptions, retryBackoffMs: 1, retryBackoffMaxMs: 2, ...options },
    fetchMetadata: async (names: readonly string[]) => ({
      brokers: [{ nodeId: 1, rack: 'near' }],
      topics: names.map((name) => ({
        name,
        errorCode: topics.has(name) ? 0 : errorCode('UNKNOWN_TOPIC_OR_PARTITION'),
        partitions: Array.from({ length: topics.get(name)?.partitions ?? 0 }, (_, partitionIndex) => ({
          partitionIndex,
          replicaNodes: [1],
        })),
      })),
    }),
    topic: async (name: string) => {
      await sleep(0)
      return { name, topicId: topics.get(name)?.id ?? '' }
    },
  }
  return cluster as unknown as Cluster
}

function through<T>(message: Message<T>, value: Input<T>, version: number): T {
  const writer = new Writer()
  message.write(writer, value, version)
  return message.decode(writer.concat(), version)
}

export function named(topic: string, ...partitions: number[]): PartitionName[] {
  return partitions.map((partition) => ({ topic, partition }))
}
