// What a user sees when something is wrong: one line saying what, one line saying what to do, the right exit code, and no
// longer a wait than asked for.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import test, { type TestContext } from 'node:test'
import { ktool, type Serve, serve } from '../peers/ktool.ts'
import { freePorts, type RunOptions } from '../peers/run.ts'
import { createTopic, realKafka } from '../shared.ts'

/**
 * Milliseconds that starting Node and ending the program may take on a busy machine, on top of the time limit: well below
 * what is waited without one.
 */
const slack = 10_000

interface Expected {
  code: number
  /** What both lines must be about. */
  what: RegExp
  todo?: RegExp
  /** Milliseconds of `--timeout`. */
  timeout?: number
  /** A few lines on stdout are allowed: what could be done was done. */
  output?: boolean
  /** The line saying what says it all; false where a second one would only repeat it. */
  hint?: boolean
}

async function fails(args: readonly string[], expected: Expected, options: RunOptions = {}): Promise<void> {
  const limit = expected.timeout
  const all = limit === undefined ? args : [...args, '--timeout', `${limit}ms`]
  const result = await ktool(all, { ...options, timeout: (limit ?? 20_000) + 10_000 })
  const said = `\n${result.stdout}${result.stderr}`
  assert.equal(result.code, expected.code, said)
  if (!expected.output) assert.equal(result.stdout, '')
  const lines = result.stderr.trimEnd().split('\n')
  assert.match(lines[0]!, expected.what)
  if (expected.hint ?? true) {
    assert.equal(lines.length, 2, `one line saying what, one saying what to do: ${said}`)
    assert.match(lines[1]!, expected.todo ?? /\S/)
  } else {
    assert.equal(lines.length, 1, said)
  }
  assert.doesNotMatch(said, /internal error|\bat .*:\d+:\d+/)
  if (limit !== undefined) assert.ok(result.ms <= limit + slack, `took ${result.ms} ms of ${limit} ms`)
}

/** Every kind of command, on a broker that can't be reached. */
const commands: Record<string, readonly string[]> = {
  'topics list': ['topics', 'list'],
  'topics describe': ['topics', 'describe', 'orders'],
  'topics create': ['topics', 'create', 'orders'],
  'topics delete': ['topics', 'delete', 'orders', '--yes'],
  'configs describe': ['configs', 'describe', 'topic', 'orders'],
  'quotas alter': ['quotas', 'alter', '--user', 'a', '--set', 'producer_byte_rate=1'],
  'cluster health': ['cluster', 'health'],
  'brokers log-dirs': ['brokers', 'log-dirs'],
  'transactions list': ['transactions', 'list'],
  'partitions elect-leaders': ['partitions', 'elect-leaders', '--execute'],
  produce: ['produce', 'orders'],
  consume: ['consume', 'orders', '-e'],
}

test('a closed port', async (t) => {
  const [port] = await freePorts(1)
  const where = `127.0.0.1:${port}`
  for (const [name, args] of Object.entries(commands)) {
    await t.test(name, () =>
      fails([...args, '-b', where], { code: 3, what: new RegExp(where), timeout: 1_000 }, { input: 'a\n' }),
    )
  }
})

test('an unknown host', async (t) => {
  // The domain .invalid never exists.
  const where = 'broker.invalid:9092'
  for (const [name, args] of Object.entries(commands)) {
    await t.test(name, () =>
      fails([...args, '-b', where], { code: 3, what: /broker\.invalid/, timeout: 1_000 }, { input: 'a\n' }),
    )
  }
})

test('something that takes the connection and never answers', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const where = `127.0.0.1:${(server.address() as AddressInfo).port}`
  server.on('connection', (socket) => t.after(() => socket.destroy()))
  for (const [name, args] of Object.entries(commands)) {
    await t.test(name, () =>
      fails([...args, '-b', where], { code: 3, what: new RegExp(where), timeout: 1_000 }, { input: 'a\n' }),
    )
  }
})

test('something that is not Kafka', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const where = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const result = await ktool(['topics', 'list', '-b', where, '--timeout', '1s'])
  assert.ok(result.code === 1 || result.code === 3, `exit code ${result.code}`)
  assert.equal(result.stderr.trimEnd().split('\n').length, 2, result.stderr)
  assert.match(result.stderr, new RegExp(where))
})

