// A client beside the tests of a file, for what they need made or gone: much less work than a start of the program.

import { after } from 'node:test'
import { Client } from '../../src/client/client.ts'

/** For the broker that the variables name once the tests run; made when it is first asked for, closed after them. */
export function clientOf(env: Readonly<Record<string, string>>): () => Client {
  let client: Client | undefined
  after(() => client?.close())
  return () => {
    const [host, port] = (env['KTOOL_BOOTSTRAP'] as string).split(':')
    client ??= new Client({ bootstrapServers: [{ host, port: Number(port) }] })
    return client
  }
}
