// A broker that answers as a test wants it to, for what no real one does on request. It has the topic `t`.

import net from 'node:net'
import type { TestContext } from 'node:test'
import { Client } from '../../src/client/client.ts'
import type { ClientOptions } from '../../src/client/options.ts'
import { FrameAssembler } from '../../src/net/frames.ts'
import type { AnyApi } from '../../src/protocol/api.ts'
import { apis } from '../../src/protocol/apis/index.ts'
import { encodeResponse, readRequestBody, readRequestHeader } from '../../src/protocol/frame.ts'
import { Reader } from '../../src/protocol/reader.ts'

export const TOPIC_ID = 'BBBBBBBBBBBBBBBBBBBBBQ'
const METADATA = 3
const API_VERSIONS = 18

export interface FakeOptions {
  partitions: readonly number[]
  /** The answer to a request of another kind than ApiVersions and Metadata; undefined leaves it without one. */
  // biome-ignore lint/suspicious/noExplicitAny: any request
  answer: (apiKey: number, body: any) => object | undefined
  connected?: (socket: net.Socket) => void
}

/** A client of such a broker; both are gone when the test ends. */
export async function fakeBroker(
  t: TestContext,
  { partitions, answer, connected }: FakeOptions,
  options: Partial<ClientOptions> = {},
): Promise<Client> {
  const known = (apiKey: number): object | undefined => {
    if (apiKey === API_VERSIONS) {
      const apiKeys = [...apis.values()].map(({ key, minVersion, maxVersion }) => ({
        apiKey: key,
        minVersion,
        maxVersion,
      }))
      return { apiKeys }
    }
    if (apiKey !== METADATA) return undefined
    const rows = partitions.map((partitionIndex) => ({ partitionIndex, leaderId: 1, leaderEpoch: 0 }))
    return {
      brokers: [{ nodeId: 1, host: '127.0.0.1', port: portOf(server) }],
      clusterId: 'c',
      controllerId: 1,
      topics: [{ name: 't', topicId: TOPIC_ID, partitions: rows }],
    }
  }
  const server = net.createServer((socket) => {
    const frames = new FrameAssembler(1 << 28, (frame) => {
      const reader = new Reader(frame)
      const { apiKey, apiVersion, correlationId } = readRequestHeader(reader)
      const api = apis.get(apiKey) as AnyApi
      const said = known(apiKey) ?? answer(apiKey, readRequestBody(api, apiVersion, reader))
      if (said === undefined) return
      socket.write(Buffer.concat(encodeResponse(api as never, apiVersion, correlationId, said as never)))
    })
    socket.on('data', (chunk) => frames.push(chunk as Buffer)).on('error', () => {})
    connected?.(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const client = new Client({ bootstrapServers: [{ host: '127.0.0.1', port: portOf(server) }], ...options })
  t.after(() => client.close())
  return client
}

function portOf(server: net.Server): number {
  return (server.address() as net.AddressInfo).port
}
