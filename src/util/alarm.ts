// A sleep that can be cut short.

export class Alarm {
  private rung = false
  private wake: (() => void) | null = null

  /** Resolves after `ms`, or as soon as it rings; at once where it has rung since the last sleep. */
  async sleep(ms?: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = ms === undefined ? undefined : setTimeout(resolve, ms)
        this.wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.wake = null
    }
    this.rung = false
  }

  ring(): void {
    this.rung = true
    this.wake?.()
  }
}
