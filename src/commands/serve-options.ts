// What `ktool serve` is told, from text: addresses, users, topics, broker configs.

import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isBrokerConfig } from '../broker/configs/broker-configs.ts'
import type { Endpoint } from '../broker/options.ts'
import { parseConfig } from '../config/file.ts'
import { UsageError } from '../errors.ts'
import { fileProblem } from '../util/file-problem.ts'
import type { Context } from './command.ts'

export const DEFAULT_ENDPOINT: Endpoint = { host: '127.0.0.1', port: 9092 }
export const DEFAULT_REGISTRY_PORT = 8081

export function parseEndpoint(text: string, defaultPort = DEFAULT_ENDPOINT.port): Endpoint {
  const match = /^(?:\[(.+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text.trim())
  const port = Number(match?.[3] ?? defaultPort)
  if (match === null || text.trim() === '' || port > 65535) {
    throw new UsageError(`'${text}' is not HOST:PORT`, { hint: 'write it as 127.0.0.1:9092 or [::1]:9092' })
  }
  if (/^\d+$/.test(match[0])) {
    throw new UsageError(`'${text}' is a port without a host`, { hint: `write it as 127.0.0.1:${match[0]}` })
  }
  return { host: match[1] ?? (match[2] || DEFAULT_ENDPOINT.host), port }
}

/** Where HTTP is answered, and whether over TLS. */
export interface WebAddress extends Endpoint {
  isSecure: boolean
}

/** [http[s]://]HOST:PORT */
export function parseWebAddress(text: string, defaultPort?: number): WebAddress {
  const [, scheme = '', rest = ''] = /^(https?:\/\/)?(.*?)\/?$/is.exec(text.trim()) ?? []
  return { ...parseEndpoint(rest, defaultPort), isSecure: scheme.toLowerCase() === 'https://' }
}

export function parseListener(text: string): Endpoint & { name?: string } {
  const match = /^([A-Za-z0-9_.-]+):\/\/(.*)$/.exec(text.trim())
  return match === null ? parseEndpoint(text) : { name: match[1].toUpperCase(), ...parseEndpoint(match[2]) }
}

/** The errors do not repeat a line: it holds a password. */
export function readUsers(path: string): ReadonlyMap<string, string> {
  const users = new Map<string, string>()
  for (const [index, line] of readText(path).split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const at = line.indexOf('=')
    if (at < 1 || at === line.length - 1) throw new UsageError(`${path} line ${index + 1} is not NAME=PASSWORD`)
    users.set(line.slice(0, at).trim(), line.slice(at + 1))
  }
  if (users.size === 0) throw new UsageError(`${path} has no users`, { hint: 'write a line NAME=PASSWORD for each' })
  return users
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(fileProblem(error, path), { cause: error })
  }
}

export function parseTopic(text: string): { name: string; partitions?: number } {
  const match = /^([^:]+)(?::(\d{1,5}))?$/.exec(text)
  if (match === null || match[2] === '0') {
    throw new UsageError(`'${text}' is not NAME or NAME:PARTITIONS`, { hint: 'write it as orders or orders:12' })
  }
  return { name: match[1], partitions: match[2] === undefined ? undefined : Number(match[2]) }
}

/** Settings of a server.properties; those that Kafka does not have are named and left out. */
export function fileProperties(path: string | undefined, context: Context): Record<string, string> {
  if (path === undefined) return {}
  const known = parseConfig(readText(path), path, 'java').filter(({ name, source }) => {
    const isKnown = isBrokerConfig(name)
    if (!isKnown) context.warn(`${source}: no broker config is called ${name}; left out`)
    return isKnown
  })
  return Object.fromEntries(known.map(({ name, value }) => [name, value]))
}

/** A folder of the user's own for data of that name, as the system has it. */
export function dataFolder(name: string): string {
  const { env } = process
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] ?? homedir(), 'ktool', name)
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'ktool', name)
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'ktool', name)
}
