// Rates as people write them, and keeping to one.

import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '../errors.ts'

const perMs: Record<string, number> = { s: 1 / 1_000, m: 1 / 60_000, h: 1 / 3_600_000 }

/** `100` or `100/s`, `30/m`, `5/h`: how many in a millisecond. Throws a UsageError. */
export function parseRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(?:\/(s|m|h))?$/.exec(text.trim())
  const rate = match === null ? 0 : Number(match[1]) * perMs[match[2] ?? 's']
  if (rate > 0 && Number.isFinite(rate)) return rate
  throw new UsageError(`'${text}' is not a rate`, { hint: 'rates are written 100, 100/s, 30/m or 5/h' })
}

/** Between two looks at the clock, so that what comes in between goes on together. */
const SLICE_MS = 10

/** How many things may be done by now, evenly over time; what was missed is not made up for all at once. */
export class Pace {
  private readonly perMs: number
  private begun = Date.now()
  private before = 0

  constructor(perMs: number) {
    this.perMs = perMs
  }

  /** Resolves when something may be done after `done` things, to how many that makes in all. Throws when `signal` aborts. */
  async after(done: number, signal: AbortSignal): Promise<number> {
    const due = this.begun + (done - this.before) / this.perMs
    const now = Date.now()
    if (now < due) await sleep(Math.max(due - now, SLICE_MS), undefined, { signal })
    else if (now - due > 1_000) {
      // The input kept it waiting: the pace begins anew.
      this.begun = now
      this.before = done
    }
    return Math.max(done + 1, this.before + Math.floor((Date.now() - this.begun) * this.perMs) + 1)
  }
}
