// Client quotas (KIP-546): describe and alter. They belong to a user, a client id, both together, or an IP address, each a
// name or the default.

import { KtoolError } from '../../errors.ts'
import { DescribeClientQuotas } from '../../protocol/apis/48-describe-client-quotas.ts'
import { AlterClientQuotas } from '../../protocol/apis/49-alter-client-quotas.ts'
import { check, KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { retry } from '../retry.ts'
import { atController } from './at-controller.ts'

/** Kafka's names of the types of entities, by ours. */
const entityTypes = { user: 'user', client: 'client-id', ip: 'ip' } as const

export type QuotaType = keyof typeof entityTypes

/** Names by type, null for the default; a type that is not there is not part of the entity. */
export type QuotaEntity = { [Type in QuotaType]?: string | null }

export interface EntityQuotas {
  entity: QuotaEntity
  quotas: Record<string, number>
}

export interface QuotaOperation {
  name: string
  /** null takes the quota away. */
  value: number | null
}

/** What an entity must have, by type: a name, null for the default, undefined for either. */
export type QuotaFilter = Map<QuotaType, string | null | undefined>

const MatchType = { exact: 0, default: 1, any: 2 } as const

/** The quotas of entities that have all that the filter names; with `strict`, and nothing else. An empty filter finds all. */
export async function describeQuotas(cluster: Cluster, filter: QuotaFilter, strict = false): Promise<EntityQuotas[]> {
  const answer = await retry(cluster.options, async () => {
    const broker = await cluster.any()
    const answer = await broker.request(DescribeClientQuotas, {
      components: [...filter].map(([type, name]) => ({
        entityType: entityTypes[type],
        matchType: name === undefined ? MatchType.any : name === null ? MatchType.default : MatchType.exact,
        match: name ?? null,
      })),
      strict,
    })
    check(answer.errorCode, 'client quotas', answer.errorMessage)
    return answer
  })
  const found = (answer.entries ?? []).map(({ entity, values }) => ({
    entity: entityOf(entity),
    quotas: Object.fromEntries(values.map(({ key, value }) => [key, value]).sort()),
  }))
  return found.sort((a, b) => (entityText(a.entity) < entityText(b.entity) ? -1 : 1))
}

/** Changes quotas, all of an entity or none; with `validateOnly` the brokers only check. Results in the order given. */
export async function alterQuotas(
  cluster: Cluster,
  changes: readonly { entity: QuotaEntity; operations: readonly QuotaOperation[] }[],
  { validateOnly = false } = {},
): Promise<(KtoolError | null)[]> {
  const answer = await atController(cluster, (broker) =>
    broker.request(AlterClientQuotas, {
      entries: changes.map(({ entity, operations }) => ({
        entity: Object.entries(entity).map(([type, entityName]) => ({
          entityType: entityTypes[type as QuotaType],
          entityName,
        })),
        ops: operations.map(({ name, value }) => ({ key: name, value: value ?? 0, remove: value === null })),
      })),
      validateOnly,
    }),
  )
  // The broker answers in whatever order.
  const results = new Map(answer.entries.map((row) => [entityText(entityOf(row.entity)), row]))
  return changes.map(({ entity }) => {
    const what = `quotas of ${entityText(entity)}`
    const row = results.get(entityText(entity))
    if (row === undefined) return new KtoolError(`the broker said nothing of the ${what}`)
    return row.errorCode === 0 ? null : new KafkaError(row.errorCode, what, row.errorMessage)
  })
}

/** `user alice, client defaults`: how messages name an entity. */
export function entityText(entity: QuotaEntity): string {
  return (Object.keys(entityTypes) as QuotaType[])
    .filter((type) => entity[type] !== undefined)
    .map((type) => (entity[type] === null ? `${type} defaults` : `${type} ${entity[type]}`))
    .join(', ')
}

function entityOf(parts: readonly { entityType: string; entityName: string | null }[]): QuotaEntity {
  const entity: QuotaEntity = {}
  for (const type of Object.keys(entityTypes) as QuotaType[]) {
    const part = parts.find((each) => each.entityType === entityTypes[type])
    if (part !== undefined) entity[type] = part.entityName
  }
  return entity
}
