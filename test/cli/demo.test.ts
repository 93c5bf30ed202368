// The demo of the README, run as a user runs it, and the data file that it works on.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { checkCopy } from '../../scripts/demo.ts'
import { makeOrders } from '../../scripts/generate-orders.ts'

const root = join(import.meta.dirname, '../..')

/** Runs the demo with a temporary folder of its own; what is left in that folder afterwards is in `leftover`. */
async function demo(args: string[], onOutput?: (output: string, pid: number) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-demo-test-'))
  // Nothing of the user's own surroundings; a broker that is named there must not be touched.
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    XDG_CACHE_HOME: folder,
    TMPDIR: folder,
    KTOOL_BOOTSTRAP: '127.0.0.1:1',
  }
  try {
    const child = spawn(process.execPath, [join(root, 'scripts/demo.ts'), ...args], { env, cwd: tmpdir() })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        onOutput?.(output, child.pid as number)
      })
    }
    const [code] = await once(child, 'close')
    return { code, output, leftover: readdirSync(folder).filter((name) => name.startsWith('ktool-')) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function assertClosed(output: string): Promise<void> {
  const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(output)?.[1])
  const socket = connect(port, '127.0.0.1')
  const [error] = await Promise.race([once(socket, 'error'), once(socket, 'connect').then(() => [undefined])])
  socket.destroy()
  assert.equal(error?.code, 'ECONNREFUSED')
}

test('the demo runs the main job, shows its commands, and leaves nothing behind', async () => {
  const { code, output, leftover } = await demo([])
  assert.equal(code, 0, output)
  assert.match(output, /^All checks passed\.$/m)
  const commands = [...output.matchAll(/^\$ (ktool .*)$/gm)].map((match) => match[1])
  for (const start of ['serve', 'topics create', 'produce', 'topics describe', 'consume', 'topics delete']) {
    assert.ok(
      commands.some((command) => command.startsWith(`ktool ${start} `)),
      `no command ${start} in:\n${output}`,
    )
  }
  assert.ok(commands.slice(1).every((command) => / -b 127\.0\.0\.1:\d+/.test(command)))
  assert.deepEqual(leftover, [])
  await assertClosed(output)
})

test('--keep leaves the broker running until the demo is told to stop', async () => {
  let told = false
  const { code, output, leftover } = await demo(['--keep'], (text, pid) => {
    if (told || !text.includes('export KTOOL_BOOTSTRAP=')) return
    told = true
    process.kill(pid, 'SIGINT')
  })
  assert.equal(code, 0, output)
  assert.ok(!output.includes('topics delete'))
  assert.deepEqual(leftover, [])
  await assertClosed(output)
})

test('the demo notices what did not come back as it was sent', () => {
  const sent = 'a\t1\nb\t2\na\t3\n'
  checkCopy(sent, 'b\t2\na\t1\na\t3\n')
  assert.throws(() => checkCopy(sent, 'a\t1\na\t3\n'), /2 keys/)
  assert.throws(() => checkCopy(sent, 'a\t1\nb\t2\n'), /records of a/)
  assert.throws(() => checkCopy(sent, 'a\t3\nb\t2\na\t1\n'), /records of a/)
  assert.throws(() => checkCopy(sent, 'a\t1\nb\t2\na\t3\na\t3\n'), /records of a/)
  assert.throws(() => checkCopy(sent, 'a\t1\nb\t4\na\t3\n'), /records of b/)
})

test('the data file is what its generator makes', () => {
  assert.equal(readFileSync(join(root, 'demo/orders.tsv'), 'utf8'), makeOrders())
})
