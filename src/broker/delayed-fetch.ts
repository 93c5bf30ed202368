// A fetch that waits until there are enough bytes, its time is over, or its client is gone. (Kafka: DelayedFetch.)

import type { ServerConnection } from '../net/server.ts'
import type { FetchRequest } from '../protocol/apis/01-fetch.ts'
import type { Log } from '../storage/log.ts'
import type { Segment } from '../storage/segment.ts'
import type { FetchPass } from './handlers/01-fetch.ts'

interface Watched {
  log: Log
  segment: Segment
  size: number
}

export class DelayedFetch {
  /** The pass to answer with; null: the client is gone. */
  readonly done: Promise<FetchPass | null>
  private readonly pass: () => FetchPass
  private readonly minBytes: number
  private readonly connection: ServerConnection
  private readonly timer: NodeJS.Timeout
  private readonly watched: Watched[]
  private readonly onProgress = () => this.look()
  private readonly onClose = () => this.stop(null)
  private bytesAtStart: number
  private finish: (pass: FetchPass | null) => void = () => {}

  constructor(
    first: FetchPass,
    pass: () => FetchPass,
    { minBytes, maxWaitMs }: Pick<FetchRequest, 'minBytes' | 'maxWaitMs'>,
    connection: ServerConnection,
  ) {
    this.pass = pass
    this.minBytes = minBytes
    this.connection = connection
    this.bytesAtStart = first.bytes
    this.watched = first.partitions.map(({ partition: { log } }) => {
      const segment = log.segments.active
      log.listeners.add(this.onProgress)
      return { log, segment, size: segment.size }
    })
    this.done = new Promise((resolve) => {
      this.finish = resolve
    })
    this.timer = setTimeout(() => {
      connection.takeBack()
      this.stop(this.pass())
    }, maxWaitMs)
    connection.onClose.add(this.onClose)
  }

  /** Reads again once the logs have grown by what was missing; what is not visible yet makes the wait go on. */
  private look(): void {
    let bytes = this.bytesAtStart
    for (const { log, segment, size } of this.watched) {
      if (log.closed || log.segments.active !== segment) bytes = this.minBytes
      else bytes += segment.size - size
    }
    if (bytes < this.minBytes) return
    // What was read before was not enough, and is read again.
    this.connection.takeBack()
    const pass = this.pass()
    if (pass.urgent || pass.bytes >= this.minBytes) {
      this.stop(pass)
      return
    }
    this.bytesAtStart = pass.bytes
    for (const watched of this.watched) {
      watched.segment = watched.log.segments.active
      watched.size = watched.segment.size
    }
  }

  private stop(pass: FetchPass | null): void {
    clearTimeout(this.timer)
    this.connection.onClose.delete(this.onClose)
    for (const { log } of this.watched) log.listeners.delete(this.onProgress)
    this.finish(pass)
  }
}
