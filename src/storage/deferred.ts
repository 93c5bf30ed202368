// Work that is due after a delay, such as deleting files that nobody reads any more (file.delete.delay.ms). It does not
// keep the process alive, and is dropped at the end: what is left to delete has a name by which the next start knows it.

import { ioError } from './storage-error.ts'

/** setTimeout takes no more. */
const LONGEST_MS = 0x7fff_ffff

export class Deferred {
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #warn: (message: string) => void

  constructor(warn: (message: string) => void) {
    this.#warn = warn
  }

  after(delayMs: number, what: string, work: () => Promise<void>): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        work().catch((error) => this.#warn(ioError(`can't ${what}`, error).message))
      },
      Math.min(delayMs, LONGEST_MS),
    )
    this.#timers.add(timer.unref())
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}
