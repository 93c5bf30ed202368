// Fetch sessions (KIP-227): a consumer names its partitions once and then only what has changed, and the answers have only
// those partitions that have something new. (Kafka: FetchSession, FetchManager.)
//
//   request: session, epoch    0, 0    all partitions: a session begins with the answer, where there is room for one
//                              n, e    what has changed; e is 1, 2, ... and after 2^31 - 1 again 1
//                              n, -1   the session ends; the answer is that of a fetch without one
//
// The session stands before the handler and its guard: both see a request with all partitions of the session.

import type { Input } from '../protocol/api.ts'
import type { FetchPartition, FetchRequest, FetchResponse } from '../protocol/apis/01-fetch.ts'
import { errorCode } from '../protocol/errors.ts'
import { randomBytes } from '../util/random.ts'
import { type Answered, type Next, then } from './security/guard.ts'

const INITIAL_EPOCH = 0
const FINAL_EPOCH = -1
const LARGEST = 0x7fff_ffff
const BY_ID = 13
/** Who has not been used for so long makes room for another one (Kafka: min.incremental.fetch.session.eviction.ms). */
const STALE_MS = 120_000

type Response = Input<FetchResponse>
type Topic = { readonly topic?: string; readonly topicId?: string }

interface Cached {
  topic: string
  topicId: string
  wanted: FetchPartition
  /** What the client was told last. */
  highWatermark: number
  logStartOffset: number
}

class FetchSession {
  readonly byId: boolean
  epoch = 1
  usedMs: number
  /** Who was answered with records comes last, so that the others have their turn. */
  private readonly partitions = new Map<string, Cached>()

  constructor(byId: boolean, nowMs: number) {
    this.byId = byId
    this.usedMs = nowMs
  }

  get isEmpty(): boolean {
    return this.partitions.size === 0
  }

  private keyOf({ topic, topicId }: Topic, partition: number): string {
    return `${partition} ${this.byId ? topicId : topic}`
  }

  update({ topics, forgottenTopicsData }: FetchRequest): void {
    for (const { topic, topicId, partitions } of topics) {
      for (const wanted of partitions) {
        const key = this.keyOf({ topic, topicId }, wanted.partition)
        const known = this.partitions.get(key)
        if (known === undefined)
          this.partitions.set(key, { topic, topicId, wanted, highWatermark: -1, logStartOffset: -1 })
        else known.wanted = wanted
      }
    }
    for (const forgotten of forgottenTopicsData) {
      for (const partition of forgotten.partitions) this.partitions.delete(this.keyOf(forgotten, partition))
    }
  }

  /** All partitions, as a request has them. */
  topics(): FetchRequest['topics'] {
    const topics: FetchRequest['topics'] = []
    for (const { topic, topicId, wanted } of this.partitions.values()) {
      const last = topics.at(-1)
      if (last?.topicId === topicId && last.topic === topic) last.partitions.push(wanted)
      else topics.push({ topic, topicId, partitions: [wanted] })
    }
    return topics
  }

  /** Notes what the client is told; returns the topics with those partitions that have something new. */
  news(responses: Response['responses']): Response['responses'] {
    const news = []
    for (const topic of responses ?? []) {
      const partitions = (topic.partitions ?? []).filter((answer) => {
        const key = this.keyOf(topic, answer.partitionIndex ?? 0)
        const cached = this.partitions.get(key)
        if (cached === undefined) return true
        const { errorCode: error = 0, highWatermark = -1, logStartOffset = -1, records, divergingEpoch } = answer
        const hasRecords = records != null && records.length > 0
        const isNew =
          error !== 0 ||
          hasRecords ||
          highWatermark !== cached.highWatermark ||
          logStartOffset !== cached.logStartOffset ||
          (divergingEpoch?.epoch ?? -1) >= 0
        // After an error the end of it is news.
        cached.highWatermark = error === 0 ? highWatermark : -1
        cached.logStartOffset = logStartOffset
        if (hasRecords) {
          this.partitions.delete(key)
          this.partitions.set(key, cached)
        }
        return isNew
      })
      if (partitions.length > 0) news.push({ ...topic, partitions })
    }
    return news
  }
}

export class FetchSessions {
  /** By id, in the order of their last use. */
  private readonly sessions = new Map<number, FetchSession>()
  private readonly slots: number
  private readonly now: () => number

  /** `slots`: how many there are at most. */
  constructor(slots: number, now: () => number) {
    this.slots = slots
    this.now = now
  }

  get size(): number {
    return this.sessions.size
  }

  /** Answers a fetch; `next` answers one that names all its partitions. */
  answer(request: FetchRequest, version: number, next: Next<FetchRequest, FetchResponse>): Answered<FetchResponse> {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === INITIAL_EPOCH || sessionEpoch === FINAL_EPOCH) {
      this.sessions.delete(sessionId)
      const answer = next(request)
      return sessionEpoch === FINAL_EPOCH ? answer : then(answer, (response) => this.begin(request, version, response))
    }
    const session = this.sessions.get(sessionId)
    if (session === undefined) return { errorCode: errorCode('FETCH_SESSION_ID_NOT_FOUND') }
    if (session.epoch !== sessionEpoch) return { errorCode: errorCode('INVALID_FETCH_SESSION_EPOCH') }
    if (session.byId !== version >= BY_ID) return { errorCode: errorCode('FETCH_SESSION_TOPIC_ID_ERROR') }
    session.update(request)
    this.sessions.delete(sessionId)
    if (session.isEmpty) return next({ ...request, topics: [] })
    this.sessions.set(sessionId, session)
    session.usedMs = this.now()
    session.epoch = sessionEpoch === LARGEST ? 1 : sessionEpoch + 1
    const expected = session.epoch
    return then(next({ ...request, topics: session.topics() }), (response) => {
      // Another request of this session has come meanwhile, on another connection.
      if (session.epoch !== expected) return { errorCode: errorCode('INVALID_FETCH_SESSION_EPOCH'), sessionId }
      return { ...response, sessionId, responses: session.news(response.responses) }
    })
  }

  /** What a client is told that is above its quota: nothing but its session. */
  throttled({ sessionEpoch }: FetchRequest, { sessionId = 0 }: Response): Response {
    if (sessionEpoch !== INITIAL_EPOCH) return { sessionId }
    this.sessions.delete(sessionId)
    return {}
  }

  private begin(request: FetchRequest, version: number, response: Response): Response {
    if (response.errorCode !== undefined && response.errorCode !== 0) return response
    if (this.sessions.size >= this.slots && !this.makeRoom()) return response
    let sessionId: number
    do sessionId = randomBytes(4).readInt32LE(0) & LARGEST
    while (sessionId === 0 || this.sessions.has(sessionId))
    const session = new FetchSession(version >= BY_ID, this.now())
    session.update(request)
    session.news(response.responses)
    this.sessions.set(sessionId, session)
    return { ...response, sessionId }
  }

  private makeRoom(): boolean {
    for (const [id, { usedMs }] of this.sessions) return this.now() - usedMs > STALE_MS && this.sessions.delete(id)
    return false
  }
}
