// Jars from Maven Central, once per machine: they stay in KTOOL_PEERS_CACHE.

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run, succeeded } from './run.ts'

/** The folder that holds downloaded peers. */
export const cache = process.env['KTOOL_PEERS_CACHE'] || join(tmpdir(), 'ktool-peers')

/** The folder `name` of the cache with the jars that a pom of this folder wants at run time. */
export async function jars(name: string, pom: string, args: readonly string[] = []): Promise<string> {
  const home = join(cache, name)
  if (existsSync(home)) return home
  await mkdir(dirname(home), { recursive: true })
  const part = await mkdtemp(`${home}.part-`)
  const file = join(import.meta.dirname, pom)
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${part}`]
  try {
    const resolved = await run('mvn', ['-q', '-B', '-f', file, ...args, ...goal], { timeout: 300_000 })
    succeeded(resolved, `resolving ${name} from Maven Central`)
  } catch (error) {
    await rm(part, { recursive: true })
    throw (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? new Error('Maven is not there; install it with: apt-get install maven', { cause: error })
      : error
  }
  // Two processes may get here at once; either one's folder is as good.
  await rename(part, home).catch(() => rm(part, { recursive: true }))
  return home
}
