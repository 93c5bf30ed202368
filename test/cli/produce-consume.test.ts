// produce and consume through the real binary, on a bundled broker.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import test, { after, before } from 'node:test'
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts'
import { Client } from '../../src/client/client.ts'
import { baseOffset, batches } from '../../src/records/batch.ts'
import { write } from '../client/group/writing.ts'
import { startProxy } from '../client/with-broker.ts'
import { binary, type Ended, ktool, type RunOptions, start } from './run.ts'

let broker: RunningBroker
let env: Record<string, string>
let client: Client
const folder = mkdtempSync(join(tmpdir(), 'ktool-produce-'))

before(async () => {
  broker = await startBroker({ memory: true, properties: { 'auto.create.topics.enable': 'false' } })
  env = { KTOOL_BOOTSTRAP: `127.0.0.1:${broker.listeners[0].port}` }
  client = new Client({ bootstrapServers: [{ ...broker.listeners[0] }] })
})

after(async () => {
  client.close()
  await broker.close()
  rmSync(folder, { recursive: true })
})

const run = (args: string[], options: RunOptions = {}): Promise<Ended> => ktool(args, { env, ...options })

/** A new topic; its name. */
let topics = 0
async function topic(partitions = 1, configs: Record<string, string> = {}): Promise<string> {
  const name = `topic-${++topics}`
  await client.admin.createTopics([{ name, partitions, configs }])
  return name
}

async function ok(args: string[], options: RunOptions = {}): Promise<string> {
  const ended = await run(args, options)
  assert.deepEqual([ended.code, ended.stderr], [0, ''], args.join(' '))
  return ended.stdout
}

test('lines go in and come out, the last one without its newline too', async () => {
  const name = await topic()
  await ok(['produce', name], { stdin: 'one\n\nthree' })
  assert.equal(await ok(['consume', name, '-e']), 'one\n\nthree\n')
  assert.equal(await ok(['consume', name, '-e', '-f', '%o=%s;']), '0=one;1=;2=three;')
})

test('what is there already is read over one connection, so with one login', async (t) => {
  const name = await topic()
  await ok(['produce', name], { stdin: 'one\ntwo\n' })
  const proxy = await startProxy(t)
  proxy.target = broker.listeners[0].port
  const through = ['--resolve', `127.0.0.1:${proxy.target}=127.0.0.1:${proxy.port}`]
  assert.equal(await ok(['consume', name, '-o', '-1', '-e', ...through]), 'two\n')
  assert.equal(proxy.connections, 1)
})

test('many lines of any length, over several batches and pieces', async () => {
  const file = join(folder, 'many-lines')
  const lines = Array.from({ length: 60_000 }, (_, i) => `${i} ${'x'.repeat(i % 20_000 === 7 ? 200_000 : i % 97)}`)
  for (let i = 0; i < lines.length; i += 1000) lines[i] = ''
  const text = lines.join('\n')
  writeFileSync(file, text)
  const name = await topic()
  await ok(['produce', name, '--lines', file])
  assert.ok((await ok(['consume', name, '-e'])) === `${text}\n`, 'they come out as they went in')
  for (const [args, expected] of [
    [['-c', '30001'], lines.slice(0, 30_001)],
    [['-o', '777', '--until', '50002'], lines.slice(777, 50_002)],
  ]) {
    assert.ok(
      (await ok(['consume', name, '-e', ...args])) === expected.map((line) => `${line}\n`).join(''),
      args.join(' '),
    )
  }
  const zeros = await ok(['consume', name, '-e', '-f', '%s\\0'], { env: { ...env, NODE_OPTIONS: '--jitless' } })
  assert.ok(zeros === lines.map((line) => `${line}\0`).join(''), 'without WebAssembly')
  const large = await topic(1, { 'max.message.bytes': '10000000' })
  await ok(['produce', large, '--lines', file, '-X', 'batch.size=9000000'])
  assert.ok((await ok(['consume', large, '-e'])) === `${text}\n`, 'in batches larger than a piece, too')
  const others = await topic(3)
  await ok(['produce', others, '-Z', '-H', 'a=1', '-c', '40000'], { stdin: text })
  await ok(['produce', others, '-Z', '-c', '40001', '-p', '1', '--timestamp', '@5'], { stdin: text })
  const counts = (await ok(['consume', others, '-e', '-f', '%S %h %T\n'])).trimEnd().split('\n')
  const has = (text: string) => counts.filter((line) => line.includes(text)).length
  assert.deepEqual([counts.length, has('a=1'), has('-1 '), has(' 5')], [80_001, 40_000, 40 + 41, 40_001])
})

