// docs/replay.md is followed word for word: its command lines run in a shell, and what they print is what the page shows, but
// for times, keys and paths.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { binary, ktool } from './run.ts'
import { served } from './served.ts'

const { env } = served('--topic', 'orders:3')
const page = readFileSync(join(import.meta.dirname, '../../docs/replay.md'), 'utf8')

interface Step {
  line: string
  output: string
}

const steps = [...page.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block]) =>
  block.split(/^\$ /m).flatMap((text): Step[] => {
    const end = text.indexOf('\n')
    return end < 0 ? [] : [{ line: text.slice(0, end), output: text.slice(end + 1) }]
  }),
)

/** What differs from run to run. */
function masked(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\b\d{13}\b/g, 'TIME')
    .replaceAll(/\bc-\d{4}\b/g, 'KEY')
    .replaceAll(/\S+\/before\.csv/g, 'FOLDER/before.csv')
}

/** The page shows one moment of a service that goes on reading. */
const withoutNumbers = (text: string) => text.replaceAll(/[\d,]+/g, 'N').replaceAll(/ +/g, ' ')

test('a replay after a bug', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-replay-'))
  t.after(() => rmSync(folder, { recursive: true }))
  // On a terminal there are tables.
  const table = 'case $1 in groups|offsets) set -- "$@" --output table ;; esac'
  writeFileSync(join(folder, 'ktool'), `#!/bin/sh\n${table}\nexec "${process.execPath}" "${binary}" "$@"\n`)
  chmodSync(join(folder, 'ktool'), 0o755)
  const inShell = (line: string) =>
    new Promise<{ code: number | null; printed: string }>((resolve) => {
      const path = `${folder}:${process.env['PATH']}`
      const script = `${line.replaceAll('sleep 5', 'sleep 0.1')}`
      const child = spawn('bash', ['-c', `exec 2>&1; ${script}`], {
        cwd: folder,
        env: { ...env, PATH: path, HOME: folder },
      })
      let printed = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text
      })
      child.on('close', (code) => resolve({ code, printed }))
    })
  const read = async (...args: string[]) => {
    const { code, stderr } = await ktool(['consume', 'orders', '-G', 'billing', '-q', ...args], { env })
    assert.deepEqual([code, stderr], [0, ''])
  }
  for (const [partition, count] of [930, 981, 1089].entries()) {
    const value = (i: number) => JSON.stringify({ order: i, state: i % 7 === 0 ? 'returned' : 'paid' })
    const lines = Array.from({ length: count }, (_, i) => `c-${String(i % 400).padStart(4, '0')}\t${value(i)}\n`)
    const at = `@${Date.now() - 45 * 60_000}`
    const args = ['produce', 'orders', '-p', String(partition), '-K', '\\t', '--timestamp', at, '-q']
    assert.equal((await ktool(args, { env, stdin: lines.join('') })).code, 0)
  }
  await read('-e')

  let isExecuted = false
  for (const { line, output } of steps) {
    let expected = masked(output)
    // The service is started again, and is seen at two moments.
    const isOnItsWay = isExecuted && line === 'ktool groups describe billing'
    if (isOnItsWay) await read('-c', '2500')
    if (line.startsWith('until')) await read('-e')
    const { code, printed } = await inShell(line)
    let found = masked(printed)
    if (isOnItsWay) {
      assert.match(found, /lag 500\n/)
      expected = withoutNumbers(expected)
      found = withoutNumbers(found)
    }
    assert.equal(code, 0, `${line}\n${printed}`)
    // Where the page shows nothing of what a line prints, it is enough that it works.
    if (expected !== '') assert.equal(found, expected, line)
    isExecuted ||= line.includes('--execute')
  }

  const { stdout } = await ktool(['groups', 'export', 'billing'], { env })
  assert.equal(stdout, 'orders,0,930\norders,1,981\norders,2,1089\n', 'the way back leads to where it was')
})
