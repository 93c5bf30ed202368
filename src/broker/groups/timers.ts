// Timers by name: setting one again puts it off.

const LONGEST_MS = 0x7fff_ffff

export class Timers {
  private readonly timers = new Map<string, NodeJS.Timeout>()

  set(name: string, delayMs: number, action: () => void): void {
    this.cancel(name)
    const timer = setTimeout(
      () => {
        this.timers.delete(name)
        action()
      },
      Math.min(Math.max(delayMs, 0), LONGEST_MS),
    )
    this.timers.set(name, timer)
  }

  /** Leaves a timer that runs alone. */
  setUnlessRunning(name: string, delayMs: number, action: () => void): void {
    if (!this.timers.has(name)) this.set(name, delayMs, action)
  }

  cancel(name: string): void {
    clearTimeout(this.timers.get(name))
    this.timers.delete(name)
  }

  cancelAll(): void {
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
  }
}
