// What the broker counts while it works: plain numbers that cost nothing to keep, read when somebody asks for metrics.

/** Upper ends of the classes that request times fall into. Milliseconds. */
export const TIME_CLASSES_MS = [0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const

/** The requests of one API. */
export class RequestStatistics {
  count = 0
  /** From the arrival of the whole request to its answer; what has waited on purpose (fetches) is in it. */
  totalMs = 0
  /** Time for which the client was told to be still. */
  throttledMs = 0
  bytesIn = 0
  bytesOut = 0
  /** How many took at most as long as TIME_CLASSES_MS of the same index; the last: longer. */
  readonly classes = new Float64Array(TIME_CLASSES_MS.length + 1)

  took(ms: number): void {
    this.totalMs += ms
    let index = 0
    while (index < TIME_CLASSES_MS.length && ms > TIME_CLASSES_MS[index]) index++
    this.classes[index]++
  }
}

/** Of the whole broker. */
export class Statistics {
  /** By API key. */
  readonly requests = new Map<number, RequestStatistics>()
  /** Requests that wait: fetches for records, produces for the disk. */
  readonly waiting = { Fetch: 0, Produce: 0 }
  /** Batches that were refused, and fetches that were answered with an error at least for a partition. */
  failedProduces = 0
  failedFetches = 0
  connectionsOpened = 0
  /** Connections that were not taken, by the reason. */
  readonly refused = { limit: 0, ip: 0, rate: 0, tls: 0 }
  /** Connections closed for what came over them. */
  rejected = 0

  of(apiKey: number): RequestStatistics {
    let statistics = this.requests.get(apiKey)
    if (statistics === undefined) this.requests.set(apiKey, (statistics = new RequestStatistics()))
    return statistics
  }
}