test('many lines are reported, spread, refused and committed one by one', async () => {
  const count = 30_000
  const numbers = Array.from({ length: count }, (_, i) => `${i + 1}`)
  const stdin = numbers.map((number) => `${number.padEnd(20 + (Number(number) % 60))}\n`).join('')
  const name = await topic(3)
  const small = ['-X', 'batch.size=20000']
  const report = await ok(['produce', name, '--report', ...small], { stdin })
  const places = await ok(['consume', name, '-e', '-f', `%s\t${name}\t%p\t%o\n`])
  const sorted = (text: string) =>
    text
      .split('\n')
      .map((line) => line.replace(/^(\d+) +/, '$1'))
      .sort()
  assert.deepEqual(sorted(report), sorted(places))

  const even = await topic(3)
  await ok(['produce', even, '--partitioner', 'round-robin', ...small], { stdin })
  const perPartition = await Promise.all([0, 1, 2].map((p) => ok(['consume', even, '-e', '-p', String(p), '-f', '.'])))
  assert.deepEqual(
    perPartition.map(({ length }) => length),
    [count / 3, count / 3, count / 3],
  )

  const narrow = await topic(1, { 'max.message.bytes': '5000' })
  const lines = stdin.split('\n').map((line, i) => (i % 10_000 === 4_999 ? line.padEnd(6_000, 'x') : line))
  const refused = await run(['produce', narrow], { stdin: lines.join('\n') })
  assert.deepEqual(refused.stderr.match(/not written: record \d+/g), [
    'not written: record 5000',
    'not written: record 15000',
    'not written: record 25000',
  ])
  assert.equal((await ok(['consume', narrow, '-e', '-f', '.'])).length, count - 3)

  const parts = await topic()
  const some = ['--transactional-id', parts, '--records-per-transaction', '10001', '-c', '25000']
  await ok(['produce', parts, ...some], { stdin })
  const offsets = (await ok(['consume', parts, '-e', '-f', '%o %s\n']))
    .trimEnd()
    .split('\n')
    .map((line) => line.trim())
  // A marker ends each transaction.
  assert.deepEqual(
    offsets,
    numbers.slice(0, 25_000).map((number, i) => `${i + Math.floor(i / 10_001)} ${number}`),
  )
})

test('pipes, and what reads from them', { skip: process.platform === 'win32' }, async () => {
  const file = join(folder, 'piped')
  writeFileSync(file, Array.from({ length: 100_000 }, (_, i) => `line ${i}\n`).join(''))
  const shell = (script: string) =>
    new Promise<{ code: number | null; stderr: string }>((resolve) => {
      const child = spawn('sh', ['-c', script], { env: { PATH: process.env.PATH, HOME: tmpdir(), ...env } })
      let stderr = ''
      child.stderr.on('data', (text) => {
        stderr += text
      })
      child.on('close', (code) => resolve({ code, stderr }))
    })
  const program = (name: string, args: string[]) => `'${process.execPath}' '${binary}' ${name} ${args.join(' ')}`
  const produce = (...args: string[]) => program('produce', args)
  const consume = (...args: string[]) => program('consume', args)
  const whole = await topic()
  assert.deepEqual(await shell(`cat '${file}' | ${produce(whole)}`), { code: 0, stderr: '' })
  assert.equal(await ok(['consume', whole, '-e']), readFileSync(file, 'utf8'))
  const out = join(folder, 'out')
  assert.deepEqual(await shell(`${consume(whole, '-e')} > '${out}'; cat '${file}' >> '${out}'`), {
    code: 0,
    stderr: '',
  })
  assert.ok(readFileSync(out, 'utf8') === readFileSync(file, 'utf8').repeat(2), 'to a file')
  const first = await topic()
  // Whoever writes goes on.
  assert.deepEqual(await shell(`yes | ${produce(first, '-c', '70000')}`), { code: 0, stderr: '' })
  assert.equal(await ok(['consume', first, '-e']), 'y\n'.repeat(70_000))
  const slowly = await topic()
  // Without WebAssembly, too.
  const jitless = produce(slowly).replace("' '", "' --jitless '")
  assert.deepEqual(await shell(`(echo one; cat '${file}') | ${jitless}`), { code: 0, stderr: '' })
  assert.equal((await ok(['consume', slowly, '-e'])).length, 4 + readFileSync(file).length)
})

