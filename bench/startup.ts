// How long ktool takes to start, against `node -e 0` on the same Node: medians of runs taken in turn, so that a busy
// moment of the machine meets all of them. Needs the built program.
//
//   node bench/startup.ts [RUNS] [HOST:PORT]     without an address against a `ktool serve` of its own

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const runs = Number(process.argv[2] ?? 40)
const ktool = join(import.meta.dirname, '../bin/ktool.js')

const server =
  process.argv[3] === undefined
    ? spawn(process.execPath, [ktool, 'serve', '--memory', '--listen', '127.0.0.1:0'])
    : undefined
const address = server === undefined ? process.argv[3] : await listeningAddress(server.stdout)

/** The most that each may take, as a multiple of bare Node. */
const commands: { name: string; args: string[]; limit?: number }[] = [
  { name: 'node -e 0', args: ['-e', '0'] },
  { name: 'ktool --help', args: [ktool, '--help'], limit: 1.6 },
  { name: 'ktool --version', args: [ktool, '--version'] },
  { name: 'ktool topics create --help', args: [ktool, 'topics', 'create', '--help'] },
  { name: 'ktool topics list', args: [ktool, 'topics', 'list', '-b', address], limit: 2.2 },
]

const times = new Map<string, number[]>(commands.map(({ name }) => [name, []]))
for (let run = -2; run < runs; run++) {
  for (const { name, args } of commands) {
    const start = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`)
    // The first runs fill the compile cache.
    if (run >= 0) times.get(name)?.push(performance.now() - start)
  }
}

const bare = median(times.get('node -e 0') as number[])
for (const { name, limit } of commands) {
  const ms = median(times.get(name) as number[])
  const verdict = limit === undefined ? '' : `  at most ${limit}: ${ms / bare <= limit ? 'yes' : 'NO'}`
  console.log(`${name.padEnd(28)} ${ms.toFixed(1).padStart(6)} ms  ${(ms / bare).toFixed(2)} x${verdict}`)
  if (limit !== undefined && ms / bare > limit) process.exitCode = 1
}

if (server !== undefined) {
  server.kill('SIGTERM')
  await once(server, 'close')
}

async function listeningAddress(stdout: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stdout })) {
    const found = /listening on (\S+:\d+)/.exec(line)?.[1]
    if (found !== undefined) return found
  }
  throw new Error('ktool serve did not start')
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]
}
