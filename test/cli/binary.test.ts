// The real program in a process of its own: exit codes, streams, signals, and the check of Node's version.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import net, { type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { parse as parseYaml } from 'yaml'
import { table } from '../../src/config/table.ts'
import { packageVersion } from '../../src/util/package-root.ts'
import { assertGolden } from '../golden.ts'
import { binary, ktool, start } from './run.ts'

/** Takes connections and never says a word. */
let silent: Server
let silentAddress: string
let connected: () => void

before(async () => {
  silent = net.createServer((socket) => {
    socket.on('error', () => {})
    connected?.()
  })
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  silentAddress = `127.0.0.1:${(silent.address() as AddressInfo).port}`
})

after(() => silent.close())

/** Starts the program as an old Node would. */
const onOldNode = `Object.defineProperty(process, 'versions', { value: { node: '20.1.0' } }); require(${JSON.stringify(binary)})`

/** A port that nothing listens on. */
async function closedPort(): Promise<string> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `127.0.0.1:${port}`
}

test('version and help', async () => {
  assert.deepEqual(await ktool(['--version']), { code: 0, stdout: `ktool ${packageVersion()}\n`, stderr: '' })
  const help = await ktool(['--help'])
  assert.equal(help.code, 0)
  assert.equal(help.stderr, '')
  assertGolden('help/ktool.txt', help.stdout)
  for (const args of [['-h'], ['help'], ['-q', '--help']]) assert.deepEqual(await ktool(args), help, args.join(' '))
  const create = await ktool(['topics', 'create', '--help'])
  assertGolden('help/topics-create.txt', create.stdout)
  for (const line of ['help topics create', '--help topics create', 'topics -h create', 'topics create -qh x']) {
    assert.deepEqual(await ktool(line.split(' ')), create, line)
  }
  assertGolden('help/topics.txt', (await ktool(['topics', '--help'])).stdout)
  // Without a command nothing was done: no data, no success.
  for (const words of [[], ['topics']]) {
    const { stdout } = await ktool([...words, '--help'])
    assert.deepEqual(await ktool(words), { code: 2, stdout: '', stderr: stdout })
  }
})

test('a wrong command line is 2, with what and what to do on stderr', async () => {
  const cases: [line: string, stderr: RegExp][] = [
    ['topcs', /^ktool: unknown command 'topcs'\n {2}did you mean 'topics'\?\n$/],
    ['help topcs', /^ktool: unknown command 'topcs'\n/],
    ['topics list --intrnal', /^ktool: unknown option '--intrnal'\n {2}did you mean --internal\?\n$/],
    ['--intrnal topics list', /^ktool: unknown option '--intrnal'\n/],
    ['topics create', /^ktool: missing required argument 'NAME'\n/],
    [
      'topics list -X batch.sizes=1',
      /^ktool: unknown setting 'batch\.sizes' \(-X\)\n {2}did you mean 'batch\.size'\?\n$/,
    ],
    [
      'serve --metrics 39191',
      /^ktool: --metrics: '39191' is a port without a host\n {2}write it as 127\.0\.0\.1:39191\n$/,
    ],
    [
      'topics list -X group.id=g',
      /'group\.id' \(-X\) has no meaning in ktool\n {2}a group is read with `ktool consume -G/,
    ],
    ['topics list -b :', /^ktool: setting bootstrap\.servers \(-b\): ':' is not HOST:PORT\n/],
    ['topics list -F /nowhere', /^ktool: no such configuration file: \/nowhere\n/],
    ['-b h:1 -C -t orders', /^ktool: unknown option '-C'\n {2}kcat's -C -t TOPIC is `ktool consume TOPIC`\n$/],
    ['consume orders --max-messages 5', /--max-messages N is -c N\n$/],
    ['avro consume orders --from-beginning', /begins at the beginning/],
    ['consume --topic orders', /a topic is an argument .*`ktool consume TOPIC`\n$/],
    ['consume orders -T', /^ktool: unknown option '-T'\n {2}`ktool consume --help` shows the options\n$/],
    ['consume orders -K :', /a key is part of --format: -f '%k:%s\\n'\n$/],
    ['groups reset-offsets --group g', /^ktool: unknown option '--group'\n {2}a group is an argument/],
    ['topics create --topic x', /^ktool: unknown option '--topic'\n {2}a topic is an argument/],
    ['-P', /^ktool: unknown option '-P'\n {2}kcat's -P -t TOPIC is `ktool produce TOPIC`\n$/],
    ['-L', /^ktool: unknown option '-L'\n {2}kcat's -L is `ktool topics describe`/],
    ['consume orders --exit-eof=true', /^ktool: option '--exit-eof' takes no value\n/],
    ['consume -t orders', /^ktool: unknown option '-t'\n {2}a topic is an argument .*`ktool consume TOPIC`\n$/],
    ['topics describe --unavailable --at-min-isr', /^ktool: only one of the filters/],
    ['topics list /(/ -b 127.0.0.1:1', /^ktool: /],
  ]
  for (const [line, stderr] of cases.slice(0, -1)) {
    const ended = await ktool(line.split(' '))
    assert.equal(ended.code, 2, line)
    assert.equal(ended.stdout, '', line)
    assert.match(ended.stderr, stderr, line)
  }
})

test('nobody there is 3, at once', async () => {
  const address = await closedPort()
  const { code, stdout, stderr } = await ktool(['topics', 'list', '-b', address])
  assert.deepEqual([code, stdout], [3, ''])
  assert.match(stderr, new RegExp(`^ktool: nothing listens on ${address}\n {2}.+\n$`))
})

test('nobody answering is 3, after the time allowed', async () => {
  const begin = performance.now()
  const { code, stderr } = await ktool(['topics', 'list', '-b', silentAddress, '--timeout', '300ms'])
  assert.equal(code, 3)
  assert.match(stderr, /^ktool: .+\n {2}.+\n$/)
  // And not after the minute that is allowed by default.
  assert.ok(performance.now() - begin < 30_000)
})

test('environment variables stand in for options', async () => {
  const address = await closedPort()
  const { code, stderr } = await ktool(['topics', 'list'], { env: { KTOOL_BOOTSTRAP: address } })
  assert.equal(code, 3)
  assert.match(stderr, new RegExp(address))
})

/** Resolves when something connects to the silent address. */
function connection(): Promise<void> {
  return new Promise<void>((resolve) => {
    connected = resolve
  })
}

test('Ctrl-C, SIGTERM and SIGHUP end a command that waits with 130, without a word', async () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const waiting = connection()
    const { code, stdout, stderr } = await ktool(['topics', 'list', '-b', silentAddress], {
      started: (child) => waiting.then(() => child.kill(signal)),
    })
    assert.deepEqual([code, stdout, stderr], [130, '', ''], signal)
  }
})

test('on an old Node signals reach the newer one, however they are sent', {
  skip: process.platform === 'win32',
}, async () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    for (const toAll of [false, true]) {
      const waiting = connection()
      const child = spawn(process.execPath, ['-e', onOldNode, 'ktool', 'topics', 'list', '-b', silentAddress], {
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let stderr = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text
      })
      await waiting
      // As a terminal does: to the whole group.
      process.kill(toAll ? -(child.pid as number) : (child.pid as number), signal)
      const code = await new Promise((resolve) => child.on('close', resolve))
      assert.deepEqual([code, stderr], [130, ''], `${signal} ${toAll ? 'to all' : 'to the first'}`)
    }
  }
})

test('a reader that goes away ends the run quietly with 0', async () => {
  for (const args of [['-X', 'list'], ['--help'], ['completion', 'zsh']]) {
    const child = start(args)
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.stdout.destroy()
    const code = await new Promise((resolve) => child.on('close', resolve))
    assert.deepEqual([code, stderr], [0, ''], args.join(' '))
  }
})

test('a full disk is a failure that is reported', { skip: process.platform !== 'linux' }, () => {
  for (const args of ['-X list', '--help', 'completion bash']) {
    const { status, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" "${binary}" ${args} > /dev/full`], {
      encoding: 'utf8',
    })
    assert.equal(status, 1, args)
    assert.match(stderr, /^ktool: the output: no space left on device\n$/, args)
  }
})

