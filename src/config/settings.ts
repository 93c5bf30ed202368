// From assignments (where, name, text) to the settings that the client works with, and where each came from.

import { UsageError } from '../errors.ts'
import { didYouMean } from '../util/nearest.ts'
import { javaNames, type Setting, type SettingName, type Settings, table } from './table.ts'

export type { Settings } from './table.ts'

export interface Assignment {
  name: string
  value: string
  /** For errors and `-X dump`: `-X`, `KTOOL_BOOTSTRAP`, `client.properties line 3`. */
  source: string
}

export interface Effective {
  name: SettingName
  /** As given, or `****` for a secret. */
  text: string
  /** Where it came from; `default` where nothing set it. */
  source: string
}

export interface Resolved {
  settings: Settings
  effective: Effective[]
}

/** Later assignments win. Throws a UsageError for a name that is not known and for a value that can't be. */
export function resolveSettings(assignments: readonly Assignment[]): Resolved {
  const last = new Map<SettingName, Assignment>()
  for (const assignment of assignments) last.set(settingName(assignment), assignment)
  const values: Record<string, unknown> = {}
  const effective: Effective[] = []
  for (const [key, setting] of Object.entries<Setting>(table)) {
    const name = key as SettingName
    const assignment = last.get(name) ?? { name, value: setting.default, source: 'default' }
    values[name] = parseSetting(setting, assignment)
    const text = setting.secret ? '****' : (setting.shown?.(assignment.value) ?? assignment.value)
    effective.push({ name, text, source: assignment.source })
  }
  return { settings: values as Settings, effective }
}

function settingName({ name, source }: Assignment): SettingName {
  const known = javaNames.get(name)
  if (known !== undefined) return known
  throw new UsageError(`unknown setting '${name}' (${source})`, {
    hint: didYouMean(name, javaNames.keys()) ?? "'ktool -X list' prints all settings",
  })
}

/** The value of an assignment. The error names the setting and its source; a secret's text stays out of it. */
export function parseSetting<Value>(setting: Setting<Value>, { name, value, source }: Assignment): Value {
  try {
    return setting.parse(value)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const what = setting.secret ? 'the value is not valid' : error.message
    throw new UsageError(`setting ${name} (${source}): ${what}`, { hint: error.hint })
  }
}

/** Assignments from the environment variables that the table names. */
export function fromEnvironment(environment: NodeJS.ProcessEnv): Assignment[] {
  return Object.entries<Setting>(table).flatMap(([name, { env }]) => {
    const value = env === undefined ? undefined : environment[env]
    return value === undefined || value === '' ? [] : [{ name, value, source: env as string }]
  })
}
