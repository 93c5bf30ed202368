// kcat, from the system: a client of the librdkafka family.

import { type RunOptions, type RunResult, run } from './run.ts'

/** Runs kcat against a broker. */
export async function kcat(bootstrap: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return run('kcat', ['-b', bootstrap, ...args], options).catch((error) => {
    if (error.code !== 'ENOENT') throw error
    throw new Error('kcat is not there; install it with: apt-get install kcat', { cause: error })
  })
}