test('-X list and -X dump in all forms', async () => {
  const names = Object.keys(table)
  const tsv = await ktool(['-X', 'list'])
  assert.deepEqual(
    tsv.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0]),
    names,
  )
  const dump = await ktool(['-X', 'dump', '-X', 'linger.ms=7', '--json', 'topics', 'list', '-b', 'h:1'])
  const rows: { name: string; value: string; source: string }[] = JSON.parse(dump.stdout)
  assert.deepEqual(
    rows.map(({ name }) => name),
    names,
  )
  assert.deepEqual(
    rows.filter(({ source }) => source !== 'default'),
    [
      { name: 'bootstrap.servers', value: 'h:1', source: '-b' },
      { name: 'linger.ms', value: '7', source: '-X' },
    ],
  )
  assert.equal(parseYaml((await ktool(['-X', 'list', '--output', 'yaml'])).stdout).length, names.length)
  assert.match((await ktool(['-X', 'list', '--output', 'table'])).stdout, /^SETTING +DEFAULT +LIBRDKAFKA NAME/)
})

test('colour where it is forced, and in tables only', async () => {
  const env = { FORCE_COLOR: '1' }
  assert.match((await ktool(['-X', 'list', '--output', 'table'], { env })).stdout, /\u001b\[2mSETTING/)
  assert.doesNotMatch((await ktool(['-X', 'list', '--output', 'table', '--no-color'], { env })).stdout, /\u001b/)
  assert.doesNotMatch((await ktool(['-X', 'list'], { env })).stdout, /\u001b/)
  assert.match((await ktool(['topcs'], { env })).stderr, /^\u001b\[31mktool:\u001b\[39m /)
})

test('completion prints the scripts of the package', async () => {
  for (const [shell, file] of [
    ['bash', 'ktool.bash'],
    ['zsh', '_ktool'],
    ['fish', 'ktool.fish'],
  ]) {
    const { stdout } = await ktool(['completion', shell])
    assert.equal(stdout, readFileSync(join(import.meta.dirname, '../../completions', file), 'utf8'))
  }
  assert.equal((await ktool(['completion', 'tcsh'])).code, 2)
})

test('an old Node runs the newer one of the package', () => {
  const { status, stdout } = spawnSync(process.execPath, ['-e', onOldNode, 'ktool', '--version'], { encoding: 'utf8' })
  assert.deepEqual([status, stdout.startsWith('ktool ')], [0, true])
})
