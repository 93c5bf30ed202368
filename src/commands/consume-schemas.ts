// Consuming by schemas: the flags, and what decodes keys and values.

import { KtoolError, UsageError } from '../errors.ts'
import type { RegistryClient } from '../registry/client.ts'
import type { RecordDecoding } from '../registry/record-decoding.ts'
import { counted } from '../util/counted.ts'
import { type Context, defineFlags, type FlagValues } from './command.ts'
import { registryClient, registryFlags } from './registry-flags.ts'

export const decodeFlags = defineFlags({
  decode: {
    value: 'PART',
    choices: ['key', 'value', 'both'],
    category: 'Schemas',
    doc: 'Decode key, value or both by the schemas of the registry: Avro, JSON Schema, Protobuf',
  },
  avro: { category: 'Schemas', doc: 'Decode values, and keys that have a schema, as `ktool avro consume` does' },
  ...registryFlags,
})

/** Failures are named one by one up to this number, then counted. */
const NAMED_FAILURES = 10

export interface Decoding {
  records: RecordDecoding
  /** Reports what could not be decoded, and lets go of the registry. */
  end(): void
}

/** Null where nothing is to be decoded. */
export async function recordDecoding(
  context: Context,
  { decode, avro, registry }: FlagValues<typeof decodeFlags>,
): Promise<Decoding | null> {
  if (avro && decode !== undefined) throw new UsageError('--avro and --decode exclude each other')
  if (!avro && decode === undefined) {
    if (registry === undefined) return null
    throw new UsageError('only what is decoded needs a registry', { hint: 'say what with --decode value' })
  }
  const { RecordDecoding } = await import('../registry/record-decoding.ts')
  const client: RegistryClient = await registryClient(context, registry)
  const wants = (part: 'key' | 'value') => decode === part || decode === 'both'
  const wanted = avro
    ? ({ key: 'where named', value: 'always' } as const)
    : ({ key: wants('key') ? 'always' : 'never', value: wants('value') ? 'always' : 'never' } as const)
  let named = 0
  const records = new RecordDecoding(client, wanted, ({ topic, partition, cursor }, part, reason) => {
    if (named++ >= NAMED_FAILURES) return
    context.warn(
      `offset ${cursor.offset} of partition ${partition} of ${topic}: the ${part} can't be decoded: ${reason}`,
    )
  })
  return {
    records,
    end() {
      client.close()
      const { failures } = records
      if (failures === 0) return
      const what = counted(failures, 'record')
      context.fail(
        new KtoolError(
          `${what} could not be decoded, and ${failures === 1 ? 'is shown as it is' : 'are shown as they are'}`,
        ),
      )
    },
  }
}