test('keys, headers, null, timestamps and partitions', async () => {
  const name = await topic(3)
  await ok(['produce', name, '-K', '\\t', '-Z', '-H', 'a=1', '-H', 'b', '--timestamp', '@1234', '-p', '2'], {
    stdin: 'k1\tv1\nk2\t\nno key\n',
  })
  await ok(['produce', name, '-k', 'fixed', '-p', '1', '-D', '|'], { stdin: 'x|y' })
  assert.equal(
    await ok(['consume', name, '-e', '-p', '2', '-f', '%p %T %K %k %S %s %h\\n']),
    ['2 1234 2 k1 2 v1 a=1,b=NULL', '2 1234 2 k2 -1  a=1,b=NULL', '2 1234 -1  6 no key a=1,b=NULL', ''].join('\n'),
  )
  assert.equal(await ok(['consume', name, '-e', '-p', '1', '-f', '%k=%s\\n']), 'fixed=x\nfixed=y\n')
  assert.equal(await ok(['consume', name, '-e', '-p', '2', '-Z', '-f', '%k=%s\\n']), 'k1=v1\nk2=NULL\nNULL=no key\n')
  assert.equal(await ok(['consume', name, '-e', '-p', '2', '-Z']), 'v1\nNULL\nno key\n')
})

test('files are records, or their lines are', async () => {
  const name = await topic()
  const files = ['a.txt', 'b.txt'].map((file, i) => {
    writeFileSync(join(folder, file), `${i}1\n${i}2\n`)
    return join(folder, file)
  })
  await ok(['produce', name, ...files])
  await ok(['produce', name, '--lines', ...files])
  assert.equal(await ok(['consume', name, '-e', '-f', '[%s]']), '[01\n02\n][11\n12\n][01][02][11][12]')
  const partly = await run(['produce', name, join(folder, 'none'), files[0]])
  assert.equal(partly.code, 1)
  assert.match(partly.stderr, /no such file: \S*none\n/)
  assert.equal(await ok(['consume', name, '-o', '-1', '-e']), '01\n02\n\n')
  const huge = join(folder, 'huge')
  writeFileSync(huge, '')
  truncateSync(huge, 3 * 2 ** 30)
  const large = await run(['produce', name, huge, files[1]])
  assert.equal(large.code, 1)
  assert.match(large.stderr, /^ktool: record 1 of the input: .*huge is longer than 268435456 bytes\n$/)
  assert.equal(await ok(['consume', name, '-o', '-1', '-e']), '11\n12\n\n')
  const dash = await run(['produce', name, '-'], { stdin: 'lost\n' })
  assert.deepEqual([dash.code, dash.stderr.split('\n')[1]], [2, '  leave it out: without FILEs stdin is read'])
})

test('offsets: beginning, end, numbers, the last ones, times', async () => {
  const name = await topic()
  for (const i of [0, 1, 2]) await write(client, name, [[`v${i}`]], () => 1000 * (i + 1))
  const from = (offset: string, ...more: string[]) => ok(['consume', name, '-e', '-o', offset, ...more])
  assert.equal(await from('beginning'), 'v0\nv1\nv2\n')
  assert.equal(await from('end'), '')
  assert.equal(await from('1'), 'v1\nv2\n')
  assert.equal(await from('-1'), 'v2\n')
  assert.equal(await from('-99'), 'v0\nv1\nv2\n')
  assert.equal(await from('@1500'), 'v1\nv2\n')
  assert.equal(await from('@9000'), '')
  assert.equal(await from('beginning', '--until', '2'), 'v0\nv1\n')
  assert.equal(await from('@1000', '--until', '@3000'), 'v0\nv1\n')
  assert.equal(await ok(['consume', name, '-c', '2']), 'v0\nv1\n')
  const ends = `warning: partition 0 of ${name} ends at 3: nothing is there from 9 on\n`
  assert.deepEqual(await run(['consume', name, '-o', '9', '-e']), { code: 0, stdout: '', stderr: ends })
  const goesOn = await run(['consume', name, '-o', '9', '--idle', '300ms'])
  assert.equal(goesOn.stderr, `warning: partition 0 of ${name}: offset 9 is beyond the end; going on at 3\n`)
})

test('records are numbered on from file to file', async () => {
  const name = await topic()
  const files = ['a\nb', 'c\n', 'd\n'].map((text, i) => {
    const file = join(folder, `numbered-${i}`)
    writeFileSync(file, text)
    return file
  })
  // Also where one between them can't be read.
  const ended = await run(['produce', name, '--report', '--lines', ...files.slice(0, 2), folder, files[2]])
  assert.deepEqual([ended.code, ended.stderr.split(':')[1]], [1, ` the file ${folder} can't be read`])
  assert.equal(ended.stdout, ['1', '2', '3', '4'].map((n, i) => `${n}\t${name}\t0\t${i}\n`).join(''))
  assert.equal(await ok(['consume', name, '-e', '-f', '%s']), 'abcd')
})

