// The package as a program imports it: built, by its name.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { cpuMs } from './cpu-time.ts'

const root = join(import.meta.dirname, '..')
const { exports: entries, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { startBroker }: typeof import('../src/index.ts') = await import(join(root, entries['.'].default))

test('a broker in this process, for a client in it', async () => {
  const broker = await startBroker({ topics: { orders: 3 } })
  const kafka = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  const producer = kafka.producer()
  await Promise.all([admin.connect(), producer.connect()])
  assert.equal((await admin.fetchTopicMetadata({ topics: ['orders'] })).topics[0].partitions.length, 3)
  const [sent] = await producer.send({ topic: 'orders', messages: [{ key: 'k', value: 'v', partition: 1 }] })
  assert.equal(sent.baseOffset, '0')
  await Promise.all([admin.disconnect(), producer.disconnect()])
  await broker.close()
})

test('it starts with less than 100 ms of work, and several run side by side', async () => {
  const brokers = []
  let fastest = Number.POSITIVE_INFINITY
  for (let i = 0; i < 3; i++) {
    const begun = cpuMs()
    brokers.push(await startBroker())
    fastest = Math.min(fastest, cpuMs() - begun)
  }
  assert.ok(fastest < 100, `${fastest} ms`)
  assert.equal(new Set(brokers.map(({ port }) => port)).size, 3)
  await Promise.all(brokers.map((broker) => broker.close()))
})

test('its data can be kept, and only one has it at a time', async () => {
  const data = mkdtempSync(join(tmpdir(), 'ktool-library-'))
  const said: string[] = []
  const broker = await startBroker({ data, topics: { kept: 1 }, log: (level, text) => said.push(`${level} ${text}`) })
  await assert.rejects(startBroker({ data }), /in use/)
  await broker.close()
  const again = await startBroker({ data })
  assert.equal(again.clusterId, broker.clusterId)
  await again.close()
  rmSync(data, { recursive: true })
})

test('options that make no sense are refused', async () => {
  const wrong = [
    [{ topic: { a: 1 } }, /startBroker has no option topic/],
    [{ topics: ['a', 'b'] }, /topics is a list/],
    [{ topics: { a: 0 } }, /topics: a has 0 as its number of partitions/],
    [{ properties: { 'num.partition': '4' } }, /no broker config is called num\.partition/],
    [{ properties: { 'num.partitions': 'many' } }, /num\.partitions/],
  ] as const
  for (const [options, message] of wrong) await assert.rejects(startBroker(options as never), message)
  const broker = await startBroker({ properties: { 'num.partitions': 4, 'auto.create.topics.enable': false } })
  await broker.close()
})

test('the oldest Node is the same to npm, the program and the library', () => {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  assert.equal(engines.node, '>=22.15')
  for (const file of ['bin/ktool.js', 'src/index.ts']) {
    const text = readFileSync(join(root, file), 'utf8')
    assert.match(text, /needs Node 22\.15 or newer/)
    assert.match(text, /=== 22 && \S+ < 15/)
  }
})

test('types are beside it', () => {
  const types = readFileSync(join(root, entries['.'].types), 'utf8')
  assert.match(types, /export declare function startBroker\(options\?: BrokerOptions\): Promise<Broker>/)
  assert.doesNotMatch(types, /import /)
})

const program = `
import { type Broker, type BrokerOptions, startBroker } from 'ktool'

const options: BrokerOptions = { topics: { orders: 3 }, properties: { 'auto.create.topics.enable': 'false' } }
const times: number[] = []
// On a busy machine one of them has the processor for itself.
for (let i = 0; i < 10; i++) {
  const begun = performance.now()
  const broker: Broker = await startBroker(options)
  times.push(performance.now() - begun)
  const address: string = broker.bootstrap
  if (address !== broker.host + ':' + broker.port) throw new Error(address)
  await broker.close()
}
console.log(Math.min(...times))

export async function neverCalled(): Promise<void> {
  // @ts-expect-error: there is no such option
  await startBroker({ prot: 9092 })
  // @ts-expect-error: a number of partitions
  await startBroker({ topics: { orders: 'three' } })
}
`

test('packed and installed: a program with types has it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-installed-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const run = (command: string, args: string[], cwd: string) => execFileSync(command, args, { cwd, encoding: 'utf8' })
  const packed = run(npm, ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], root).trim()
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  run('tar', ['-xzf', join(folder, packed)], folder)
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction')
  }
  symlinkSync(join(folder, 'package'), join(modules, 'ktool'), 'junction')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'program.ts'), program)
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,dom']
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  run(process.execPath, [compiler, ...options, '--types', '', 'program.ts'], folder)
  const fastest = Number(run(process.execPath, ['program.ts'], folder))
  assert.ok(fastest < 100, `${fastest} ms`)
})
