// Connect standalone with the configurations that come with Kafka: a file source and a file sink, which go on after a restart.

import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectStandalone, type Framework, propertiesFile } from '../peers/frameworks.ts'
import { ktool, serve } from '../peers/ktool.ts'
import { freePorts, succeeded } from '../peers/run.ts'
import { folder } from '../shared.ts'

const linesAtOnce = 2000

test('from a file into a topic, from the topic into a file, over a restart', async (t) => {
  const broker = await serve()
  t.after(() => broker.wipe())
  const path = (name: string) => join(folder, `connect-${name}`)
  const [rest] = await freePorts(1)
  // connect-standalone.properties
  const worker = propertiesFile(path('standalone.properties'), {
    'bootstrap.servers': broker.bootstrap,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': 'true',
    'value.converter.schemas.enable': 'true',
    'offset.storage.file.filename': path('offsets'),
    'offset.flush.interval.ms': '10000',
    listeners: `http://127.0.0.1:${rest}`,
  })
  // connect-file-source.properties
  const source = propertiesFile(path('file-source.properties'), {
    name: 'local-file-source',
    'connector.class': 'FileStreamSource',
    'tasks.max': '1',
    file: path('source'),
    topic: 'connect-test',
  })
  // connect-file-sink.properties
  const sink = propertiesFile(path('file-sink.properties'), {
    name: 'local-file-sink',
    'connector.class': 'FileStreamSink',
    'tasks.max': '1',
    file: path('sink'),
    topics: 'connect-test',
  })
  let expected = ''
  // One byte a letter: where the file source goes on it counts letters.
  const more = () => {
    const from = expected.length === 0 ? 0 : linesAtOnce
    const text = Array.from({ length: linesAtOnce }, (_, i) => `line ${from + i} ${'.'.repeat(i % 90)}\n`).join('')
    expected += text
    return text
  }
  const written = () => (existsSync(path('sink')) ? readFileSync(path('sink'), 'utf8') : '')
  const copied = async (connect: Framework) => {
    for (const deadline = Date.now() + 90_000; written().length < expected.length; await sleep(100)) {
      assert.equal(connect.process.exitCode, null, connect.log())
      assert.ok(Date.now() < deadline, connect.log().slice(-4000))
    }
    assert.ok(written() === expected, 'the sink has the lines of the source')
  }

  writeFileSync(path('source'), more())
  const first = await connectStandalone(worker, source, sink)
  t.after(() => first.stop('SIGKILL'))
  await copied(first)
  appendFileSync(path('source'), more())
  await copied(first)
  await first.stop()
  assert.doesNotMatch(first.log(), / ERROR /)

  const second = await connectStandalone(worker, source, sink)
  t.after(() => second.stop('SIGKILL'))
  appendFileSync(path('source'), 'after the restart\n')
  expected += 'after the restart\n'
  await copied(second)
  await second.stop()
  assert.doesNotMatch(second.log(), / ERROR /)

  const consume = ['consume', 'connect-test', '-e', '-f', '%s\\n', '-b', broker.bootstrap]
  const { stdout } = succeeded(await ktool(consume), 'ktool consume')
  const payloads = stdout.split('\n').slice(0, -1)
  assert.equal(payloads.map((text) => `${JSON.parse(text).payload}\n`).join(''), expected)
  const describe = ['groups', 'describe', 'connect-local-file-sink', '-b', broker.bootstrap, '--json']
  const [group] = JSON.parse(succeeded(await ktool(describe), 'ktool groups describe').stdout)
  assert.equal(group.offsets[0].currentOffset, 2 * linesAtOnce + 1, 'how far the sink is')
})
