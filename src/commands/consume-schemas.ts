// Consuming by schemas: the flags, and what decodes keys and values.

import { KtoolError, UsageError } from '../errors.ts'
import type { RegistryClient } from '../registry/client.ts'
import type { Part, RecordDecoding, SchemaFinder, Wanted } from '../registry/record-decoding.ts'
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

type Wish = Pick<FlagValues<typeof decodeFlags>, 'decode' | 'avro'>

/** Null where nothing is to be decoded. */
export async function recordDecoding(
  context: Context,
  { decode, avro, registry }: FlagValues<typeof decodeFlags>,
): Promise<Decoding | null> {
  const wanted = wantedParts({ decode, avro })
  if (wanted === null) {
    if (registry === undefined) return null
    throw new UsageError('only what is decoded needs a registry', { hint: 'say what with --decode value' })
  }
  const { registrySchemas } = await import('../registry/record-decoding.ts')
  const client: RegistryClient = await registryClient(context, registry)
  return decodingBy(context, wanted, registrySchemas(client), () => client.close())
}

/** Null where neither flag is given. */
export function wantedParts({ decode, avro }: Wish): { key: Wanted; value: Wanted } | null {
  if (avro && decode !== undefined) throw new UsageError('--avro and --decode exclude each other')
  if (avro) return { key: 'where named', value: 'always' }
  if (decode === undefined) return null
  const wants = (part: Part) => (decode === part || decode === 'both' ? 'always' : 'never')
  return { key: wants('key'), value: wants('value') }
}

/** `close` is called in the end. */
export async function decodingBy(
  context: Context,
  wanted: { key: Wanted; value: Wanted },
  find: SchemaFinder,
  close: () => void,
): Promise<Decoding> {
  const { RecordDecoding } = await import('../registry/record-decoding.ts')
  let named = 0
  const records = new RecordDecoding(find, wanted, ({ topic, partition, cursor }, part, reason) => {
    if (named++ >= NAMED_FAILURES) return
    const where = partition < 0 ? topic : `partition ${partition} of ${topic}`
    context.warn(`offset ${cursor.offset} of ${where}: the ${part} can't be decoded: ${reason}`)
  })
  return {
    records,
    end() {
      close()
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
