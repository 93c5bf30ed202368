// `ktool serve --tls`: clients of every family take the certificate that it makes, by the lines that it prints.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import kafkajs from 'kafkajs'
import { go, python } from '../clients/set-up.ts'
import { kafkaTool } from '../peers/kafka.ts'
import { kcat } from '../peers/kcat.ts'
import { ktool, serve } from '../peers/ktool.ts'
import { run, succeeded } from '../peers/run.ts'
import { folder } from '../shared.ts'

async function start(t: TestContext, name: string, args: string[]) {
  const home = join(folder, name)
  mkdirSync(home, { recursive: true })
  const broker = await serve({
    args: ['--tls', ...args],
    wrap: (command) => ['env', `XDG_DATA_HOME=${home}`, ...command],
  })
  t.after(() => broker.wipe())
  const { stdout, stderr } = broker.process
  // The registry comes last, on the other output.
  while (!/PEM/.test(broker.printed()) || !broker.printed().includes('registry on')) {
    await new Promise<unknown>((resolve) => {
      for (const stream of [stdout, stderr]) stream?.once('data', resolve)
    })
  }
  const line = (who: string) => new RegExp(`with ${who}: +(.*)\\n`).exec(broker.printed())?.[1]?.split(' ') ?? []
  const java = /with Java, client\.properties:\n((?: {2}.*\n)+)/.exec(broker.printed())?.[1]?.replaceAll(/^ {2}/gm, '')
  return { broker, home, line, java: java ?? '', port: broker.port }
}

test('the lines for ktool, kcat and Java, with a login and without', { timeout: 240_000 }, async (t) => {
  const users = join(folder, 'own-users')
  writeFileSync(users, 'alice=wonder\n')
  for (const [name, args] of [
    ['own-open', []],
    ['own-login', ['--users', users]],
  ] as const) {
    const { line, java, home, port } = await start(t, name, [...args])
    const filled = (text: string) =>
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference is written so
      text.replaceAll('NAME', 'alice').replaceAll('PASSWORD', 'wonder').replaceAll("'${ask}'", 'wonder')
    const at = `localhost:${port}`
    succeeded(await ktool(['topics', 'create', 'own', '-b', at, ...line('ktool').map(filled)]), 'ktool')
    const options = line('kcat').map(filled)
    succeeded(await kcat(at, ['-P', '-t', 'own', ...options], { input: 'eins' }), 'kcat -P')
    const read = await kcat(at, ['-C', '-e', '-q', '-t', 'own', ...options])
    assert.equal(succeeded(read, 'kcat -C').stdout, 'eins\n')
    const properties = join(home, 'client.properties')
    writeFileSync(properties, filled(java))
    const list = ['--bootstrap-server', at, '--command-config', properties, '--list']
    assert.equal(succeeded(await kafkaTool('topics', list), 'kafka-topics').stdout, 'own\n')
  }
})

test('librdkafka, kafka-python, franz-go and kafkajs trust it too', { timeout: 240_000 }, async (t) => {
  const { home, port } = await start(t, 'own-others', ['--topic', 'own'])
  const ca = join(home, 'ktool/tls/certificate.pem')
  const list = JSON.stringify([{ name: 'own', bootstrap: `localhost:${port}`, ca }])
  for (const setUp of [
    () => python('login_confluent.py', ['confluent-kafka==2.16.1']),
    () => python('login_kafka_python.py', ['kafka-python[snappy,lz4,zstd]==3.0.12']),
    () => go('franz-login'),
  ]) {
    const [command, ...args] = await setUp()
    const { stdout } = succeeded(await run(command as string, [...args, list]), args.at(-1) ?? 'franz-go')
    assert.match(stdout, /^own ok \[.*own.*\]\n$/)
  }
  const { readFileSync } = await import('node:fs')
  const admin = new kafkajs.Kafka({
    brokers: [`localhost:${port}`],
    ssl: { ca: [readFileSync(ca)] },
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin()
  await admin.connect()
  assert.ok((await admin.listTopics()).includes('own'))
  await admin.disconnect()
})