test('a directory as stdin is an error, not an empty input', { skip: process.platform === 'win32' }, async () => {
  const name = await topic()
  const child = spawn(process.execPath, [binary, 'produce', name], {
    env: { ...process.env, ...env },
    stdio: [openSync('/', 'r'), 'ignore', 'pipe'],
  })
  const [[said], [code]] = await Promise.all([once(child.stderr as Readable, 'data'), once(child, 'exit')])
  assert.deepEqual([code, String(said)], [2, 'ktool: stdin is a directory\n'])
})

test('several topics, by name and by pattern', async () => {
  const [one, two] = [await topic(), await topic()]
  await ok(['produce', one], { stdin: '1\n' })
  await ok(['produce', two], { stdin: '2\n' })
  const lines = (await ok(['consume', `{${one},${two}}`, '-e', '-f', '%t %s\\n'])).trimEnd().split('\n').sort()
  assert.deepEqual(lines, [`${one} 1`, `${two} 2`])
})

test('what consume writes as JSON, produce reads back without loss', async () => {
  const [source, copy] = [await topic(3), await topic(3)]
  const stdin = [
    {
      partition: 0,
      timestamp: 5,
      key: '/wD+',
      keyEncoding: 'base64',
      value: null,
      headers: [
        ['h', '1'],
        ['h', null],
      ],
    },
    { partition: 2, timestamp: 6, key: null, value: '', headers: [['r', 'gA==', 'base64']] },
    { partition: 2, timestamp: 7, key: '', value: 'grüße "x"\n\u0000' },
  ]
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('')
  await ok(['produce', source, '--input', 'jsonl'], { stdin })
  const first = await ok(['consume', source, '-e', '--json'])
  await ok(['produce', copy, '--input', 'jsonl'], { stdin: first })
  const second = await ok(['consume', copy, '-e', '--json'])
  const sorted = (text: string) => text.replaceAll(copy, source).split('\n').sort()
  assert.deepEqual(sorted(second), sorted(first))
  assert.equal(first.split('\n').length, 4)
})

test('a record that is wrong or too large is named, and the others are written', async () => {
  const name = await topic(1, { 'max.message.bytes': '2000' })
  const stdin = `small\n${'x'.repeat(3000)}\nlast\n`
  const large = await run(['produce', name], { stdin })
  assert.equal(large.code, 1)
  assert.match(large.stderr, /MESSAGE_TOO_LARGE/)
  assert.match(large.stderr, /not written: record 2/)
  const wrong = await run(['produce', name, '--input', 'jsonl'], {
    stdin: '{"value":"ok"}\nnot json\n{"value":"too"}\n',
  })
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /record 2 of the input: it is not JSON/)
  assert.equal(await ok(['consume', name, '-e']), 'small\nlast\nok\ntoo\n')
})

test('a damaged partition is named, and the others are read', async () => {
  const dataDirectory = join(folder, 'damaged')
  const own = await startBroker({ dataDirectory, topics: [{ name: 'd', partitions: 2 }] })
  const at = ['-b', `127.0.0.1:${own.listeners[0].port}`]
  try {
    for (const partition of ['0', '1']) await ok(['produce', 'd', '-p', partition, ...at], { stdin: 'one\ntwo\n' })
    const file = openSync(join(dataDirectory, 'd-0', '00000000000000000000.log'), 'r+')
    writeSync(file, 'x', 70)
    for (const only of [[], ['-p', '0', '-p', '1']]) {
      const ended = await run(['consume', 'd', '-e', '-f', '%p %s\n', ...only, ...at])
      assert.deepEqual([ended.code, ended.stdout], [1, '1 one\n1 two\n'])
      assert.match(ended.stderr, /^ktool: partition 0 of d: .* is corrupt: .*\n .*-X check\.crcs=false reads on/)
    }
    const asMember = await run(['consume', 'd', '-e', '-G', 'g', ...at])
    assert.equal(asMember.code, 1)
    assert.match(asMember.stderr, /partition 0 of d: .* is corrupt/)
    assert.match((await run(['consume', 'd', '-e', '-X', 'check.crcs=false', ...at])).stdout, /^two$/m)
    // What is no batch at all is found by the broker.
    writeSync(file, Buffer.alloc(61, 0xff), 0, 61, 0)
    closeSync(file)
    const found = await run(['consume', 'd', '-e', '-f', '%p %s\n', ...at])
    assert.deepEqual([found.code, found.stdout], [1, '1 one\n1 two\n'])
    assert.match(found.stderr, /^ktool: partition 0 of d: the broker finds its log damaged at offset 0\n/)
  } finally {
    await own.close()
  }
})

