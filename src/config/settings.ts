// From assignments (where, name, text) to the settings that the client works with, and where each came from.

import { UsageError } from '../errors.ts'
import { didYouMean } from '../util/nearest.ts'
import { expand, runsCommand } from './references.ts'
import { javaNames, type Setting, type SettingName, type Settings, table } from './table.ts'
import { isWithoutMeaning, OPTION_INSTEAD } from './without-meaning.ts'

export type { Settings } from './table.ts'

export interface Assignment {
  name: string
  value: string
  /** For errors and `-X dump`: `-X`, `KTOOL_BOOTSTRAP`, `client.properties line 3`. */
  source: string
  /** From a file that other programs share: it may not bring commands in. */
  isShared?: boolean
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
  /** What shared files say and that has no meaning here. */
  ignored: Assignment[]
}

/** Later assignments win. Throws a UsageError for a name that is not known and for a value that can't be. */
export function resolveSettings(assignments: readonly Assignment[]): Resolved {
  const last = new Map<SettingName, Assignment>()
  const ignored: Assignment[] = []
  for (const assignment of assignments) {
    const name = settingName(assignment)
    if (name === undefined) ignored.push(assignment)
    else last.set(name, assignment)
  }
  const values: Record<string, unknown> = {}
  const effective: Effective[] = []
  for (const [key, setting] of Object.entries<Setting>(table)) {
    const name = key as SettingName
    const assignment = last.get(name) ?? { name, value: setting.default, source: 'default' }
    const isCommand = setting.isCommand ? assignment.value !== '' : setting.secret && runsCommand(assignment.value)
    if (assignment.isShared && isCommand) {
      throw new UsageError(`setting ${name} (${assignment.source}) would run a command`, {
        hint: 'files that are read with -F may not; a profile may, and -X',
      })
    }
    values[name] = parseSetting(setting, assignment)
    const isHidden = setting.secret && assignment.value !== ''
    const shown = setting.shown?.(assignment.value) ?? assignment.value
    effective.push({ name, text: isHidden ? '****' : shown, source: assignment.source })
  }
  return { settings: values as Settings, effective, ignored }
}

/** The Java name of what is assigned; undefined where it may be passed over. */
function settingName({ name, source, isShared }: Assignment): SettingName | undefined {
  // kcat takes `topic.` in front of librdkafka's names for topics.
  const known = javaNames.get(name) ?? javaNames.get(name.replace(/^topic\./, ''))
  if (known !== undefined) return known
  const isKnownElsewhere = isWithoutMeaning(name.replace(/^topic\./, ''))
  if (isKnownElsewhere && isShared) return undefined
  if (isKnownElsewhere) {
    throw new UsageError(`the setting '${name}' (${source}) has no meaning in ktool`, {
      hint: OPTION_INSTEAD[name] ?? "leave it out; 'ktool -X list' prints all settings",
    })
  }
  throw new UsageError(`unknown setting '${name}' (${source})`, {
    hint: didYouMean(name, javaNames.keys()) ?? "'ktool -X list' prints all settings",
  })
}

/** The value of an assignment. The error names the setting and its source; a secret's text stays out of it. */
export function parseSetting<Value>(setting: Setting<Value>, { name, value, source }: Assignment): Value {
  try {
    // Secrets are looked up when they are needed: somebody may have to type them.
    return setting.parse(setting.secret ? value : expand(value))
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
