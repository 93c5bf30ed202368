// Records of Kafka's internal topics as JSON, as DumpLogSegments' decoders print them.

import { CorruptError } from '../../errors.ts'
import type { Message } from '../../protocol/api.ts'
import { jsonString, messageJson } from '../../protocol/json.ts'
import { Reader } from '../../protocol/reader.ts'
import { recordTypes as metadataTypes } from '../../protocol/stored/cluster-metadata.ts'
import { consumerProtocolAssignment, consumerProtocolSubscription } from '../../protocol/stored/data.ts'
import { recordTypes as groupTypes } from '../../protocol/stored/group-metadata.ts'
import { recordTypes as shareTypes } from '../../protocol/stored/share-group-state.ts'
import { recordTypes as transactionTypes } from '../../protocol/stored/transaction-state.ts'
import type { RecordCursor } from '../../records/cursor.ts'
import type { Decoded, Decoder, DecoderName } from './decoder.ts'

// biome-ignore lint/suspicious/noExplicitAny: a record of whatever type
type AnyMessage = Message<any>
type Types = ReadonlyMap<number, { name: string; key: AnyMessage; value: AnyMessage }>

/** By the name that --decode takes. */
export const decoders: Readonly<Record<DecoderName, Decoder>> = {
  'group-metadata': coordinatorDecoder(groupTypes),
  'transaction-state': coordinatorDecoder(transactionTypes),
  'share-group-state': coordinatorDecoder(shareTypes),
  'cluster-metadata': metadataRecord,
}

/** A key of `type int16 · key`, a value of `version int16 · value`. (Kafka: CoordinatorRecordSerde.) */
function coordinatorDecoder(types: Types): Decoder {
  return (cursor) => {
    const { bytes, keyStart, keyEnd, valueStart, valueEnd, offset } = cursor
    try {
      if (keyStart < 0) throw new CorruptError('the record has no key')
      const keyReader = new Reader(bytes, keyStart, keyEnd)
      const type = keyReader.int16()
      const known = types.get(type)
      if (known === undefined) {
        return { key: `Unknown record type ${type} at offset ${offset}, skipping.`, payload: null }
      }
      const key = `{"type":"${type}","data":${messageJson(known.key.schema, 0, known.key.read(keyReader, 0))}}`
      if (valueStart < 0) return { key, payload: '<DELETE>' }
      const reader = new Reader(bytes, valueStart, valueEnd)
      const version = reader.int16()
      const value = known.value.read(reader, version)
      const replace = known.value.schema.name === 'GroupMetadataValue' ? embedded(value.protocolType) : undefined
      const data = messageJson(known.value.schema, version, value, replace)
      return { key, payload: `{"version":"${version}","data":${data}}` }
    } catch (error) {
      return { key: `Error at offset ${offset}, skipping. ${(error as Error).message}`, payload: null }
    }
  }
}

/** What members of a classic group of consumers say to each other, in the place of its bytes. */
function embedded(protocolType: unknown) {
  if (protocolType !== 'consumer') return undefined
  return (path: string, value: unknown): string | undefined => {
    if (path === 'members.subscription') return embeddedJson(consumerProtocolSubscription, value as Buffer | null)
    if (path === 'members.assignment') return embeddedJson(consumerProtocolAssignment, value as Buffer | null)
    return undefined
  }
}

function embeddedJson(message: AnyMessage, bytes: Buffer | null): string | undefined {
  if (bytes === null) return undefined
  try {
    const reader = new Reader(bytes)
    const version = reader.int16()
    return messageJson(message.schema, version, message.read(reader, version))
  } catch {
    // Bytes of another make stay bytes.
    return undefined
  }
}

/** (Kafka: MetadataRecordSerde, MetadataRecordType.) */
function metadataRecord({ bytes, valueStart, valueEnd, offset }: RecordCursor): Decoded {
  try {
    if (valueStart < 0) throw new CorruptError('the record has no value')
    const reader = new Reader(bytes, valueStart, valueEnd)
    const frame = reader.uvarint()
    if (frame !== 1) throw new CorruptError(`frame version ${frame} is not known`)
    const type = reader.uvarint()
    const version = reader.uvarint()
    const known = metadataTypes.get(type)
    if (known === undefined) throw new CorruptError(`metadata records of type ${type} are not known`)
    const value = known.value.read(reader, version)
    reader.expectEnd(known.name)
    const name = `${known.name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}_RECORD`
    const data = messageJson(known.value.schema, version, value)
    return { key: null, payload: `{"type":${jsonString(name)},"version":${version},"data":${data}}` }
  } catch (error) {
    return { key: null, payload: `Error at ${offset}, skipping. ${(error as Error).message}` }
  }
}