test('damage in large answers ends the reading of its partition where it is', async () => {
  const dataDirectory = join(folder, 'damaged-much')
  const own = await startBroker({ dataDirectory, topics: [{ name: 'd', partitions: 2 }] })
  const at = ['-b', `127.0.0.1:${own.listeners[0].port}`]
  const lines = Array.from({ length: 20_000 }, (_, i) => `${String(i).padStart(49)}\n`)
  const stdin = lines.join('')
  const left = [stdin.length, stdin.length]
  try {
    for (const partition of ['0', '1'])
      await ok(['produce', 'd', '-p', partition, '-X', 'batch.size=100000', ...at], { stdin })
    for (const partition of [1, 0]) {
      const log = join(dataDirectory, `d-${partition}`, '00000000000000000000.log')
      const bytes = readFileSync(log)
      const middle = [...batches(bytes)].find((start) => start > 600_000) as number
      bytes[middle + 5_000] ^= 1
      writeFileSync(log, bytes)
      const whole = lines.slice(0, baseOffset(bytes, middle)).join('')
      for (const args of [
        ['-p', String(partition)],
        ['-p', String(partition), '-f', '%s\\n%%'],
      ]) {
        const ended = await run(['consume', 'd', '-e', ...args, ...at])
        assert.equal(ended.code, 1)
        assert.ok(ended.stdout.replaceAll('%', '') === whole, `${ended.stdout.length} of ${whole.length} bytes`)
      }
      const both = await run(['consume', 'd', '-e', ...at])
      left[partition] = whole.length
      assert.deepEqual([both.code, both.stdout.length], [1, left[0] + left[1]])
      assert.match(both.stderr, new RegExp(`partition ${partition} of d: .* is corrupt: its checksum`))
    }
  } finally {
    await own.close()
  }
})

test('an unknown topic names the nearest ones, for both directions', async () => {
  const name = await topic()
  for (const command of ['produce', 'consume']) {
    const ended = await run([command, `${name}x`], { stdin: 'lost\n' })
    assert.equal(ended.code, 1)
    assert.equal(ended.stdout, '')
    assert.match(ended.stderr, new RegExp(`^ktool: there is no topic ${name}x\n {2}did you mean ${name}`))
  }
  const partition = await run(['consume', name, '-p', '7'])
  assert.match(partition.stderr, /has no partition 7\n {2}it has partition 0 only/)
})

test('Ctrl-C while producing sends what was read and ends with 130', async () => {
  const name = await topic()
  const child = start(['produce', name], env)
  const seen = start(['consume', name, '-c', '1'], env)
  const shown = once(seen.stdout, 'data')
  child.stdin.write('typed\nunfinished')
  const [first] = await shown
  assert.equal(String(first), 'typed\n')
  child.kill('SIGINT')
  const [code] = await once(child, 'close')
  assert.equal(code, 130)
  assert.equal(await ok(['consume', name, '-e']), 'typed\n')
})

test('consume goes on with what comes in, until Ctrl-C', async () => {
  const name = await topic()
  const child = start(['consume', name], env)
  for (const value of ['a\n', 'b\n']) {
    const shown = once(child.stdout, 'data')
    await ok(['produce', name], { stdin: value })
    assert.equal(String((await shown)[0]), value)
  }
  child.kill('SIGINT')
  const [code] = await once(child, 'close')
  assert.equal(code, 130)
})

test('a reader that goes away ends consume quietly', async () => {
  const name = await topic()
  await ok(['produce', name], { stdin: 'line of some length\n'.repeat(200_000) })
  const child = start(['consume', name], env)
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  await once(child.stdout, 'data')
  child.stdout.destroy()
  const [code] = await once(child, 'close')
  assert.deepEqual([code, stderr], [0, ''])
})

for (const codec of ['gzip', 'snappy', 'lz4', 'zstd', 'zstd:1']) {
  test(`compressed with ${codec}`, async () => {
    const name = await topic(2)
    const stdin = Array.from({ length: 20_000 }, (_, i) => `key-${i % 100}\tvalue number ${i}\n`).join('')
    await ok(['produce', name, '-z', codec, '-K', '\\t'], { stdin })
    const out = await ok(['consume', name, '-e', '-f', '%k\\t%s\\n'])
    const sort = (text: string) => text.split('\n').sort().join('\n')
    assert.ok(sort(out) === sort(stdin))
  })
}

