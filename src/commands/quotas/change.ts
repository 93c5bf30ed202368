// Changes of quotas: what the options say, the plan with the value before and after, and doing it. What `quotas alter` and
// `configs alter` of clients, users and IP addresses share.

import {
  alterQuotas,
  describeQuotas,
  type QuotaEntity,
  type QuotaOperation,
  type QuotaType,
} from '../../client/admin/quotas.ts'
import type { Client } from '../../client/client.ts'
import { UsageError } from '../../errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import type { Context } from '../command.ts'

/** One quota of one entity, before and after. */
export interface QuotaChange {
  entity: QuotaEntity
  quota: string
  /** null where there is none. */
  before: number | null
  after: number | null
  result: 'altered' | 'would-alter' | 'unchanged'
}

const ofClients = ['producer_byte_rate', 'consumer_byte_rate', 'request_percentage', 'controller_mutation_rate']
const ofAddresses = ['connection_creation_rate']

/** The operations that `--set` and `--unset` ask for. Throws a UsageError for what can be no quota. */
export function quotaOperations(
  types: readonly QuotaType[],
  { set, unset }: { set: readonly [string, string][]; unset: readonly string[] },
): QuotaOperation[] {
  const operations = [
    ...unset.map((name): QuotaOperation => ({ name, value: null })),
    ...set.map(([name, text]): QuotaOperation => ({ name, value: quotaValue(name, text) })),
  ]
  if (operations.length === 0) {
    throw new UsageError('nothing to change', { hint: 'give --set QUOTA=NUMBER or --unset QUOTA' })
  }
  const known = types.includes('ip') ? ofAddresses : ofClients
  for (const { name } of operations) {
    if (known.includes(name)) continue
    const hint = didYouMean(name, known) ?? `quotas are ${known.join(', ')}`
    throw new UsageError(`there is no quota ${name} of a ${types.join(' and ')}`, { hint })
  }
  const names = operations.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new UsageError(`${twice} is named twice`)
  return operations
}

function quotaValue(name: string, text: string): number {
  if (/^\s*\d+(\.\d+)?\s*$/.test(text)) return Number(text)
  throw new UsageError(`${name}: '${text}' is not a number`)
}

/** Does the operations on each entity, or with `dryRun` has them checked. What fails is reported to the context. */
export async function changeQuotas(
  context: Context,
  { cluster }: Client,
  entities: readonly QuotaEntity[],
  operations: readonly QuotaOperation[],
  dryRun: boolean,
): Promise<QuotaChange[]> {
  const plans = await Promise.all(
    entities.map(async (entity) => {
      const filter = new Map(Object.entries(entity) as [QuotaType, string | null][])
      const quotas = (await describeQuotas(cluster, filter, true))[0]?.quotas ?? {}
      return operations.map(({ name, value }): QuotaChange => {
        const before = quotas[name] ?? null
        const result = before === value ? 'unchanged' : dryRun ? 'would-alter' : 'altered'
        return { entity, quota: name, before, after: value, result }
      })
    }),
  )
  const changed = plans
    .map((plan) => plan.filter(({ result }) => result !== 'unchanged'))
    .filter((plan) => plan.length > 0)
  if (changed.length === 0) return plans.flat()
  const results = await alterQuotas(
    cluster,
    changed.map((plan) => ({
      entity: plan[0].entity,
      operations: plan.map(({ quota, after }) => ({ name: quota, value: after })),
    })),
    { validateOnly: dryRun },
  )
  const failed = new Set<QuotaEntity>()
  for (const [index, error] of results.entries()) {
    if (error === null) continue
    context.fail(error)
    failed.add(changed[index][0].entity)
  }
  return plans.flat().filter(({ entity }) => !failed.has(entity))
}
