// Work that is done again and again, each never twice at a time. It does not keep the process alive.

/** setInterval takes no more. */
const LONGEST_MS = 0x7fff_ffff

export class Periodic {
  readonly #failed: (error: Error) => void
  readonly #timers: NodeJS.Timeout[] = []
  readonly #busy = new Set<Promise<void>>()

  /** `failed`: told of each time that the work did not succeed. */
  constructor(failed: (error: Error) => void) {
    this.#failed = failed
  }

  every(periodMs: number, work: () => Promise<void>): void {
    let current: Promise<void> | undefined
    const timer = setInterval(
      () => {
        if (current !== undefined) return
        const done = work()
          .catch(this.#failed)
          .finally(() => {
            current = undefined
            this.#busy.delete(done)
          })
        current = done
        this.#busy.add(done)
      },
      Math.min(periodMs, LONGEST_MS),
    )
    this.#timers.push(timer.unref())
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers.length = 0
  }

  /** Resolves when what is under way has ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#busy)
  }
}