test('batches of one record, and more requests at once without idempotence', async () => {
  const name = await topic()
  await ok(['produce', name, '-X', 'batch.size=0'], { stdin: 'a\nb\n' })
  await ok(['produce', name, '-X', 'max.in.flight=6', '--no-idempotence'], { stdin: 'c\n' })
  await ok(['produce', name, '-X', 'max.in.flight=6', '-X', 'enable.idempotence=false'], { stdin: 'd\n' })
  assert.equal(await ok(['consume', name, '-e']), 'a\nb\nc\nd\n')
})

test('options that make no sense are usage errors', async () => {
  const cases: [string[], RegExp][] = [
    [['produce', 't', '--lines'], /--lines is for FILEs/],
    [['produce', 't', '-D', ''], /delimiter must not be empty/],
    [['produce', 't', '-z', 'brotli'], /'brotli' is not a codec/],
    [['produce', 't', '-z', 'gzip:77'], /77 is more than 9/],
    [['produce', 't', '-H', '=x'], /has no name/],
    [['produce', 't', '--template', '%k'], /nothing ends %k/],
    [['produce', 't', '-X', 'max.in.flight=6'], /max\.in\.flight\.\S+ is 6, with idempotence it may be 5 at most/],
    [['produce', 't', '-H', ''], /has no name/],
    [['produce', 't', '--input', 'jsonl', '-K', ':'], /jsonl has keys and headers of its own/],
    [['produce', 't', '--transactional-id', ''], /--transactional-id: it is empty/],
    [['produce', 't', '-K', ':', 'file'], /--key-delimiter is for records that are lines\n {2}--lines makes/],
    [['produce', 't', '-K', ':', '--input', 'whole'], /--key-delimiter is for .*\n {2}leave --input whole out/],
    [['produce', 't', '-K', ':', '--input', 'whole', 'f'], / {2}--lines in place of --input whole makes/],
    [['produce', 't', '--headers-delimiter', ':', '--input', 'whole', 'f'], /--headers-delimiter is for records/],
    [['produce', 't', '-K', ':', '--template', '%v\\n'], /a --template says itself where keys and headers end/],
    [['produce', 't', '--acks', '1', '-X', 'enable.idempotence=true'], /enable\.idempotence=true needs acks=all/],
    [['consume', 't', '-o', '4', '--until', '2'], /--until is before --offset/],
    [['consume', 't', '-o', '@-1h', '--until', '@-2h'], /--until is before --offset/],
    [['consume', 't', '-Z', '--json'], /--null is for formats/],
    [['dump', '/', '--offsets', '9:5'], /--offsets: the range 9:5 runs backwards/],
    [['dump', '/', '--time', 'now:-1h'], /--time: the range now:-1h runs backwards/],
    [['consume', 't', '-o', 'begin'], /'begin' is not an offset/],
    [['consume', 't', '-o', 's@1000', '-o', 'e@2000'], /'e@2000' is not an offset\n {2}where to end is --until @2000/],
    [['consume', 't', '-f', '%d'], /%d needs a time format\n {2}use %d\{iso\}/],
    [['consume', 't', '-f', '%y'], /%y is not a format token/],
    [['consume', 't', '-f', '%s', '--json'], /exclude each other/],
    [['consume', 't', '--output', 'yaml'], /can't be printed as yaml/],
    [['consume'], /TOPIC/],
  ]
  for (const [args, message] of cases) {
    const ended = await run(args)
    assert.equal(ended.code, 2, ended.stderr + args.join(' '))
    assert.match(ended.stderr, message)
    assert.equal(ended.stdout, '')
  }
})

test('filters choose records before anything is formatted', async () => {
  const name = await topic()
  const stdin = 'a\t{"n":1}\nb\t{"n":2}\nab\tno JSON\n'
  await ok(['produce', name, '-K', '\\t', '-H', 'kind=x1'], { stdin })
  const keys = async (...args: string[]) => (await run(['consume', name, '-e', '-f', '%k ', ...args])).stdout.trim()
  assert.equal(await keys('--grep', 'JSON'), 'ab')
  assert.equal(await keys('--grep', 'n', '--grep', '2'), 'b')
  assert.equal(await keys('--key', 'a', '--key', 'b'), 'ab')
  assert.equal(await keys('--where', 'offset > 0', '--where', 'offset < 2'), 'b')
  assert.equal(await keys('--grep', '/json|"n":2/i'), 'b ab')
  assert.equal(await keys('--key', '^a'), 'a ab')
  assert.equal(await keys('--header', 'kind'), 'a b ab')
  assert.equal(await keys('--header', 'kind=^x', '--header', 'kind=2'), '')
  assert.equal(await keys('--where', 'value.n > 1'), 'b')
  assert.equal(await keys('--where', 'has(value.n)', '--key', 'a', '-c', '1'), 'a')
  // What is filtered by headers still shows them.
  assert.match(await ok(['consume', name, '-e', '--json', '--header', 'kind', '-c', '1']), /\[\["kind","x1"\]\]/)
  const { code, stderr } = await run(['consume', name, '-e', '--where', 'value.n > 1'])
  assert.equal(code, 0)
  assert.equal(
    stderr,
    `warning: 1 record was left out because --where can't be evaluated for them (No such key: n), the first at offset 2 of partition 0 of ${name}\n`,
  )
  assert.equal((await run(['consume', name, '--where', 'nonsense'])).code, 2)
  assert.equal((await run(['consume', name, '--grep', '('])).code, 2)
})

test('a range whose ends are the same is empty, also where the clock goes on between them', async () => {
  const name = await topic()
  await ok(['produce', name], { stdin: 'one\n' })
  for (const time of ['@-1h', '@now', '0']) assert.equal(await ok(['consume', name, '--until', time, '-o', time]), '')
  // A group may have committed less than where it would begin without.
  const ended = await run(['consume', name, '-G', 'ranges', '-o', '1', '--until', '0', '--idle', '1s'])
  assert.deepEqual([ended.code, ended.stdout], [0, ''], ended.stderr)
})

test('--idle ends when nothing comes any more', async () => {
  const name = await topic(3)
  await ok(['produce', name, '-p', '1'], { stdin: 'a\nb\n' })
  assert.equal(await ok(['consume', name, '--idle', '300ms']), 'a\nb\n')
})

test('new partitions and topics are read from their beginning', async () => {
  const name = await topic()
  await ok(['produce', name], { stdin: 'first\n' })
  const args = ['consume', `${name}*`, '-X', 'metadata.max.age.ms=100', '-f', '%t %p %s\\n']
  const reading = start(args, env)
  let stdout = ''
  reading.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  const shows = async (text: string) => {
    while (!stdout.includes(text)) await once(reading.stdout, 'data')
  }
  await shows('first')
  await ok(['topics', 'create', `${name}-new`])
  await ok(['produce', `${name}-new`], { stdin: 'second\n' })
  await shows('second')
  await run(['topics', 'add-partitions', name, '--total', '2'])
  await ok(['produce', name, '-p', '1'], { stdin: 'third\n' })
  await shows('third')
  await run(['topics', 'delete', `${name}-new`])
  await ok(['produce', name, '-p', '0'], { stdin: 'fourth\n' })
  await shows('fourth')
  reading.kill('SIGINT')
  assert.deepEqual(await once(reading, 'close'), [130, null])
  assert.deepEqual(stdout.split('\n'), [
    `${name} 0 first`,
    `${name}-new 0 second`,
    `${name} 1 third`,
    `${name} 0 fourth`,
    '',
  ])
})

test('a pattern that matches nothing', async () => {
  const { code, stderr } = await run(['consume', 'nothing-*', '-e'])
  assert.deepEqual([code, stderr.split('\n')[0]], [1, 'ktool: no topic matches nothing-*'])
})

test('a member of a group goes on where the group is', async () => {
  const name = await topic(2)
  await ok(['produce', name], { stdin: '1\n2\n3\n' })
  const read = async (...args: string[]) => (await run(['consume', name, '-e', '-G', `g-${name}`, ...args])).stdout
  assert.equal((await read('--no-commit')).split('\n').length, 4)
  assert.equal((await read('-c', '2')).split('\n').length, 3)
  assert.equal((await read()).split('\n').length, 2)
  assert.equal(await read(), '')
  for (const wrong of [['-G', 'g', '-p', '0'], ['--no-commit'], ['-G', 'g', '--no-commit', '--commit-every', '1s']]) {
    assert.equal((await run(['consume', name, ...wrong])).code, 2, wrong.join(' '))
  }
})

test('transactions: all of the records or none, or N by N', async () => {
  const name = await topic(2)
  const transaction = ['produce', name, '--transactional-id', `id-${name}`]
  const committed = async () => (await ok(['consume', name, '-e'])).split('\n').filter(Boolean).sort()
  await ok(transaction, { stdin: 'a\nb\n' })
  assert.deepEqual(await committed(), ['a', 'b'])
  const jsonl = (...values: string[]) => values.map((v) => (v === '' ? 'wrong\n' : `{"value":"${v}"}\n`)).join('')
  const aborted = await run([...transaction, '--input', 'jsonl'], { stdin: jsonl('c', '') })
  assert.equal(aborted.code, 1)
  assert.match(
    aborted.stderr,
    /record 2 of the input.*\n.*\nktool: the transaction was aborted: no record is written\n$/,
  )
  assert.deepEqual(await committed(), ['a', 'b'])
  assert.match(await ok(['consume', name, '-e', '--isolation', 'uncommitted']), /c\n/)
  const everyTwo = [...transaction, '--input', 'jsonl', '--records-per-transaction', '2']
  const half = await run(everyTwo, { stdin: jsonl('d', 'e', 'f', '') })
  assert.match(half.stderr, /the transaction was aborted: the first 2 records are written\n$/)
  assert.deepEqual(await committed(), ['a', 'b', 'd', 'e'])
  const narrow = await topic(1, { 'max.message.bytes': '2000' })
  const refused = await run(['produce', narrow, '--transactional-id', narrow], { stdin: `a\n${'x'.repeat(3000)}\nb\n` })
  assert.match(refused.stderr, /MESSAGE_TOO_LARGE.*not written: record 2\n.*aborted: no record is written\n$/s)
  assert.doesNotMatch(refused.stderr, /not taken any more|timeout/)
  await ok(everyTwo, { stdin: jsonl('f', 'g', 'h', 'i', 'j') })
  assert.deepEqual(await committed(), ['a', 'b', 'd', 'e', 'f', 'g', 'h', 'i', 'j'])
})

test('Ctrl-C aborts a transaction', async () => {
  const name = await topic()
  const child = start(['produce', name, '--transactional-id', `id-${name}`], env)
  child.stdin.write('never\n')
  const seen = await ok(['consume', name, '-c', '1', '--isolation', 'uncommitted'])
  assert.equal(seen, 'never\n')
  child.kill('SIGINT')
  assert.deepEqual(await once(child, 'close'), [130, null])
  assert.equal(await ok(['consume', name, '-e']), '')
})

test('a producer that takes an id over fences the one before it', async () => {
  const name = await topic()
  const args = ['produce', name, '--transactional-id', `id-${name}`]
  const child = start(args, env)
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  child.stdin.write('old\n')
  await ok(['consume', name, '-c', '1', '--isolation', 'uncommitted'])
  await ok(args, { stdin: 'new\n' })
  child.stdin.end('older\n')
  assert.deepEqual(await once(child, 'close'), [1, null])
  assert.match(stderr, /another producer has its id now/)
  assert.match(stderr, /the transaction was aborted: no record is written\n$/)
  assert.equal(await ok(['consume', name, '-e']), 'new\n')
})

test('--repeat, --count, --rate, --tee and --report', async () => {
  const name = await topic()
  await ok(['produce', name, '--repeat', '3', '-c', '5'], { stdin: 'a\nb\nc\n' })
  assert.equal(await ok(['consume', name, '-e', '-f', '%s']), 'aaabb')
  const report = await ok(['produce', name, '--report'], { stdin: 'd\ne\n' })
  assert.equal(report, `1\t${name}\t0\t5\n2\t${name}\t0\t6\n`)
  assert.deepEqual(JSON.parse(await ok(['produce', name, '--report', '--json', '--acks', '0'], { stdin: 'f' })), [
    { record: 1, topic: name, partition: 0, offset: null },
  ])
  const begun = performance.now()
  assert.equal(await ok(['produce', name, '--tee', '--rate', '20/s'], { stdin: 'g\nh\ni\nj\nk' }), 'g\nh\ni\nj\nk')
  assert.ok(performance.now() - begun >= 200)
  assert.equal(await ok(['consume', name, '-e', '-o', '-5', '-f', '%s']), 'ghijk')
  for (const wrong of [
    ['--rate', '0'],
    ['--rate', 'fast'],
    ['--tee', '--report'],
    ['--records-per-transaction', '5'],
  ]) {
    assert.equal((await run(['produce', name, ...wrong], { stdin: 'x' })).code, 2, wrong.join(' '))
  }
})

test('Ctrl-C sends what was read and still waited for more', async () => {
  const name = await topic()
  const child = start(['produce', name, '-X', 'linger.ms=60000', '--tee'], env)
  child.stdin.write('held\n')
  // It is passed on when it is read; the batch waits for a minute.
  await once(child.stdout, 'data')
  assert.equal(await ok(['offsets', 'list', name]), `${name}\t0\t0\t-\t0\n`)
  child.kill('SIGINT')
  assert.deepEqual(await once(child, 'close'), [130, null])
  assert.equal(await ok(['consume', name, '-e']), 'held\n')
})
