// What can be wrong with a disk: full, damaged, read-only. The broker says what, refuses what it can't do, and does the rest.
//
// The full and the read-only disk are file systems in memory that only the broker sees (Linux, unshare).

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ktool, type Serve, serve } from '../peers/ktool.ts'
import { freePorts, succeeded } from '../peers/run.ts'
import { createTopic, folder } from '../shared.ts'

const canMount =
  spawnSync('unshare', ['-Urm', 'sh', '-c', `mount -t tmpfs tmpfs ${folder}`], { timeout: 10_000 }).status === 0
const recordsAtOnce = 10
const skip = canMount ? false : 'no file systems of its own here'

/** Has the broker run with a file system in memory on `dir`, after `prepare`. */
const mounted = (dir: string, options: string, prepare = 'true') => ({
  wrap: (command: readonly string[]) => [
    'unshare',
    '-Urm',
    'sh',
    '-c',
    `mount -t tmpfs -o ${options} tmpfs "$0" && ${prepare} && exec "$@"`,
    dir,
    ...command,
  ],
})

const health = async (port: number) => {
  const response = await fetch(`http://127.0.0.1:${port}/health`)
  return { code: response.status, ...((await response.json()) as { status: string; error?: string }) }
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await done()); await sleep(50)) assert.ok(Date.now() < deadline, what)
}

test('a full disk: records are refused, reading goes on, and writing again when there is room', { skip }, async (t) => {
  const data = join(folder, 'full')
  writeFileSync(join(folder, 'line'), `${'x'.repeat(99_999)}\n`.repeat(recordsAtOnce))
  const [metrics] = (await freePorts(1)) as [number]
  spawnSync('mkdir', ['-p', data])
  const ballast = 'dd if=/dev/zero of="$0/ballast" bs=1M count=4 2>/dev/null'
  const broker = await serve({
    data,
    args: ['--metrics', `127.0.0.1:${metrics}`, '-X', 'replica.high.watermark.checkpoint.interval.ms=500'],
    ...mounted(data, 'size=24m', ballast),
  })
  t.after(() => broker.stop('SIGKILL'))
  const { bootstrap } = broker
  await createTopic(bootstrap, 'disk', 1)
  const timeLimits = ['delivery.timeout.ms=4000', 'default.api.timeout.ms=2000', 'request.timeout.ms=2000'].flatMap(
    (setting) => ['-X', setting],
  )
  const produce = () => ktool(['produce', 'disk', '--lines', join(folder, 'line'), '-b', bootstrap, ...timeLimits])
  let written = 0
  for (;;) {
    const { code, stderr } = await produce()
    if (code === 0) written += recordsAtOnce
    else {
      assert.match(stderr, /disk error|storage/i)
      break
    }
    assert.ok(written < 300)
  }
  assert.ok(written > 50, `${written} records fit`)
  const full = await health(metrics)
  assert.equal(full.code, 503)
  assert.match(full.error ?? '', /ENOSPC/)
  assert.match(broker.printed(), /can't append to .*disk-0.*ENOSPC/)
  // A word is enough, not one for each refused request.
  assert.equal(broker.printed().match(/ENOSPC/g)?.length, 1, broker.printed())

  const count = async () => {
    const consumed = await ktool(['consume', 'disk', '-e', '-f', '%o\\n', '-b', bootstrap])
    return succeeded(consumed, 'consume').stdout.trim().split('\n').length
  }
  // What a request has brought may be there, though the next one was refused.
  const stored = await count()
  assert.ok(stored >= written && stored < written + recordsAtOnce, `${stored} of ${written}`)
  const refused = await ktool(['topics', 'create', 'disk-more', '-p', '3', '-b', bootstrap, '--timeout', '2s'])
  rmSync(`/proc/${broker.process.pid}/root${data}/ballast`)
  await until('health comes back', async () => (await health(metrics)).code === 200)
  assert.match(broker.printed(), /can be written again/)
  succeeded(await produce(), 'produce')
  assert.equal(await count(), stored + recordsAtOnce)
  if (refused.code !== 0) await createTopic(bootstrap, 'disk-more', 3)
  const topics = succeeded(await ktool(['topics', 'list', '-b', bootstrap]), 'list').stdout
  assert.match(topics, /disk-more/)
})

test('a damaged segment is named when it is read, and the other partitions are served', async (t) => {
  const data = join(folder, 'damaged')
  const lines = join(folder, 'damage-lines')
  writeFileSync(lines, `${'y'.repeat(1000)}\n`.repeat(3000))
  let broker: Serve = await serve({ data })
  t.after(() => broker.wipe())
  await createTopic(broker.bootstrap, 'damage', 2, ['segment.bytes=1048576'])
  for (const partition of ['0', '1']) {
    const args = ['produce', 'damage', '-p', partition, '--lines', lines, '-b', broker.bootstrap]
    succeeded(await ktool([...args, '-X', 'batch.size=100000']), 'produce')
  }
  await broker.stop()
  const dir = join(data, 'damage-0')
  const [first, second] = readdirSync(dir).filter((name) => name.endsWith('.log')) as [string, string]
  for (const name of [first, second]) assert.ok(statSync(join(dir, name)).size > 500_000)
  const file = openSync(join(dir, second), 'r+')
  writeSync(file, Buffer.alloc(5000, 0xff), 0, 5000, 0)
  closeSync(file)
  broker = await serve({ data })
  const read = (partition: string) =>
    ktool(['consume', 'damage', '-p', partition, '-e', '-f', '%o\\n', '-b', broker.bootstrap, '--timeout', '5s'])
  const whole = succeeded(await read('1'), 'consume')
  assert.equal(whole.stdout.split('\n').length - 1, 3000)
  const torn = await read('0')
  assert.notEqual(torn.code, 0)
  assert.ok(torn.stdout.split('\n').length - 1 >= 500, 'what lies before is read')
  assert.ok(broker.printed().includes(join(dir, second)), broker.printed())
})

test('a disk that can not be written is told at the start', { skip }, async () => {
  const data = join(folder, 'read-only')
  spawnSync('mkdir', ['-p', data])
  await assert.rejects(serve({ data, ...mounted(data, 'ro') }), /read-only file system|EROFS/i)
})
