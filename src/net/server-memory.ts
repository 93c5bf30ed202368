// What all connections of a broker may hold in memory together: large requests that are coming in, and answers that the
// other sides have not taken yet.
//
//   request:  announced ─ room ─> assembled, handled ─> released           no room: its connection is not read, first come
//                      └ none ─> waits ────^                               first served
//   answer:   a reader gets what there is room for, at least one batch: slow ones can't keep the others from reading

import { BufferPool } from '../util/buffer-pool.ts'

/** Who holds memory for a request. */
export interface RequestHolder {
  /** When bytes of it last came. Milliseconds. */
  readonly receivedAt: number
  /** There may be room now. */
  roomAgain(): void
  /** Ends it: it sends nothing, and others wait. */
  giveUp(): void
}

/** While others wait, a request that does not go on for so long is given up. */
const PATIENCE_MS = 10_000
const CHECK_MS = 1000
/** Free buffers that are kept for the next requests and answers. */
const KEPT_BUFFERS = 8

export class ServerMemory {
  readonly pool = new BufferPool(KEPT_BUFFERS)
  /** Bytes of requests that are coming in or being handled. */
  requestBytes = 0
  /** Bytes of answers that are not sent yet. */
  answerBytes = 0
  private readonly maxRequestBytes: number
  private readonly maxAnswerBytes: number
  private readonly holders = new Map<RequestHolder, number>()
  private readonly waiting = new Map<RequestHolder, number>()
  private check: NodeJS.Timeout | undefined

  constructor(maxRequestBytes: number, maxAnswerBytes: number) {
    this.maxRequestBytes = maxRequestBytes
    this.maxAnswerBytes = maxAnswerBytes
  }

  /** How many connections wait for room. */
  get waitingCount(): number {
    return this.waiting.size
  }

  /** What the next answer may have. Bytes. */
  get answerRoom(): number {
    return Math.max(0, this.maxAnswerBytes - this.answerBytes)
  }

  /** Whether there is room for the request; where not, the holder is told when to ask again. */
  reserve(holder: RequestHolder, bytes: number): boolean {
    const isNext = this.waiting.size === 0 || this.waiting.keys().next().value === holder
    // The largest request always fits into an empty memory.
    if (isNext && (this.requestBytes === 0 || this.requestBytes + bytes <= this.maxRequestBytes)) {
      this.waiting.delete(holder)
      this.requestBytes += bytes
      this.holders.set(holder, (this.holders.get(holder) ?? 0) + bytes)
      return true
    }
    this.waiting.set(holder, bytes)
    this.check ??= setInterval(() => this.look(), CHECK_MS)
    return false
  }

  /** Gives back what was reserved; without a number, all of it. */
  release(holder: RequestHolder, bytes?: number): void {
    const held = this.holders.get(holder) ?? 0
    const given = bytes ?? held
    if (given >= held) this.holders.delete(holder)
    else this.holders.set(holder, held - given)
    this.requestBytes -= Math.min(given, held)
    if (bytes === undefined) this.waiting.delete(holder)
    this.callNext()
  }

  private callNext(): void {
    for (const [next, bytes] of [...this.waiting]) {
      if (this.requestBytes > 0 && this.requestBytes + bytes > this.maxRequestBytes) return
      next.roomAgain()
      if (this.waiting.has(next)) return
    }
    if (this.waiting.size > 0) return
    clearInterval(this.check)
    this.check = undefined
  }

  /** Gives those up who hold memory and send nothing. */
  private look(): void {
    const now = Date.now()
    for (const holder of [...this.holders.keys()]) if (now - holder.receivedAt > PATIENCE_MS) holder.giveUp()
    this.callNext()
  }
}
