// A way to a broker on which its answers take a while: when the broker is killed, those on their way are lost, and clients
// do not know what it has done.

import net from 'node:net'

export interface SlowAnswers {
  port: number
  close(): void
}

/** Listens on a free port, and leads to `target`. `delay`: milliseconds for the next piece of an answer. */
export async function slowAnswers(target: number, delay: () => number): Promise<SlowAnswers> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((client) => {
    const upstream = net.connect(target, '127.0.0.1')
    const end = () => {
      for (const socket of [client, upstream]) {
        socket.destroy()
        sockets.delete(socket)
      }
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', end)
    }
    client.on('data', (piece) => upstream.write(piece))
    const waiting: Buffer[] = []
    const pass = () => {
      if (client.destroyed) return
      client.write(waiting.shift() as Buffer)
      if (waiting.length > 0) setTimeout(pass, delay())
    }
    upstream.on('data', (piece) => {
      if (waiting.push(piece) === 1) setTimeout(pass, delay())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as net.AddressInfo).port,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
