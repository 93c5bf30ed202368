// A bundled broker that keeps nothing, and a client that speaks single requests to it, both gone when the test ends.

import assert from 'node:assert/strict'
import net from 'node:net'
import type { TestContext } from 'node:test'
import { type Broker, startBroker } from '../../src/broker/broker.ts'
import type { BrokerOptions } from '../../src/broker/options.ts'
import { FrameAssembler } from '../../src/net/frames.ts'
import type { Api, Input } from '../../src/protocol/api.ts'
import { CreateTopics } from '../../src/protocol/apis/19-create-topics.ts'
import { decodeResponse, encodeRequest } from '../../src/protocol/frame.ts'
import { BatchBuilder, type BatchFields } from '../../src/records/builder.ts'

export class RawClient {
  readonly socket: net.Socket
  readonly closed: Promise<void>
  private readonly waiting: { resolve(frame: Buffer): void; reject(error: Error): void }[] = []
  private correlationId = 0

  constructor(port: number) {
    this.socket = net.connect(port, '127.0.0.1')
    const frames = new FrameAssembler(1 << 28, (frame) => this.waiting.shift()?.resolve(Buffer.from(frame)))
    this.socket.on('data', (chunk) => frames.push(chunk as Buffer))
    this.socket.on('error', () => {})
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        for (const { reject } of this.waiting) reject(new Error('the broker closed the connection'))
        resolve()
      })
    })
  }

  call<Request, Response>(api: Api<Request, Response>, version: number, body: Input<Request>): Promise<Response> {
    const pieces = encodeRequest(api, version, ++this.correlationId, 'test', body)
    return this.raw(Buffer.concat(pieces)).then((frame) => decodeResponse(api, version, frame))
  }

  /** Sends bytes and resolves to the next answer. */
  raw(bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject })
      this.socket.write(bytes)
    })
  }
}

export async function start(t: TestContext, options: BrokerOptions = {}) {
  const broker = (await startBroker({ memory: options.dataDirectory === undefined, ...options })) as Broker
  t.after(() => broker.close())
  return { broker, client: connect(t, broker), connect: () => connect(t, broker) }
}

function connect(t: TestContext, broker: Broker): RawClient {
  const client = new RawClient(broker.listeners[0].port)
  t.after(() => client.socket.destroy())
  return client
}

export async function createTopic(
  client: RawClient,
  name: string,
  numPartitions = 1,
  configs: Record<string, string> = {},
): Promise<string> {
  const { topics } = await client.call(CreateTopics, 7, {
    topics: [
      {
        name,
        numPartitions,
        replicationFactor: 1,
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      },
    ],
    timeoutMs: 30_000,
  })
  assert.equal(topics[0].errorCode, 0, topics[0].errorMessage ?? '')
  return topics[0].topicId
}

/** A batch of these values; a value with a colon is key:value. */
export function batchOf(values: readonly string[], fields: BatchFields = {}, timestamp = Date.now()): Buffer {
  const builder = new BatchBuilder(1 << 24)
  for (const [index, text] of values.entries()) {
    const colon = text.indexOf(':')
    const bytes = Buffer.from(text.replace(':', ''))
    builder.tryAppend(
      timestamp + index,
      bytes,
      colon < 0 ? -1 : 0,
      Math.max(0, colon),
      Math.max(0, colon),
      bytes.length,
    )
  }
  return Buffer.from(builder.close(fields))
}
