// Changes of configs: the options that say them, the plan with the value before and after, and doing it. What
// `topics alter-configs` and `configs alter` share.

import { type ConfigEntry, type ConfigOperation, type ResourceType, resourceText } from '../../client/admin/configs.ts'
import type { Client } from '../../client/client.ts'
import { KtoolError, UsageError } from '../../errors.ts'
import { keyValue } from '../../util/key-value.ts'
import { didYouMean } from '../../util/nearest.ts'
import { type Context, defineFlags, type FlagValues } from '../command.ts'

export const changeFlags = defineFlags({
  set: { value: 'KEY=VALUE', parse: keyValue, repeatable: true, doc: 'Give a config this value' },
  unset: { value: 'KEY', repeatable: true, doc: 'Take the own value of a config away' },
  append: { value: 'KEY=VALUE', parse: keyValue, repeatable: true, doc: 'Add to a config that is a list' },
  subtract: { value: 'KEY=VALUE', parse: keyValue, repeatable: true, doc: 'Take from a config that is a list' },
  dryRun: { doc: 'Let the broker check, show what would change, and change nothing' },
})

/** One config of one resource, before and after; the JSON is this. */
export interface ConfigChange {
  type: string
  /** null for defaults. */
  name: string | null
  config: string
  operation: ConfigOperation['operation']
  /** null where there is none, or where it is secret. */
  before: string | null
  /** null where it is secret, or where only the broker knows what the value falls back to. */
  after: string | null
  sensitive: boolean
  result: 'altered' | 'would-alter' | 'unchanged'
}

/** The source of the values that a change of the resource makes; '' is the name of defaults. */
export function ownSource(type: ResourceType, name: string): string {
  switch (type) {
    case 'topic':
      return 'DYNAMIC_TOPIC_CONFIG'
    case 'broker':
      return name === '' ? 'DYNAMIC_DEFAULT_BROKER_CONFIG' : 'DYNAMIC_BROKER_CONFIG'
    case 'broker-logger':
      return 'DYNAMIC_BROKER_LOGGER_CONFIG'
    case 'client-metrics':
      return 'DYNAMIC_CLIENT_METRICS_CONFIG'
    case 'group':
      return 'DYNAMIC_GROUP_CONFIG'
  }
}

/** The operations that the options ask for. Throws a UsageError where there are none, or two for one config. */
export function operationsOf(flags: Omit<FlagValues<typeof changeFlags>, 'dryRun'>): ConfigOperation[] {
  const operations: ConfigOperation[] = flags.unset.map((name) => ({ name, operation: 'unset' }))
  for (const operation of ['set', 'append', 'subtract'] as const) {
    for (const [name, value] of flags[operation]) operations.push({ name, operation, value })
  }
  if (operations.length === 0) {
    throw new UsageError('nothing to change', { hint: 'give --set KEY=VALUE, --unset KEY, --append or --subtract' })
  }
  const names = operations.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new UsageError(`${twice} is named twice`)
  return operations
}

/**
 * Does the operations on each of the resources, or with `dryRun` has them checked. Returns the changes of those that went
 * well; the others are reported to the context.
 */
export async function changeConfigs(
  context: Context,
  client: Client,
  type: ResourceType,
  names: readonly string[],
  operations: readonly ConfigOperation[],
  dryRun: boolean,
): Promise<ConfigChange[]> {
  const current = await client.admin.describeConfigs(type, names)
  if (type === 'broker' && names.includes('')) await addDefaults(client, current)
  const plans = new Map<string, ConfigChange[]>()
  const wanted = new Map<string, ConfigOperation[]>()
  for (const name of names) {
    const entries = current.get(name) ?? new KtoolError(`the broker said nothing of ${resourceText(type, name)}`)
    if (entries instanceof KtoolError) {
      context.fail(entries)
      continue
    }
    try {
      const plan = operations.map((operation) => planned(type, name, entries, operation, dryRun))
      plans.set(name, plan)
      const changed = operations.filter((_, index) => plan[index].result !== 'unchanged')
      if (changed.length > 0) wanted.set(name, changed)
    } catch (error) {
      context.fail(error)
    }
  }
  const results =
    wanted.size === 0 ? new Map() : await client.admin.alterConfigs(type, wanted, { validateOnly: dryRun })
  return [...plans].flatMap(([name, plan]) => {
    const error = wanted.has(name) ? results.get(name) : null
    if (error === null) return plan
    context.fail(error ?? new KtoolError(`the broker said nothing of ${resourceText(type, name)}`))
    return []
  })
}

