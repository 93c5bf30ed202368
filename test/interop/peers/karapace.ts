// Karapace, a schema registry by others. It is not in a package registry: KTOOL_KARAPACE names a program that starts it with
// the settings in its environment (`python -m karapace` in a checkout of it).

import { spawn } from 'node:child_process'
import { ask } from '../../web/registry-session.ts'
import { end, freePorts, guard } from './run.ts'

export const karapaceProgram = process.env['KTOOL_KARAPACE'] ?? ''

export interface Karapace {
  url: string
  stop(): Promise<void>
}

export async function startKarapace(bootstrap: string, topic: string): Promise<Karapace> {
  const [port] = await freePorts(1)
  const settings = {
    BOOTSTRAP_URI: bootstrap,
    PORT: String(port),
    HOST: '127.0.0.1',
    ADVERTISED_HOSTNAME: '127.0.0.1',
    TOPIC_NAME: topic,
    GROUP_ID: topic,
    KARAPACE_REGISTRY: 'true',
    KARAPACE_REST: 'false',
    LOG_LEVEL: 'WARNING',
  }
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`KARAPACE_${name}`, value]))
  const child = guard(
    spawn('sh', ['-c', `exec ${karapaceProgram}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    }),
  )
  let said = ''
  child.stderr?.on('data', (piece) => {
    said = `${said}${piece}`.slice(-4000)
  })
  const url = `http://127.0.0.1:${port}`
  const until = Date.now() + 60_000
  // It listens before it has read its topic, and takes nothing until it has a leader.
  for (;;) {
    const answer = await ask(url, 'PUT', '/config', { compatibility: 'BACKWARD' }).catch(() => undefined)
    if (answer?.status === 200) break
    if (Date.now() > until || child.exitCode !== null) {
      await end(child, 'SIGKILL')
      throw new Error(`Karapace did not start\n${said}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return { url, stop: () => end(child) }
}
