// Runs a command as a whole process and tells what it took: wall time, CPU time of it and its children, most memory.

import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'

export interface Cost {
  wallMs: number
  cpuMs: number
  /** Largest resident set of the command itself, looked at every few milliseconds; 0 where the system does not tell. */
  rssBytes: number
}

export interface Run {
  command: readonly string[]
  /** File for stdin; default none. */
  stdin?: string
  /** Shell text after the command, such as `| wc -l`; default `> /dev/null`. */
  sink?: string
  env?: Record<string, string | undefined>
  /** Exit codes that are fine. */
  codes?: readonly number[]
}

/** Rejects where the command fails. */
export async function measure({
  command,
  stdin = '/dev/null',
  sink = '> /dev/null',
  env,
  codes = [0],
}: Run): Promise<Cost> {
  // The shell's own `time` counts the CPU of everything in the pipeline's first command.
  const script = `TIMEFORMAT='%R %U %S'; set -o pipefail; { time "$@" 2>&5 ; } 2>&4 < "$STDIN" ${sink}`
  const child = spawn('bash', ['-c', script, 'bash', ...command], {
    stdio: ['ignore', 'ignore', 'pipe', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, STDIN: stdin },
  })
  let times = ''
  child.stdio[4]?.on('data', (text) => {
    times += text
  })
  let said = ''
  const errors = child.stdio[5 as 4] as Readable
  errors.on('data', (text) => {
    if (said.length < 2000) said += text
  })
  let rssBytes = 0
  const look = setInterval(() => {
    rssBytes = Math.max(rssBytes, peakMemory(child.pid as number))
  }, 10)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  clearInterval(look)
  if (!codes.includes(code ?? -1)) throw new Error(`${command.join(' ')} ended with ${code}: ${said}`)
  const [wall, user, system] = times
    .trim()
    .split(' ')
    .map((text) => Number(text.replace(',', '.')) * 1000)
  return { wallMs: wall, cpuMs: user + system, rssBytes }
}

/** The largest VmHWM of the processes under the shell that runs the command. */
function peakMemory(shell: number): number {
  let most = 0
  for (const pid of descendants(shell)) {
    try {
      const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
      most = Math.max(most, Number(match?.[1] ?? 0) * 1024)
    } catch {
      // It ended meanwhile.
    }
  }
  return most
}

function descendants(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    )
    return [...children, ...children.flatMap(descendants)]
  } catch {
    return []
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