/** The brokers tell of their defaults only what is set: what else there is, any broker knows. */
async function addDefaults(client: Client, current: Map<string, ConfigEntry[] | KtoolError>): Promise<void> {
  const [any] = await client.cluster.allBrokers()
  const known = (await client.admin.describeConfigs('broker', [String(any.id)])).get(String(any.id))
  if (!Array.isArray(known) || current.get('') instanceof KtoolError) return
  const withoutOwn = known.map((entry) => {
    const synonyms = entry.synonyms.filter(({ source }) => source !== 'DYNAMIC_BROKER_CONFIG')
    const [first] = synonyms
    return { ...entry, synonyms, value: first?.value ?? null, source: first?.source ?? 'DEFAULT_CONFIG' }
  })
  current.set('', withoutOwn)
}

function planned(
  type: ResourceType,
  name: string,
  entries: readonly ConfigEntry[],
  { name: config, operation, value }: ConfigOperation,
  dryRun: boolean,
): ConfigChange {
  const entry = entries.find((each) => each.name === config)
  if (entry === undefined) checkUnknown(type, name, config, entries)
  const source = ownSource(type, name)
  const own = entry?.synonyms.find((each) => each.source === source) ?? (entry?.source === source ? entry : undefined)
  const sensitive = entry?.sensitive ?? isSecretName(config)
  const after = valueAfter(operation, value, entry, own?.value, source)
  const same = operation === 'unset' ? own === undefined : own !== undefined && !sensitive && own.value === after
  return {
    type,
    name: name === '' ? null : name,
    config,
    operation,
    before: entry?.value ?? null,
    after: sensitive ? null : same ? (entry?.value ?? null) : after,
    sensitive,
    result: same ? 'unchanged' : dryRun ? 'would-alter' : 'altered',
  }
}

function valueAfter(
  operation: ConfigOperation['operation'],
  value: string | undefined,
  entry: ConfigEntry | undefined,
  own: string | null | undefined,
  source: string,
): string | null {
  if (operation === 'set') return value ?? null
  const below = entry?.synonyms.filter((each) => each.source !== source) ?? []
  if (operation === 'unset') return below[0]?.value ?? (entry?.source === source ? null : (entry?.value ?? null))
  // A list without a value of its own begins with Kafka's default, not with what the broker was started with.
  const base = own ?? below.find((each) => each.source === 'DEFAULT_CONFIG')?.value ?? ''
  const items = base.split(',').filter((item) => item !== '')
  const given = (value ?? '').split(',')
  return operation === 'append'
    ? [...new Set([...items, ...given])].join(',')
    : items.filter((item) => !given.includes(item)).join(',')
}

/**
 * Names that are not among a resource's configs are slips, as Kafka would take some of them silently. Brokers have others
 * too, those of their listeners and plug-ins, so there only a name near a known one is refused.
 */
function checkUnknown(type: ResourceType, name: string, config: string, entries: readonly ConfigEntry[]): void {
  if (entries.length === 0) return
  const hint = didYouMean(
    config,
    entries.map((entry) => entry.name),
  )
  const isOpen = type === 'broker' && (hint === undefined || config.startsWith('listener.name.'))
  if (isOpen) return
  throw new KtoolError(`${resourceText(type, name)} has no config ${config}`, {
    hint: hint ?? `\`ktool configs describe ${type} ${name} --all\` shows all`,
  })
}

/** Whether a config that the broker does not know yet may hold a secret. */
function isSecretName(config: string): boolean {
  return /password|secret|jaas|\.key$|credential|token/i.test(config)
}
