// ktool dump through the real program: every kind of file, every form, what can't be read, and damage.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { startBroker } from '../../src/index.ts'
import { binary, ktool } from './run.ts'
import { assertTranscript } from './transcript.ts'

const folder = mkdtempSync(join(tmpdir(), 'ktool-dump-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const golden = join(import.meta.dirname, '../records/golden')
const LOG = '00000000000000000000.log'

/** A partition's folder with a golden log in it. */
function partition(name: string, source: string, file = LOG): string {
  mkdirSync(join(folder, name), { recursive: true })
  copyFileSync(join(golden, `${source}.batches`), join(folder, name, file))
  return join(folder, name)
}

const varying: [RegExp, string][] = [
  [new RegExp(folder, 'g'), 'DIR'],
  [new RegExp(golden, 'g'), 'GOLDEN'],
  [/line 0\n(line \d+\n)+/g, 'line 0\n…\n'],
  [/payload: (line 000 )[^\n]*/g, 'payload: $1…'],
  [/"value":"line 000 [^"]*"/g, '"value":"line 000 …"'],
]

test('all kinds of file, in all forms', async () => {
  const log = join(partition('orders-0', 'kcat-lz4'), LOG)
  const transactions = join(partition('tx-0', 'transactions'), LOG)
  const old = join(partition('old-0', 'v1-gzip'), LOG)
  const metadata = partition('__cluster_metadata-0', 'metadata-log')
  copyFileSync(join(golden, 'bootstrap-checkpoint.batches'), join(folder, 'bootstrap.checkpoint'))
  writeFileSync(join(folder, 'orders-0/partition.metadata'), 'version: 0\ntopic_id: OVnX1tqTS-Ssu6iK5ty0-A')
  writeFileSync(join(folder, 'meta.properties'), 'version=1\nnode.id=1\n')
  writeFileSync(join(folder, 'replication-offset-checkpoint'), '0\n1\norders 0 3\n')
  await assertTranscript(
    'cli/dump.txt',
    {},
    [
      `dump ${log}`,
      `dump ${log} --records`,
      `dump ${log} --json`,
      `dump ${log} --records --json`,
      `dump ${log} --offsets 1 -f '%o %k|%h\\n'`,
      `dump ${log} --key k[02] -f '%k\\n'`,
      `dump ${log} --limit 1 -f '%k\\n'`,
      `dump ${transactions} --records`,
      `dump ${transactions} --records --json`,
      `dump ${old} --offsets 100:102`,
      `dump ${metadata}`,
      `dump ${metadata} --records --json`,
      `dump ${join(folder, 'bootstrap.checkpoint')} --records`,
      `dump ${join(folder, 'orders-0/partition.metadata')} ${join(folder, 'meta.properties')}`,
      `dump ${folder} --output csv`,
      `dump ${folder} --verify`,
      `dump ${join(folder, 'nothing')}`,
      `dump ${golden}`,
      `dump ${join(golden, 'README.md')}`,
      `dump ${log} --time yesterday`,
      `dump ${log} --offsets 1-2`,
      `dump ${log} --to x`,
    ],
    varying,
  )
})

test('damage is told, passed over, and found', async () => {
  const log = join(partition('hurt-0', 'java-none'), LOG)
  const bytes = readFileSync(log)
  const first = 12 + bytes.readInt32BE(8)
  const hurt = Buffer.concat([bytes, bytes, bytes])
  for (const i of [0, 1, 2]) hurt.writeBigInt64BE(BigInt(i * 1000), i * bytes.length)
  hurt[first - 5] ^= 1
  writeFileSync(log, hurt)
  const dumped = await ktool(['dump', log, '--records', '-f', '%o\\n'])
  assert.equal(dumped.code, 1)
  assert.match(dumped.stderr, /hurt-0.*: the checksum of the batch at position 0 is wrong/)
  assert.ok(dumped.stdout.startsWith('1000\n'), dumped.stdout.slice(0, 50))
  const trusted = await ktool(['dump', log, '--limit', '1', '-f', '%o\\n', '-X', 'check.crcs=false'])
  assert.equal(trusted.stdout, '0\n')
  truncateSync(log, hurt.length - 10)
  const torn = await ktool(['dump', log])
  assert.match(torn.stdout, /\nFound \d+ invalid bytes at the end of 0{20}\.log\n$/)
  const verified = await ktool(['dump', log, '--verify', '--json'])
  assert.equal(verified.code, 1)
  const problems = JSON.parse(verified.stdout) as { position: number; problem: string }[]
  assert.deepEqual([problems[0].position, problems[0].problem], [0, 'the checksum of the batch is wrong'])
  assert.match(problems.at(-1)?.problem ?? '', /the last batch is cut off/)
})

test('the files beside the logs are checked too, and do not keep a summary from being made', async () => {
  const directory = join(folder, 'beside')
  mkdirSync(directory)
  const log = join(partition('beside/orders-0', 'java-none'), LOG)
  const index = log.replace('.log', '.index')
  writeFileSync(index, 'odd')
  writeFileSync(join(directory, 'meta.properties'), 'hello\n')
  writeFileSync(join(directory, 'replication-offset-checkpoint'), '0\n2\norders 0 3\n')
  writeFileSync(join(directory, 'orders-0/partition.metadata'), 'topic: orders\n')
  const verified = await ktool(['dump', directory, '--verify', '--json'])
  assert.equal(verified.code, 1)
  const problems = JSON.parse(verified.stdout) as { file: string; problem: string }[]
  assert.deepEqual(
    problems.map(({ file, problem }) => [file.slice(directory.length + 1), problem.replaceAll(directory, 'DIR')]),
    [
      ['meta.properties', "DIR/meta.properties has the unknown version ''"],
      ['replication-offset-checkpoint', 'DIR/replication-offset-checkpoint says 2 entries and has 1'],
      [`orders-0/${LOG.replace('.log', '.index')}`, 'it ends with 3 bytes of an entry'],
      ['orders-0/partition.metadata', "DIR/orders-0/partition.metadata is not 'version: 0' and 'topic_id: ...'"],
    ],
  )
  const summary = await ktool(['dump', directory])
  assert.equal(summary.code, 1)
  assert.match(summary.stdout, /^orders\t-\t1\t1\t\d+\t0\t-\n$/)
})

test('folders that are called like a partition and are none', async () => {
  mkdirSync(join(folder, 'else/polkit-1'), { recursive: true })
  const { code, stdout, stderr } = await ktool(['dump', join(folder, 'else')])
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /else has no logs of Kafka in it/)
})

test('rebuilt indexes of several partitions have a folder each', async () => {
  for (const name of ['many/a-0', 'many/b-0', 'more/b-0']) partition(name, 'java-none')
  const to = join(folder, 'made')
  const made = await ktool(['dump', join(folder, 'many'), '--rebuild-indexes', '--to', to, '--yes'])
  assert.equal(made.code, 0, made.stderr)
  assert.deepEqual(readdirSync(to).sort(), ['a-0', 'b-0'])
  for (const name of ['a-0', 'b-0']) assert.equal(readdirSync(join(to, name)).length, 2)
  const both = ['many/b-0', 'more/b-0'].map((name) => join(folder, name))
  const clash = await ktool(['dump', ...both, '--rebuild-indexes', '--to', to, '--yes'])
  assert.equal(clash.code, 2)
  assert.match(clash.stderr, /would take the same place/)
})

test('a log that is written to, empty, or not to be read', async (t) => {
  const data = join(folder, 'live')
  const broker = await startBroker({ data, topics: { orders: 1 }, properties: { 'log.preallocate': 'true' } })
  t.after(() => broker.close())
  const sent = await ktool(['produce', 'orders', '-b', broker.bootstrap], { stdin: 'a\nb\n' })
  assert.equal(sent.code, 0, sent.stderr)
  const live = await ktool(['dump', join(data, 'orders-0'), '-f', '%o %s\\n'])
  assert.deepEqual(live, { code: 0, stdout: '0 a\n1 b\n', stderr: '' })
  const whole = await ktool(['dump', data, '--verify'])
  assert.match(whole.stderr, /all is well/)

  const empty = join(folder, 'empty-0', LOG)
  mkdirSync(join(folder, 'empty-0'))
  writeFileSync(empty, '')
  const dumped = await ktool(['dump', empty])
  assert.deepEqual(dumped, { code: 0, stdout: `Dumping ${empty}\nLog starting offset: 0\n`, stderr: '' })
})

test('without permission', { skip: process.platform === 'win32' }, async (t) => {
  const locked = join(partition('locked/orders-0', 'kcat-none'), LOG)
  partition('locked/orders-1', 'kcat-none')
  chmodSync(locked, 0)
  // Root may read everything, unless that is taken from it. As another user the program itself might not be readable.
  const asOwner = process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'] : []
  const run = (...args: string[]) => {
    const [program, ...words] = [...asOwner, process.execPath, binary, ...args]
    return spawnSync(program, words, { encoding: 'utf8' })
  }
  if (asOwner.length > 0 && run('--version').status !== 0) return t.skip('setpriv is not there, or may not do that')
  const one = run('dump', locked)
  assert.equal(one.status, 2)
  assert.match(one.stderr, /can't be read: no permission\n {2}run as the user that the broker runs as/)
  const both = run('dump', join(folder, 'locked'), '--verify')
  assert.deepEqual([both.status, both.stdout], [1, ''])
  assert.match(both.stderr, /orders-0.*can't be read: no permission/)
  assert.match(both.stderr, /: 1 problem\n$/)
})

test('indexes are made anew as they were, elsewhere too', async (t) => {
  const data = join(folder, 'indexed')
  const broker = await startBroker({ data, topics: { orders: 1 } })
  t.after(() => broker.close())
  const now = Date.now()
  const record = (timestamp: number) => `${JSON.stringify({ timestamp, value: 'x'.repeat(100) })}\n`
  const sent = await ktool(['produce', 'orders', '-b', broker.bootstrap, '-X', 'batch.size=2000', '--input', 'jsonl'], {
    stdin: Array.from({ length: 4000 }, (_, i) => record(now + i)).join(''),
  })
  assert.equal(sent.code, 0, sent.stderr)
  await broker.close()
  const log = join(data, 'orders-0', LOG)
  const read = (folder: string, suffix: string) => readFileSync(join(folder, LOG.replace('.log', suffix)))
  const elsewhere = join(folder, 'elsewhere')
  const made = await ktool(['dump', log, '--rebuild-indexes', '--to', elsewhere])
  assert.equal(made.code, 0, made.stderr)
  for (const suffix of ['.index', '.timeindex']) {
    const own = read(join(data, 'orders-0'), suffix)
    assert.ok(own.length > 0)
    assert.deepEqual(read(elsewhere, suffix), own, suffix)
  }
  const index = join(data, 'orders-0', LOG.replace('.log', '.index'))
  const bytes = readFileSync(index)
  bytes[bytes.length - 1] ^= 4
  writeFileSync(index, bytes)
  const verified = await ktool(['dump', log, '--verify'])
  assert.equal(verified.code, 1)
  assert.match(verified.stdout, /\.index\t\d+\t\d+\tits entry \d+ leads to position \d+, where no batch is/)
  assert.equal((await ktool(['dump', log, '--rebuild-indexes'])).code, 0)
  assert.equal((await ktool(['dump', join(data, 'orders-0'), '--verify'])).code, 0)
})

test('a reader that goes away ends it quietly', { skip: process.platform === 'win32' }, () => {
  const log = join(partition('pipe-0', 'java-none'), LOG)
  const program = join(import.meta.dirname, '../../bin/ktool.js')
  symlinkSync(log, join(folder, 'pipe-0/00000000000000000001.log'))
  const script = `'${process.execPath}' '${program}' dump --records '${log}' '${log}' | head -1; echo "\${PIPESTATUS[0]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  assert.deepEqual([stdout, stderr], [`Dumping ${log}\n0\n`, ''])
})