test('several bootstrap servers of which some are dead', async () => {
  const { bootstrap } = await realKafka()
  const [dead, deader] = await freePorts(2)
  const where = `127.0.0.1:${dead},broker.invalid:9092,${bootstrap},127.0.0.1:${deader}`
  const result = await ktool(['topics', 'list', '-b', where])
  assert.equal(result.code, 0, result.stderr)
})

async function served(t: TestContext): Promise<Serve> {
  const broker = await serve()
  t.after(() => broker.wipe())
  return broker
}

for (const kind of ['a real Kafka', 'ktool serve'] as const) {
  test(`an unknown topic on ${kind}`, async (t) => {
    const { bootstrap } = kind === 'ktool serve' ? await served(t) : await realKafka()
    await createTopic(bootstrap, 'customer-orders', 1)
    const missing = { code: 1, what: /customer-ordres/ }
    const on = ['-b', bootstrap]
    await t.test('produce names the nearest one', () =>
      fails(['produce', 'customer-ordres', ...on], { ...missing, todo: /customer-orders/ }, { input: 'a\n' }),
    )
    await t.test('consume names the nearest one', () =>
      fails(['consume', 'customer-ordres', '-e', ...on], { ...missing, todo: /customer-orders/ }),
    )
    await t.test('describe', () => fails(['topics', 'describe', 'customer-ordres', ...on], missing))
    await t.test('delete', () => fails(['topics', 'delete', 'customer-ordres', '--yes', ...on], missing))
    await t.test('add-partitions', () =>
      fails(['topics', 'add-partitions', 'customer-ordres', '--total', '3', ...on], missing),
    )
    await t.test('an unknown topic does not stop the others', () =>
      fails(['topics', 'describe', 'customer-ordres', 'customer-orders', ...on], { ...missing, output: true }),
    )
    await t.test('none of these made it', async () => {
      const { stdout } = await ktool(['topics', 'list', ...on])
      assert.doesNotMatch(stdout, /customer-ordres/)
    })
    await t.test('creating one that exists', () =>
      fails(['topics', 'create', 'customer-orders', ...on], {
        code: 1,
        what: /customer-orders/,
        todo: /--if-not-exists/,
      }),
    )
    await t.test('creating one with a wrong config', () =>
      fails(['topics', 'create', 'orders', '-c', 'retention.ms=soon', ...on], {
        code: 1,
        what: /retention\.ms/,
        hint: false,
      }),
    )
    await t.test('a partition that is not there', () =>
      fails(['consume', 'customer-orders', '-p', '7', '-e', ...on], { code: 1, what: /7/ }),
    )
  })
}

test('a wrong command line', async (t) => {
  const wrong: Record<string, [readonly string[], RegExp]> = {
    'an unknown option': [['topics', 'list', '--nonsense'], /--nonsense/],
    'an unknown command': [['topcis', 'list'], /topcis/],
    'an unknown subcommand': [['topics', 'lsit'], /lsit/],
    'a missing argument': [['topics', 'create'], /NAME/],
    'one argument too many': [['topics', 'add-partitions', 'a', 'b', '--total', '3'], /b/],
    'a word for a number': [['topics', 'create', 'a', '-p', 'many'], /many/],
    'a negative number': [['topics', 'create', 'a', '-p', '-3'], /-3/],
    'a wrong duration': [['topics', 'list', '--timeout', 'soon'], /soon/],
    'an unknown offset': [['consume', 'a', '-o', 'somewhere'], /somewhere/],
    'an unknown codec': [['produce', 'a', '-z', 'zip'], /zip/],
    'an unknown setting': [['topics', 'list', '-X', 'bootstrap.sevrers=a'], /bootstrap\.sevrers/],
    'a wrong address': [['topics', 'list', '-b', '127.0.0.1:99999'], /99999/],
    'an unknown format token': [['consume', 'a', '-f', '%y'], /%y/],
  }
  for (const [name, [args, what]] of Object.entries(wrong)) {
    await t.test(name, () => fails(args, { code: 2, what }))
  }
})
