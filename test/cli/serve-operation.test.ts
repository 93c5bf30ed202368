// ktool serve as an operator runs it: metrics, health, logs as JSON.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test, { after } from 'node:test'
import { ktool, start } from './run.ts'

interface Line {
  time: string
  level: string
  message: string
  listener?: string
  port?: number
}

const running = new Set<ReturnType<typeof start>>()
after(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts it with its logs as JSON, and resolves once it listens and has said `until`, which may come on the other output. */
async function serveJson(args: string[], until: RegExp) {
  const child = start(['serve', '--listen', '127.0.0.1:0', '--log-format', 'json', ...args])
  running.add(child)
  const lines: Line[] = []
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  await new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        lines.push(JSON.parse(line))
        const said = lines.map(({ message }) => message).join('\n')
        if (until.test(said) && said.includes('listening on')) resolve()
      })
    }
    child.on('close', () => resolve())
  })
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return { lines, stop }
}

test('metrics and health are answered over HTTP while it runs, and logs are JSON', async () => {
  const args = ['--memory', '--topic', 'orders:2', '--metrics', '127.0.0.1:0', '--verbose']
  const { lines, stop } = await serveJson(args, /metrics on/)
  const listening = lines.find(({ message }) => message.startsWith('listening on'))
  assert.equal(listening?.listener, 'PLAINTEXT')
  assert.ok(
    lines.some(({ level, message }) => level === 'info' && message === 'created topic orders with 2 partitions'),
  )
  const address = /metrics on (http:\S+)\/metrics/.exec(lines.map(({ message }) => message).join('\n'))?.[1]
  const health = await fetch(`${address}/health`)
  assert.deepEqual([health.status, await health.json()], [200, { status: 'serving', offlinePartitions: [] }])
  await ktool(['produce', 'orders', '-b', `127.0.0.1:${listening?.port}`], { stdin: 'a\nb\n' })
  const metrics = await (await fetch(`${address}/metrics`)).text()
  assert.match(metrics, /^kafka_server_brokertopicmetrics_messagesin_total\{topic="orders"\} 2$/m)
  assert.equal(await stop('SIGTERM'), 0)
  assert.equal(lines.at(-1)?.message, 'stopped')
  for (const { time, level } of lines) {
    assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    assert.match(level, /^(debug|info|warn)$/)
  }
})

test('a start after a kill says so', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'ktool-operation-'))
  t.after(() => rmSync(data, { recursive: true }))
  const args = ['--data', data, '--topic', 'orders:2']
  const first = await serveJson(args, /listening on/)
  await first.stop('SIGKILL')
  const second = await serveJson(args, /listening on/)
  assert.match(second.lines[0].message, /^the last stop was not clean: 2 partitions were checked in \d+ ms$/)
  assert.equal(await second.stop('SIGTERM'), 0)
  const third = await serveJson(args, /listening on/)
  assert.match(third.lines[0].message, /^listening on/)
  assert.equal(await third.stop('SIGTERM'), 0)
})

test('an address for metrics that is taken ends it, and nothing stays open', async () => {
  const first = await serveJson(['--memory', '--metrics', '127.0.0.1:0'], /metrics on/)
  const port = /metrics on http:\/\/127\.0\.0\.1:(\d+)/.exec(first.lines.map(({ message }) => message).join('\n'))?.[1]
  const { code, stderr } = await ktool([
    'serve',
    '--memory',
    '--listen',
    '127.0.0.1:0',
    '--metrics',
    `127.0.0.1:${port}`,
  ])
  assert.equal(code, 1)
  assert.match(stderr, /can't listen on 127\.0\.0\.1:\d+: it is in use by another program/)
  await first.stop('SIGTERM')
})

test('what another program has is a failure, no wrong command line', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'ktool-operation-'))
  t.after(() => rmSync(data, { recursive: true }))
  const first = await serveJson(['--data', data], /schema registry on/)
  const said = first.lines.map(({ message }) => message).join('\n')
  const listener = /listening on (\S+:\d+)/.exec(said)?.[1] as string
  const registry = /schema registry on http:\/\/(\S+:\d+)/.exec(said)?.[1] as string
  const taken: [args: string[], message: RegExp][] = [
    [['--memory', '--listen', listener], /^ktool: 127\.0\.0\.1:\d+ is in use by another program\n/],
    [['--data', data, '--listen', '127.0.0.1:0'], /^ktool: \S+ is in use by another broker \(process \d+\)\n/],
    [
      ['--memory', '--listen', '127.0.0.1:0', '--registry', registry],
      /^ktool: can't listen on 127\.0\.0\.1:\d+: it is in use by another program\n/,
    ],
  ]
  for (const [args, message] of taken) {
    const { code, stdout, stderr } = await ktool(['serve', ...args])
    assert.deepEqual([code, stdout], [1, ''], stderr)
    assert.match(stderr, message)
  }
  assert.equal(await first.stop('SIGTERM'), 0)
})

test('the line to type next is about the topic that was made', async () => {
  const broker = start(['serve', '--memory', '--listen', '127.0.0.1:0', '--no-registry', '--topic', 'made:2'])
  const ended = new Promise((resolve) => broker.on('close', resolve))
  const [line] = await once(createInterface(broker.stdout), 'line')
  broker.kill('SIGTERM')
  assert.match(line, /^listening on \S+, keeping nothing; next: ktool produce made -b 127\.0\.0\.1:\d+$/)
  assert.equal(await ended, 0)
})
