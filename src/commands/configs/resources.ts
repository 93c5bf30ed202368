// What has configs, as `configs describe` and `configs alter` take it: a type, then names or --default.

import { listConfigResources, type ResourceType } from '../../client/admin/configs.ts'
import type { QuotaType } from '../../client/admin/quotas.ts'
import type { Client } from '../../client/client.ts'
import { KtoolError, UsageError } from '../../errors.ts'
import { namePattern, selectByName } from '../../util/name-pattern.ts'
import type { Context } from '../command.ts'
import { selectTopics } from '../topics/select.ts'

export const quotaTypes: readonly QuotaType[] = ['client', 'user', 'ip']

/** Types as the command line names them. */
export const configTypes = [
  'topic',
  'broker',
  'broker-logger',
  'client',
  'user',
  'ip',
  'group',
  'client-metrics',
] as const satisfies readonly (ResourceType | QuotaType)[]

export type ConfigType = (typeof configTypes)[number]

export function isQuotaType(type: ConfigType): type is QuotaType {
  return (quotaTypes as readonly string[]).includes(type)
}

/** Throws a UsageError where --default is no choice. */
export function checkNames(type: ConfigType, names: readonly string[], isDefault: boolean): void {
  if (!isDefault) return
  if (names.length > 0) throw new UsageError('give names or --default, not both')
  if (type !== 'broker' && !isQuotaType(type)) {
    throw new UsageError(`there are no defaults of the type ${type}`, {
      hint: '--default is for broker, client, user and ip',
    })
  }
}

/**
 * The names that arguments choose; without any all that there are, the defaults of brokers ('') last. What chooses nothing
 * is reported to the context.
 */
export async function resourceNames(
  context: Context,
  client: Client,
  type: ResourceType,
  names: readonly string[],
  isDefault: boolean,
): Promise<{ names: string[]; byPattern: boolean }> {
  if (isDefault) return { names: [''], byPattern: false }
  switch (type) {
    case 'topic': {
      const { topics, errors, byPattern } = await selectTopics(client, names, { internal: false })
      for (const error of errors) context.fail(error)
      return { names: topics.map(({ name }) => name), byPattern }
    }
    case 'broker':
    case 'broker-logger': {
      if (names.length > 0) return { names: [...new Set(names)], byPattern: false }
      const ids = (await client.cluster.allBrokers()).map(({ id }) => String(id))
      return { names: type === 'broker' ? [...ids, ''] : ids, byPattern: false }
    }
    default: {
      const patterns = names.map(namePattern)
      // Groups and subscriptions take configs before they exist.
      const literal = patterns.filter((pattern) => pattern.literal).map(({ text }) => text)
      if (names.length > 0 && literal.length === names.length) return { names: [...new Set(names)], byPattern: false }
      const known = (await listConfigResources(client.cluster, type)).map((name) => ({ name }))
      const { items, unmatched, byPattern } = selectByName(known, patterns)
      for (const pattern of unmatched) {
        if (!pattern.literal) context.fail(new KtoolError(`no ${type} with configs matches ${pattern.text}`))
      }
      return { names: [...new Set([...items.map(({ name }) => name), ...literal])], byPattern }
    }
  }
}
