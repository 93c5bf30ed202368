// `ktool serve` with its schema registry beside the tests of a file: started before them, stopped cleanly after them.

import assert from 'node:assert/strict'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import { after, before } from 'node:test'
import { start } from './run.ts'

export interface Served {
  /** The variables by which ktool finds the broker and the registry, there once the tests run. */
  env: Record<string, string>
  /** What it wrote to stderr so far. */
  stderr(): string
  pid(): number
}

/** Keeps nothing unless the arguments say where. */
export function served(...args: string[]): Served {
  const env: Record<string, string> = {}
  let broker: ChildProcessWithoutNullStreams
  let stderr = ''
  before(async () => {
    const listen = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0']
    broker = start(['serve', ...(args.includes('--data') ? [] : ['--memory']), ...listen, ...args])
    broker.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    for await (const line of createInterface(broker.stdout)) {
      const address = /listening on (\S+:\d+)/.exec(line)?.[1]
      if (address !== undefined) env.KTOOL_BOOTSTRAP ??= address
      const registry = /schema registry on (\S+?);/.exec(line)?.[1]
      if (registry !== undefined) env.KTOOL_REGISTRY = registry
      if (registry !== undefined || args.includes('--no-registry')) return
    }
    throw new Error(`the broker did not start: ${stderr}`)
  })
  after(async () => {
    const ended = new Promise((resolve) => broker.on('close', resolve))
    broker.kill('SIGTERM')
    assert.equal(await ended, 0)
  })
  return { env, stderr: () => stderr, pid: () => broker.pid as number }
}
