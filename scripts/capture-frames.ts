// Takes golden frames: a proxy between Kafka clients and a Kafka broker that writes down every request with its response,
// and a choice of one pair for each API and version out of what was written down.
//
//   node scripts/capture-frames.ts proxy LISTEN_PORT=BROKER_PORT... --out FILE --client NAME --broker VERSION
//       Relays each port of 127.0.0.1 to the other and appends a line to FILE for each pair. The broker must advertise
//       the proxy's ports (advertised.listeners), else clients go past it. Prints `ready`; runs until it is ended by a signal.
//   node scripts/capture-frames.ts pick FILE... > test/protocol/golden/frames.jsonl
//       Keeps one pair for each API key and version: the fullest one of at most 1.5 KB each way, else the smallest one.
//
// A frame on the wire: size int32, then for a request  key int16, version int16, correlation id int32, ...
//                                   and for a response correlation id int32, ...
// Lines hold {"key","version","client","broker","request","response"}; the frames are in hexadecimal, without their size.
// A produce request with acks=0 has no response and is left out.

import { createReadStream, openSync, writeSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'

interface Pair {
  key: number
  version: number
  client: string
  broker: string
  request: string
  response: string
}

interface Frame {
  /** The frame without its size, or its first bytes when it is larger than what is kept. */
  bytes: Buffer
  whole: boolean
}

/** Frames larger than this are relayed but not kept. */
const limit = 16 * 1024
/** Frames up to this size are kept rather than smaller ones. */
const preferred = 1536

/** Splits a byte stream into frames. */
function splitter(onFrame: (frame: Frame) => void): (piece: Buffer) => void {
  let rest = Buffer.alloc(0)
  let skip = 0
  return (piece) => {
    const skipped = Math.min(skip, piece.length)
    skip -= skipped
    rest = Buffer.concat([rest, piece.subarray(skipped)])
    while (rest.length >= 4) {
      const end = 4 + rest.readInt32BE(0)
      const whole = end <= 4 + limit
      if (rest.length < (whole ? end : 12)) return
      onFrame({ bytes: Buffer.from(rest.subarray(4, whole ? end : 12)), whole })
      skip = Math.max(0, end - rest.length)
      rest = rest.subarray(Math.min(end, rest.length))
    }
  }
}

/** Relays one connection. Responses come in the order of their requests and carry their correlation ids. */
function relay(client: Socket, port: number, onPair: (request: Buffer, response: Buffer) => void): void {
  const broker = connect(port, '127.0.0.1')
  const waiting: Frame[] = []
  const onRequest = splitter((frame) => waiting.push(frame))
  const onResponse = splitter((response) => {
    const id = response.bytes.readInt32BE(0)
    for (let request = waiting.shift(); request; request = waiting.shift()) {
      if (request.bytes.readInt32BE(4) !== id) continue
      if (request.whole && response.whole) onPair(request.bytes, response.bytes)
      return
    }
  })
  client.on('data', (piece: Buffer) => {
    onRequest(piece)
    broker.write(piece)
  })
  broker.on('data', (piece: Buffer) => {
    onResponse(piece)
    client.write(piece)
  })
  client.on('end', () => broker.end()).on('error', () => broker.destroy())
  broker.on('end', () => client.end()).on('error', () => client.destroy())
}

async function proxy(routes: string[], out: string, client: string, broker: string): Promise<void> {
  const file = openSync(out, 'a')
  for (const route of routes) {
    const [from, to] = route.split('=').map(Number)
    const server = createServer((socket) =>
      relay(socket, to!, (request, response) => {
        const pair: Pair = {
          key: request.readInt16BE(0),
          version: request.readInt16BE(2),
          client,
          broker,
          request: request.toString('hex'),
          response: response.toString('hex'),
        }
        writeSync(file, `${JSON.stringify(pair)}\n`)
      }),
    )
    await new Promise<void>((resolve) => server.listen(from, '127.0.0.1', resolve))
  }
  console.log('ready')
}

/** True when `a` tells more than `b`. */
function better(a: Pair, b: Pair): boolean {
  const fits = (pair: Pair) => Math.max(pair.request.length, pair.response.length) <= 2 * preferred
  const size = (pair: Pair) => pair.request.length + pair.response.length
  if (fits(a) !== fits(b)) return fits(a)
  return fits(a) ? size(a) > size(b) : size(a) < size(b)
}

async function pick(files: string[]): Promise<void> {
  const best = new Map<number, Pair>()
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      const pair = JSON.parse(line) as Pair
      const slot = pair.key * 1000 + pair.version
      const kept = best.get(slot)
      if (!kept || better(pair, kept)) best.set(slot, pair)
    }
  }
  const slots = [...best.keys()].sort((a, b) => a - b)
  for (const slot of slots) process.stdout.write(`${JSON.stringify(best.get(slot))}\n`)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string' }, client: { type: 'string' }, broker: { type: 'string' } },
})
const [command, ...rest] = positionals
if (command === 'proxy' && rest.length > 0 && values.out && values.client && values.broker) {
  await proxy(rest, values.out, values.client, values.broker)
} else if (command === 'pick' && rest.length > 0) {
  await pick(rest)
} else {
  console.error(
    'usage: capture-frames.ts proxy LISTEN=BROKER... --out FILE --client NAME --broker VERSION | pick FILE...',
  )
  process.exitCode = 2
}
