// What an operator's tools ask a broker over HTTP:
//
//   /metrics   Prometheus metrics (metrics.ts)
//   /health    200 while it serves; 503 while it starts, stops, or can't write
//
// It listens before the broker does, so that a long recovery can be told from a failure.

import type { Broker } from '../broker/broker.ts'
import type { HttpAnswer } from './http-server.ts'
import { HttpServer } from './http-server.ts'
import type { HttpEndpoint } from './listening.ts'
import { BrokerMetrics } from './metrics.ts'

/** Of the partitions that are not served as many are named. */
const MOST_NAMES = 100

export class Operations {
  private broker: Broker | undefined
  private readonly metrics = new BrokerMetrics()
  private server!: HttpServer

  /** Throws a UsageError where the address can't be had. */
  static async listen(address: HttpEndpoint): Promise<Operations> {
    const operations = new Operations()
    operations.server = await HttpServer.listen(address, {
      '/metrics': () => operations.metrics.answer(),
      '/health': () => operations.health(),
    })
    return operations
  }

  get port(): number {
    return this.server.port
  }

  /** The broker answers its clients from now on. */
  serving(broker: Broker): void {
    this.broker = broker
    this.metrics.of(broker)
  }

  close(): Promise<void> {
    this.metrics.close()
    return this.server.close()
  }

  private health(): HttpAnswer {
    const { broker } = this
    if (broker === undefined) return json(503, { status: 'starting' })
    if (broker.isClosing) return json(503, { status: 'stopping' })
    const { writeError, failures } = broker.logs
    const offlinePartitions = [...failures.keys()].sort().slice(0, MOST_NAMES)
    if (writeError !== undefined) {
      return json(503, { status: 'log directory offline', error: writeError.message, offlinePartitions })
    }
    return json(200, { status: 'serving', offlinePartitions })
  }
}

function json(status: number, value: object): HttpAnswer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` }
}
