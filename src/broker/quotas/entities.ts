// Client quotas: which there can be, and which of them a filter finds (KIP-546). client-quotas.ts holds clients to them.
// (Kafka: ClientQuotaControlManager, ClientQuotasImage.)

import { isIP } from 'node:net'
import type { ComponentData } from '../../protocol/apis/48-describe-client-quotas.ts'
import type { OpData } from '../../protocol/apis/49-alter-client-quotas.ts'
import { ApiError } from '../api-error.ts'
import type { QuotaImage } from '../metadata-image.ts'

/** Of an entity: its types with a name each, null for the default. In the order in which Kafka shows them. */
export type QuotaEntity = ReadonlyMap<string, string | null>

const TYPES = ['client-id', 'user', 'ip']
const CLIENT_KEYS = new Map<string, 'LONG' | 'DOUBLE' | 'INT'>([
  ['producer_byte_rate', 'LONG'],
  ['consumer_byte_rate', 'LONG'],
  ['request_percentage', 'DOUBLE'],
  ['controller_mutation_rate', 'DOUBLE'],
])
const IP_KEYS: typeof CLIENT_KEYS = new Map([['connection_creation_rate', 'INT']])
const LARGEST = { LONG: 2 ** 63, INT: 2 ** 31, DOUBLE: Number.POSITIVE_INFINITY }
const FRACTION = 1e-6

const MatchType = { exact: 0, default: 1, any: 2 } as const

export function entityOf(parts: readonly { entityType: string; entityName: string | null }[]): QuotaEntity {
  const given = new Map(parts.map(({ entityType, entityName }) => [entityType, entityName]))
  const known = TYPES.filter((type) => given.has(type))
  const others = [...given.keys()].filter((type) => !known.includes(type))
  return new Map([...known, ...others].map((type) => [type, given.get(type) as string | null]))
}

export function entityParts(entity: QuotaEntity) {
  return [...entity].map(([entityType, entityName]) => ({ entityType, entityName }))
}

/** Throws an ApiError unless the entity may have quotas, and these. */
export async function checkQuotas(entity: QuotaEntity, operations: readonly OpData[]): Promise<void> {
  if (entity.size === 0) throw invalid('Invalid empty client quota entity')
  for (const [type, name] of entity) {
    if (!TYPES.includes(type)) throw invalid(`Unhandled client quota entity type: ${type}`)
    if (name === '') throw invalid(`Empty ${type} not supported`)
  }
  const keys = entity.has('ip') ? IP_KEYS : CLIENT_KEYS
  if (entity.has('ip')) {
    if (entity.size > 1) {
      throw invalid('Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId')
    }
    const address = entity.get('ip')
    if (address && !(await isAddress(address))) throw invalid(`${address} is not a valid IP or resolvable host.`)
  }
  if (new Set(operations.map(({ key }) => key)).size < operations.length) {
    const shown = [...entity].map(([type, name]) => `${type}=${name}`).join(', ')
    throw invalid(`Ignoring duplicate entity ClientQuotaEntity(entries={${shown}})`)
  }
  for (const operation of operations) if (!operation.remove) checkQuota(operation, keys)
}

function checkQuota({ key, value }: OpData, keys: typeof CLIENT_KEYS): void {
  const type = keys.get(key)
  if (type === undefined) throw invalid(`Invalid configuration key ${key}`)
  if (!(value > 0)) throw invalid(`Quota ${key} must be greater than 0`)
  if (value >= LARGEST[type]) throw invalid(`Proposed value for ${key} is too large for a ${type}.`)
  if (type !== 'DOUBLE' && Math.abs(Math.floor(value + FRACTION) - value) > FRACTION) {
    throw invalid(`${key} cannot be a fractional value.`)
  }
}

async function isAddress(name: string): Promise<boolean> {
  if (isIP(name) !== 0) return true
  const { lookup } = await import('node:dns/promises')
  try {
    await lookup(name)
    return true
  } catch {
    return false
  }
}

/** The quotas whose entities have all that the components ask for and, when `strict`, nothing else. Throws an ApiError. */
export function findQuotas(
  quotas: Iterable<QuotaImage>,
  components: readonly ComponentData[],
  strict: boolean,
): QuotaImage[] {
  checkFilter(components)
  return [...quotas].filter(({ entity }) => {
    if (strict && entity.length !== components.length) return false
    return components.every(({ entityType, matchType, match }) => {
      const part = entity.find((each) => each.entityType === entityType)
      if (part === undefined) return false
      return matchType === MatchType.any || part.entityName === (matchType === MatchType.exact ? match : null)
    })
  })
}

function checkFilter(components: readonly ComponentData[]): void {
  const seen = new Set<string>()
  for (const { entityType, matchType, match } of components) {
    if (entityType === '') throw invalid('Invalid empty entity type.')
    if (seen.has(entityType)) throw invalid(`Entity type ${entityType} cannot appear more than once in the filter.`)
    if (!TYPES.includes(entityType)) {
      throw new ApiError('UNSUPPORTED_VERSION', `Unsupported entity type ${entityType}`)
    }
    seen.add(entityType)
    if (matchType === MatchType.exact && match === null) {
      throw invalid('Request specified MATCH_TYPE_EXACT, but set match string to null.')
    }
    if (matchType === MatchType.default && match !== null) {
      throw invalid('Request specified MATCH_TYPE_DEFAULT, but also specified a match string.')
    }
    if (matchType === MatchType.any && match !== null) {
      throw invalid('Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.')
    }
    if (matchType < MatchType.exact || matchType > MatchType.any) throw invalid(`Unknown match type ${matchType}`)
  }
  if (seen.has('ip') && seen.size > 1) {
    throw invalid(
      'Invalid entity filter component combination. IP filter component should not be used with user or clientId ' +
        'filter component.',
    )
  }
}

function invalid(message: string): ApiError {
  return new ApiError('INVALID_REQUEST', message)
}
