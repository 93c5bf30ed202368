// ktool configs describe: what is set where, and what it overrides.

import { type ConfigEntry, resourceText } from '../../client/admin/configs.ts'
import { describeQuotas, type QuotaType } from '../../client/admin/quotas.ts'
import type { Client } from '../../client/client.ts'
import { KtoolError, UsageError } from '../../errors.ts'
import { namePattern } from '../../util/name-pattern.ts'
import { type Context, defineCommand } from '../command.ts'
import { DEFAULT } from '../quotas/entity.ts'
import { checkNames, configTypes, isQuotaType, resourceNames } from './resources.ts'

type Described = Pick<ConfigEntry, 'name' | 'value' | 'source' | 'readOnly' | 'sensitive' | 'synonyms'> & {
  /** With --docs; null where the broker does not tell. */
  documentation?: string | null
}

/** A resource as it is printed; the JSON is this. */
interface DescribedResource {
  type: string
  /** null for defaults. */
  name: string | null
  configs: Described[]
}

interface Row {
  type: string
  name: string
  config: string
  value: string | null
  source: string
  overrides: string[]
  documentation?: string | null
}

export const command = defineCommand({
  path: 'configs describe',
  summary: 'Show configs and where they come from',
  description:
    "Shows what is set: of topics their own configs, of brokers and the rest what is not Kafka's default, each with its " +
    'source and with what it overrides. Without a name it is all of the type. Secrets stay with the broker.',
  args: {
    type: { value: 'TYPE', doc: 'What has the configs', choices: configTypes },
    names: { value: 'NAME', doc: 'Topic, broker id, client id, …', optional: true, repeatable: true },
  },
  flags: {
    default: { doc: 'The defaults of all brokers, clients, users or IP addresses' },
    all: { doc: 'What is not set too, with the value that it has' },
    key: { value: 'KEY', repeatable: true, doc: 'Only these configs, as names, globs or /regex/, set or not' },
    docs: { doc: "What each config means, in the broker's words" },
  },
  examples: [
    { line: 'ktool configs describe broker 1 --key log.cleaner.threads --docs', doc: 'What a config means' },
    { line: 'ktool configs describe topic orders', doc: 'What is set for a topic' },
    { line: 'ktool configs describe broker 1 --all', doc: 'Every config of a broker' },
    { line: 'ktool configs describe topic --key min.insync.replicas', doc: 'One config of all topics' },
    { line: 'ktool configs describe client --default', doc: 'Quotas of clients that have none of their own' },
  ],
  async run(context, { type, names }, { default: isDefault, all, key, docs }) {
    checkNames(type, names, isDefault)
    const keys = key.map(namePattern)
    const isNamed = (name: string) => keys.length === 0 || keys.some((pattern) => pattern.matches(name))
    const client = await context.client()
    const rows = context.rows<DescribedResource, Row>({
      columns: [
        { key: 'type', inHeading: true },
        { key: 'name', inHeading: true },
        { key: 'config' },
        { key: 'value', align: 'left' },
        { key: 'source' },
        { key: 'overrides', mayBeEmpty: true },
        ...(docs ? [{ key: 'documentation' as const }] : []),
      ],
      heading: ({ type, name }) => [resourceText(type, name)],
      rows: resourceRows,
    })
    if (isQuotaType(type)) {
      if (all || docs) throw new UsageError('quotas have no defaults and no texts that --all and --docs could show')
      for (const resource of await quotas(client, type, names, isDefault)) {
        const configs = resource.configs.filter(({ name }) => isNamed(name))
        if (configs.length > 0 || names.length > 0) await rows.add({ ...resource, configs })
      }
    } else {
      const chosen = await resourceNames(context, client, type, names, isDefault)
      const found = await client.admin.describeConfigs(type, chosen.names, {
        documentation: docs,
        // Of patterns only this side knows.
        keys: keys.length > 0 && keys.every(({ literal }) => literal) ? key : undefined,
      })
      for (const name of chosen.names) {
        const entries = checked(context, found.get(name), resourceText(type, name))
        if (entries === undefined) continue
        const isWanted = ({ name, source }: ConfigEntry) =>
          isNamed(name) && (all || keys.length > 0 || isSet(type, source))
        const configs = entries.filter(isWanted).map((entry) => shown(entry, docs))
        const isAsked = configs.length > 0 || names.includes(name) || isDefault
        if (isAsked) await rows.add({ type, name: name === '' ? null : name, configs })
      }
    }
    await rows.end()
  },
})

function checked(context: Context, entries: ConfigEntry[] | KtoolError | undefined, what: string) {
  if (entries !== undefined && !(entries instanceof KtoolError)) return entries
  context.fail(entries ?? new KtoolError(`the broker said nothing of ${what}`))
  return undefined
}

/** Of a topic what is its own, as all topics have what the brokers set; of the rest what is not Kafka's default. */
function isSet(type: string, source: string): boolean {
  return type === 'topic' ? source === 'DYNAMIC_TOPIC_CONFIG' : source !== 'DEFAULT_CONFIG'
}

function shown(entry: ConfigEntry, docs: boolean): Described {
  const { name, value, source, readOnly, sensitive, synonyms, documentation } = entry
  return { name, value, source, readOnly, sensitive, synonyms, ...(docs && { documentation }) }
}

function resourceRows({ type, name, configs }: DescribedResource): Row[] {
  return configs.map(({ name: config, value, source, sensitive, synonyms, documentation }) => ({
    type,
    name: name ?? DEFAULT,
    config,
    value: sensitive && value === null ? '(secret)' : value,
    source,
    overrides: synonyms.slice(1).map((each) => `${each.source}:${each.name}=${each.value ?? ''}`),
    documentation,
  }))
}

/** Quotas in the form of configs. */
async function quotas(
  { cluster }: Client,
  type: QuotaType,
  names: readonly string[],
  isDefault: boolean,
): Promise<DescribedResource[]> {
  const wanted = isDefault ? [null] : names.length > 0 ? [...new Set(names)] : [undefined]
  const found = await Promise.all(
    wanted.map(async (name) => {
      const entities = await describeQuotas(cluster, new Map([[type, name]]), true)
      if (entities.length === 0 && name !== undefined) return [{ type, name, configs: [] }]
      return entities.map(({ entity, quotas }) => ({
        type,
        name: entity[type] ?? null,
        configs: Object.entries(quotas).map(([quota, value]) => ({
          name: quota,
          value: String(value),
          source: 'QUOTA',
          readOnly: false,
          sensitive: false,
          synonyms: [],
        })),
      }))
    }),
  )
  return found.flat()
}
