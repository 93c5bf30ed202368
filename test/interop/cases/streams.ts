// A Kafka Streams word count with exactly_once_v2, killed and started again while it counts: each word is counted once.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Framework, wordCount } from '../peers/frameworks.ts'
import { ktool, serve } from '../peers/ktool.ts'
import { succeeded } from '../peers/run.ts'
import { createTopic, folder } from '../shared.ts'

const words = ['apple', 'pear', 'Birne', 'fig', 'Köln', 'kiwi', 'plum']
const linesAtOnce = 400

/** Lines of a few words each, the same every time. */
function someLines(from: number): string[] {
  return Array.from({ length: linesAtOnce }, (_, at) =>
    Array.from({ length: 1 + ((from + at) % 5) }, (_, i) => words[((from + at) * 31 + i * i) % words.length]).join(' '),
  )
}

test('a word count that is killed and goes on counts exactly once', async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  const { bootstrap } = broker
  await createTopic(bootstrap, 'lines', 3)
  await createTopic(bootstrap, 'counts', 3)
  const expected = new Map<string, number>()
  let made = 0
  const produce = async () => {
    const lines = someLines(made)
    made += lines.length
    for (const word of lines.flatMap((line) => line.split(' '))) expected.set(word, (expected.get(word) ?? 0) + 1)
    const sent = await ktool(['produce', 'lines', '-b', bootstrap], { input: `${lines.join('\n')}\n` })
    succeeded(sent, 'ktool produce')
  }
  /** Counts by word, as they came out. */
  const counts = async () => {
    const consume = [
      'consume',
      'counts',
      '-e',
      '-b',
      bootstrap,
      '-f',
      '%k\\t%s\\n',
      '-X',
      'isolation.level=read_committed',
    ]
    const { stdout } = succeeded(await ktool(consume), 'ktool consume')
    const found = new Map<string, number[]>()
    for (const line of stdout.split('\n').slice(0, -1)) {
      const [word, count] = line.split('\t') as [string, string]
      found.set(word, [...(found.get(word) ?? []), Number(count)])
    }
    return found
  }
  const total = (of: Map<string, number | number[]>) =>
    [...of.values()].reduce<number>((sum, each) => sum + (typeof each === 'number' ? each : each.length), 0)
  const until = async (streams: Framework, done: (found: Map<string, number[]>) => boolean) => {
    for (const deadline = Date.now() + 120_000; ; await sleep(100)) {
      const found = await counts()
      if (done(found)) return found
      assert.equal(streams.process.exitCode, null, streams.log())
      assert.ok(Date.now() < deadline, `${total(found)} of ${total(expected)} counted\n${streams.log().slice(-4000)}`)
    }
  }

  /** Gives it work, holds it still again and again until that is in the middle of a transaction, and ends it there. */
  const killInTransaction = async (streams: Framework) => {
    const list = ['transactions', 'list', '--state', 'Ongoing', '--json', '-b', bootstrap]
    for (const deadline = Date.now() + 60_000; ; ) {
      await produce()
      streams.process.kill('SIGSTOP')
      const open: unknown[] = JSON.parse(succeeded(await ktool(list), 'ktool transactions list').stdout)
      if (open.length > 0) return streams.stop('SIGKILL')
      streams.process.kill('SIGCONT')
      assert.ok(Date.now() < deadline, `it has no transactions\n${streams.log()}`)
    }
  }

  const state = join(folder, 'streams-state')
  await produce()
  const first = await wordCount(bootstrap, state, 'lines', 'counts')
  t.after(() => first.stop('SIGKILL'))
  await until(first, (found) => total(found) > 0)
  await killInTransaction(first)

  const second = await wordCount(bootstrap, state, 'lines', 'counts')
  t.after(() => second.stop('SIGKILL'))
  await produce()
  const found = await until(second, (now) => total(now) >= total(expected))
  for (const [word, times] of expected) {
    assert.deepEqual(
      found.get(word),
      Array.from({ length: times }, (_, i) => i + 1),
      word,
    )
  }
  assert.equal(found.size, expected.size)
  await second.stop()
})
