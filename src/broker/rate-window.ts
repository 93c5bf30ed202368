// A rate over the last windows of time, as Kafka measures quotas (Rate over SampledStat): sums of whole windows, where time
// that has not passed yet counts as if it had, so that a burst at the start is not taken for a rate.
//
//   | window | window | … | window at hand |        rate = sum of all / time from the first one's begin, at least all but one

/** What an answer can say. */
const LONGEST_MS = 0x7fff_ffff

export class RateWindow {
  private readonly windowMs: number
  private readonly count: number
  /** Begin and sum of each window, oldest first; at most `count`. */
  private windows: { begun: number; sum: number }[] = []

  constructor(windowMs: number, count: number) {
    this.windowMs = windowMs
    this.count = count
  }

  add(value: number, now: number): void {
    this.forget(now)
    const last = this.windows.at(-1)
    if (last !== undefined && now - last.begun < this.windowMs) {
      last.sum += value
      return
    }
    this.windows.push({ begun: now, sum: value })
    if (this.windows.length > this.count) this.windows.shift()
  }

  /** Milliseconds until the rate would be `limit` a second again; 0 where it is not above. */
  excessMs(limit: number, now: number): number {
    this.forget(now)
    const sum = this.windows.reduce((total, window) => total + window.sum, 0)
    const lengthMs = this.lengthMs(now)
    const rate = (sum / lengthMs) * 1000
    return rate > limit ? Math.min(LONGEST_MS, Math.round(((rate - limit) / limit) * lengthMs)) : 0
  }

  private lengthMs(now: number): number {
    const elapsed = now - (this.windows[0]?.begun ?? now)
    const full = Math.floor(elapsed / this.windowMs)
    const least = this.count - 1
    return Math.max(1, full < least ? elapsed + (least - full) * this.windowMs : elapsed)
  }

  private forget(now: number): void {
    const oldest = now - this.count * this.windowMs
    while (this.windows.length > 0 && this.windows[0].begun <= oldest) this.windows.shift()
  }
}
