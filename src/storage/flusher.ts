// Groups flushes: one is under way at a time, and all calls meanwhile share the next one. With an fsync for each append
// (flush.messages=1) that is what lets many producers go on at once.

export class Flusher {
  readonly #flush: (upTo: number) => Promise<void>
  #current: Promise<void> | undefined
  #next: { upTo: number; done: Promise<void> } | undefined

  /** `flush`: makes everything below an offset durable. */
  constructor(flush: (upTo: number) => Promise<void>) {
    this.#flush = flush
  }

  /** Resolves when everything below the offset is durable. */
  flush(upTo: number): Promise<void> {
    if (this.#current === undefined) {
      this.#current = this.#flush(upTo).finally(() => {
        this.#current = undefined
      })
      return this.#current
    }
    if (this.#next === undefined) {
      const next = { upTo, done: Promise.resolve() }
      next.done = this.idle().then(() => {
        this.#next = undefined
        return this.flush(next.upTo)
      })
      this.#next = next
    }
    this.#next.upTo = Math.max(this.#next.upTo, upTo)
    return this.#next.done
  }

  /** Resolves when the flush that is under way has ended, well or not. */
  async idle(): Promise<void> {
    await this.#current?.catch(() => {})
  }
}
