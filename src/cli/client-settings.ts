// The settings of a run, from everywhere they may come, and the client's options from them. Later ones win:
// defaults < kcat's own file < -F files < profile < environment < -X < -b, --resolve and --timeout.
//
// What nobody has named on the command line counts only where nothing is named there: with -F neither the profile in use
// nor kcat's file, with a profile not kcat's file. So one cluster's login never goes to another.

import type { ClientOptions } from '../client/options.ts'
import { readConfigFile, readKcatConfig } from '../config/file.ts'
import { NO_PROFILE, Profiles } from '../config/profiles.ts'
import type { Ask } from '../config/references.ts'
import { type Assignment, fromEnvironment, type Resolved, resolveSettings, type Settings } from '../config/settings.ts'
import { type SettingName, table } from '../config/table.ts'
import { UsageError } from '../errors.ts'
import { keyValue } from '../util/key-value.ts'
import type { GlobalValues } from './global-flags.ts'

/** What `-X list` and `-X dump` ask for, instead of running a command. */
export function requestedPrint(globals: GlobalValues): 'list' | 'dump' | undefined {
  return (['list', 'dump'] as const).find((word) => globals.set.includes(word))
}

/** Throws a UsageError for a file, a name or a value that is wrong. */
export function resolveGlobals(
  globals: GlobalValues,
  environment: NodeJS.ProcessEnv,
  { withoutCluster = false }: { withoutCluster?: boolean } = {},
): Resolved {
  const assignments: Assignment[] = [
    ...(withoutCluster ? [] : fromFiles(globals, environment)),
    ...fromEnvironment(environment),
    ...globals.set.filter((text) => text !== 'list' && text !== 'dump').map(fromOption),
  ]
  if (globals.bootstrapServer !== undefined) {
    assignments.push({ name: 'bootstrap.servers', value: globals.bootstrapServer, source: '-b' })
  }
  if (globals.resolve.length > 0) {
    assignments.push({ name: 'resolve', value: globals.resolve.join(','), source: '--resolve' })
  }
  if (globals.timeout !== undefined) {
    const value = String(globals.timeout)
    const set = (name: SettingName) => assignments.push({ name, value, source: '--timeout' })
    set('default.api.timeout.ms')
    set('request.timeout.ms')
    set('delivery.timeout.ms')
    // Connecting may take less of the time, but not more.
    const setup = 'socket.connection.setup.timeout.ms'
    if (globals.timeout < Number(table[setup].default)) set(setup)
  }
  return resolveSettings(assignments)
}

function fromFiles({ commandConfig, profile }: GlobalValues, environment: NodeJS.ProcessEnv): Assignment[] {
  const profiles = new Profiles(environment)
  const name = profile ?? (commandConfig.length > 0 ? undefined : profiles.current())
  const ofProfile = name === undefined || name === NO_PROFILE ? [] : profiles.read(name)
  if (commandConfig.length === 0) return ofProfile.length > 0 ? ofProfile : readKcatConfig(environment)
  return [...commandConfig.filter((path) => path !== 'none').flatMap(readConfigFile), ...ofProfile]
}

function fromOption(text: string): Assignment {
  try {
    const [name, value] = keyValue(text)
    return { name, value, source: '-X' }
  } catch {
    throw new UsageError('-X takes KEY=VALUE, or list, or dump')
  }
}

/** `ask` is called for secrets that the user is to type. */
export async function clientOptions(settings: Settings, signal: AbortSignal, ask: Ask): Promise<ClientOptions> {
  const isSecured = settings['security.protocol'] !== 'PLAINTEXT'
  return {
    security: isSecured ? await (await import('../client/security.ts')).securityOf(settings, ask) : null,
    resolve: settings.resolve,
    proxy: settings.proxy,
    bootstrapServers: settings['bootstrap.servers'],
    clientId: settings['client.id'],
    requestTimeoutMs: settings['request.timeout.ms'],
    apiTimeoutMs: settings['default.api.timeout.ms'],
    setupTimeoutMs: settings['socket.connection.setup.timeout.ms'],
    reconnectBackoffMs: settings['reconnect.backoff.ms'],
    reconnectBackoffMaxMs: settings['reconnect.backoff.max.ms'],
    retryBackoffMs: settings['retry.backoff.ms'],
    retryBackoffMaxMs: settings['retry.backoff.max.ms'],
    metadataMaxAgeMs: settings['metadata.max.age.ms'],
    signal,
  }
}
