// How much of something there was a second, over the last windows, and what that costs its client in time. (Kafka: Rate,
// SampledStat, QuotaUtils; TokenBucket for what comes in bursts.)
//
//   windows:  |..3..|..0..|..7..|..2.>          a window begins with the first thing recorded after the one before is over
//             oldest ------------- now          rate = sum / time, at least (windows - 1) whole ones

interface Sample {
  /** Milliseconds. */
  start: number
  last: number
  sum: number
}

export interface Windows {
  /** quota.window.num */
  count: number
  /** quota.window.size.seconds, in milliseconds. */
  ms: number
}

export class Rate {
  private readonly windows: Windows
  private readonly samples: Sample[] = []

  constructor(windows: Windows) {
    this.windows = windows
  }

  /** A negative value takes back what was recorded. */
  record(value: number, now: number): void {
    const { samples, windows } = this
    const current = samples.at(-1)
    if (current !== undefined && now - current.start < windows.ms) {
      current.sum += value
      current.last = now
      return
    }
    this.forget(now)
    samples.push({ start: now, last: now, sum: value })
    // One more than the windows, for a sample that began before them and reaches into them.
    if (samples.length > windows.count + 1) samples.shift()
  }

  /**
   * How long a client has to be still, in whole milliseconds, so that the rate is at the limit again; 0 where it is not
   * above. `limit`: a second.
   */
  throttleMs(limit: number, now: number): number {
    this.forget(now)
    let sum = 0
    for (const sample of this.samples) sum += sample.sum
    const span = this.spanMs(now)
    const rate = sum / (span / 1000)
    return rate <= limit ? 0 : Math.round(((rate - limit) / limit) * span)
  }

  /** Whether nothing is known any more. */
  isIdle(now: number): boolean {
    this.forget(now)
    return this.samples.length === 0
  }

  private forget(now: number): void {
    const { samples, windows } = this
    while (samples.length > 0 && now - samples[0].last >= windows.count * windows.ms) samples.shift()
  }

  /** What the rate is over: as if the windows before the first record had been there. */
  private spanMs(now: number): number {
    const { count, ms } = this.windows
    const elapsed = now - (this.samples[0]?.start ?? now)
    const missing = Math.max(0, count - 1 - Math.floor(elapsed / ms))
    return Math.max(elapsed + missing * ms, ms)
  }
}

/** Permits that come back with time, as many at most as all windows give. (KIP-599.) */
export class TokenBucket {
  private readonly windows: Windows
  private tokens: number | undefined
  private filledAt = 0

  constructor(windows: Windows) {
    this.windows = windows
  }

  /** How many permits there are; negative: so many were taken ahead. `limit`: a second. */
  available(limit: number, now: number): number {
    const burst = (this.windows.count * this.windows.ms * limit) / 1000
    const filled = this.tokens === undefined ? burst : this.tokens + ((now - this.filledAt) / 1000) * limit
    this.tokens = Math.min(burst, filled)
    this.filledAt = now
    return this.tokens
  }

  take(permits: number, limit: number, now: number): void {
    this.tokens = this.available(limit, now) - permits
  }

  isIdle(now: number): boolean {
    return now - this.filledAt >= this.windows.count * this.windows.ms
  }
}
