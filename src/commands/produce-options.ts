// What `ktool produce` tells the producer, from its flags and the settings.

import type { Client } from '../client/client.ts'
import { partitioners } from '../client/partitioner.ts'
import type { ProducerOptions } from '../client/producer-options.ts'
import type { Transaction } from '../client/transaction.ts'
import { UsageError } from '../errors.ts'
import { type Codec, codecByName, codecs } from '../records/compression/index.ts'
import { integer } from '../util/numbers.ts'
import { type Context, defineFlags, type FlagValues } from './command.ts'

export const producerFlags = defineFlags({
  partitioner: {
    value: 'NAME',
    choices: Object.keys(partitioners) as (keyof typeof partitioners)[],
    doc: 'Who chooses the partition; crc32 is what librdkafka does',
    defaultDoc: "murmur2 of the key as in Java, or the record's own in jsonl",
  },
  compression: { short: 'z', value: 'CODEC[:LEVEL]', parse: compression, doc: 'none, gzip, snappy, lz4 or zstd' },
  acks: {
    value: 'N',
    choices: ['all', '-1', '1', '0'],
    doc: 'Who must have a record: all in-sync replicas (-1 is the same), the leader, nobody',
  },
  noIdempotence: { doc: 'Without producer id and sequence numbers: a retry may write a record twice' },
  transactionalId: {
    value: 'ID',
    parse: transactionalId,
    category: 'Transactions',
    doc: 'All or nothing: one transaction, aborted on an error or a signal',
    defaultDoc: 'transactional.id',
  },
  recordsPerTransaction: {
    value: 'N',
    parse: integer({ min: 1 }),
    category: 'Transactions',
    doc: 'Commit after every N records and begin another transaction',
  },
})

/** A broker remembers so many batches of a producer to know a repeated one by (Java refuses more, too). */
const MOST_IN_FLIGHT = 5
const COMPRESSED_MEMORY = 12 << 20

type Flags = FlagValues<typeof producerFlags>

export async function producerOptions(
  context: Context,
  client: Client,
  flags: Flags,
): Promise<Partial<ProducerOptions> & Pick<ProducerOptions, 'transaction'>> {
  const { settings } = context
  const acks = flags.acks ?? settings.acks
  const { codec, level } = flags.compression ?? { codec: codecByName(settings['compression.type']), level: undefined }
  const isAcknowledgedByAll = acks === 'all' || Number(acks) === -1
  const transaction = await transactionOf(context, client, flags)
  if (transaction !== null && (flags.noIdempotence || !isAcknowledgedByAll)) {
    throw new UsageError('a transaction needs idempotence and --acks all')
  }
  const maxInFlight = settings['max.in.flight.requests.per.connection']
  // Without acknowledgements of all replicas sequence numbers promise nothing.
  const isWanted = flags.noIdempotence ? false : settings['enable.idempotence']
  if (isWanted && !isAcknowledgedByAll) {
    throw new UsageError('enable.idempotence=true needs acks=all', {
      hint: 'leave one of them out, or give --no-idempotence',
    })
  }
  const idempotence = transaction !== null || (isWanted ?? isAcknowledgedByAll)
  if (idempotence && maxInFlight > MOST_IN_FLIGHT) {
    throw new UsageError(
      `max.in.flight.requests.per.connection is ${maxInFlight}, with idempotence it may be ${MOST_IN_FLIGHT} at most`,
      { hint: 'lower it, or give up idempotence: --no-idempotence, or enable.idempotence=false' },
    )
  }
  return {
    transaction,
    acks: isAcknowledgedByAll ? -1 : (Number(acks) as 0 | 1),
    idempotence,
    codec,
    level,
    batchBytes: settings['batch.size'],
    // A batch that is compressed is there twice, and has another thread's memory besides.
    ...(codec === undefined ? {} : { memoryBytes: COMPRESSED_MEMORY }),
    lingerMs: settings['linger.ms'],
    maxInFlight,
    deliveryTimeoutMs: settings['delivery.timeout.ms'],
    ...(flags.partitioner === undefined ? {} : { partitioner: partitioners[flags.partitioner]() }),
  }
}

async function transactionOf({ settings }: Context, client: Client, flags: Flags): Promise<Transaction | null> {
  const id = flags.transactionalId ?? settings['transactional.id']
  if (id === '') {
    if (flags.recordsPerTransaction === undefined) return null
    throw new UsageError('--records-per-transaction needs a --transactional-id')
  }
  const { Transaction } = await import('../client/transaction.ts')
  return new Transaction(client.cluster, id, settings['transaction.timeout.ms'])
}

/** An empty one would write without a transaction: what a variable that is not set must not do. */
function transactionalId(text: string): string {
  if (text === '') throw new UsageError('it is empty')
  return text
}

function compression(text: string): { codec: Codec | undefined; level: number | undefined } {
  const [name, level] = text.split(':', 2)
  if (name === 'none') return { codec: undefined, level: undefined }
  const codec = codecByName(name)
  if (codec === undefined) {
    throw new UsageError(`'${name}' is not a codec`, {
      hint: `codecs are none, ${codecs.map((c) => c.name).join(', ')}`,
    })
  }
  if (level === undefined) return { codec, level: undefined }
  if (codec.levels === undefined) throw new UsageError(`${name} has no levels`)
  return { codec, level: integer(codec.levels)(level) }
}
