// Keys and values of records as JSON text, by the schemas that they name. The registry is asked between batches, for ids that
// are new; records are decoded where they stand, without waiting.

import { CorruptError } from '../errors.ts'
import type { RecordView } from '../records/view.ts'
import { AvroReader } from './avro/decoder.ts'
import type { RegistryClient } from './client.ts'
import { InvalidSchemaError, RegistryError, UndecodableError } from './errors.ts'
import type { ParsedSchema, RecordDecoder } from './schema.ts'
import { HEADER_BYTES, schemaIdAt } from './wire.ts'

export type Part = 'key' | 'value'

/** `where named`: only what names a schema that there is; everything else stays as it is, and is no error. */
export type Wanted = 'always' | 'where named' | 'never'

/** Finds the schema of an id; a text says why there is none. Throws where it can't tell. */
export type SchemaFinder = (id: number, part: Part) => Promise<ParsedSchema | string>

const UNFRAMED = 'it does not begin with the id of a schema'
const NOT_FOUND = 404
const NO_BYTES = Buffer.alloc(0)

/** Asks a registry. */
export function registrySchemas(client: RegistryClient): SchemaFinder {
  return async (id) => {
    try {
      return await client.parsedSchema(id)
    } catch (error) {
      if (error instanceof RegistryError && error.status === NOT_FOUND) return `the registry has no schema ${id}`
      throw error
    }
  }
}

/** One part of the record that was decoded last: its text, or where it could not be decoded its bytes and the reason. */
export class DecodedPart {
  bytes: Buffer = NO_BYTES
  /** -1 for null. */
  start = -1
  end = -1
  /** -1 where the bytes name none. */
  schemaId = -1
  isJson = false
  error: string | null = null
}

export class RecordDecoding {
  readonly key: DecodedPart = new DecodedPart()
  readonly value: DecodedPart = new DecodedPart()
  /** How many records have a part that could not be decoded. */
  failures = 0
  private readonly find: SchemaFinder
  private readonly wantedKey: Wanted
  private readonly wantedValue: Wanted
  private readonly onFailure: (view: RecordView, part: Part, reason: string) => void
  private readonly keyDecoders = new Map<number, RecordDecoder | string>()
  private readonly valueDecoders = new Map<number, RecordDecoder | string>()
  private readonly reader = new AvroReader()

  constructor(
    find: SchemaFinder,
    wanted: { key: Wanted; value: Wanted },
    onFailure: (view: RecordView, part: Part, reason: string) => void,
  ) {
    this.find = find
    this.wantedKey = wanted.key
    this.wantedValue = wanted.value
    this.onFailure = onFailure
  }

  /**
   * Gets the schemas that the records of the batch need; undefined where all are there. The cursor is moved. Damage is left to
   * who steps through the batch next.
   */
  prepare({ cursor }: RecordView): Promise<void> | undefined {
    const keys = this.wantedKey === 'never' ? null : new NewIds(this.keyDecoders)
    const values = this.wantedValue === 'never' ? null : new NewIds(this.valueDecoders)
    try {
      while (cursor.next()) {
        keys?.look(cursor.bytes, cursor.keyStart, cursor.keyEnd)
        values?.look(cursor.bytes, cursor.valueStart, cursor.valueEnd)
      }
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error
    }
    if (!keys?.found && !values?.found) return undefined
    return this.load(keys?.found ?? [], values?.found ?? [])
  }

  private async load(keys: Iterable<number>, values: Iterable<number>): Promise<void> {
    for (const id of keys) this.keyDecoders.set(id, await this.decoderOf(id, 'key'))
    for (const id of values) this.valueDecoders.set(id, await this.decoderOf(id, 'value'))
  }

  private async decoderOf(id: number, part: Part): Promise<RecordDecoder | string> {
    try {
      const schema = await this.find(id, part)
      return typeof schema === 'string' ? schema : schema.decoder()
    } catch (error) {
      if (error instanceof InvalidSchemaError) return `schema ${id} is wrong: ${error.message}`
      throw error
    }
  }

  /** Decodes the record at the cursor. */
  decode(view: RecordView): void {
    const { cursor } = view
    const { reader, key, value } = this
    reader.used = 0
    this.part(key, this.wantedKey, this.keyDecoders, cursor.bytes, cursor.keyStart, cursor.keyEnd)
    this.part(value, this.wantedValue, this.valueDecoders, cursor.bytes, cursor.valueStart, cursor.valueEnd)
    // The reader may have moved to a larger buffer since.
    if (key.isJson) key.bytes = reader.out
    if (key.error === null && value.error === null) return
    this.failures++
    if (key.error !== null) this.onFailure(view, 'key', key.error)
    if (value.error !== null) this.onFailure(view, 'value', value.error)
  }

  /** Leaves the record at the cursor as it is. */
  skip({ cursor }: RecordView): void {
    this.part(this.key, 'never', this.keyDecoders, cursor.bytes, cursor.keyStart, cursor.keyEnd)
    this.part(this.value, 'never', this.valueDecoders, cursor.bytes, cursor.valueStart, cursor.valueEnd)
  }

  private part(
    part: DecodedPart,
    wanted: Wanted,
    decoders: ReadonlyMap<number, RecordDecoder | string>,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    part.bytes = bytes
    part.start = start
    part.end = end
    part.schemaId = -1
    part.isJson = false
    part.error = null
    if (start < 0 || wanted === 'never') return
    const id = schemaIdAt(bytes, start, end)
    const decoder = id < 0 ? UNFRAMED : (decoders.get(id) ?? UNFRAMED)
    if (typeof decoder === 'string') {
      if (wanted === 'always') {
        part.schemaId = id
        part.error = decoder
      }
      return
    }
    const { reader } = this
    const from = reader.used
    part.schemaId = id
    try {
      decoder(reader, bytes, start + HEADER_BYTES, end)
    } catch (error) {
      if (!(error instanceof UndecodableError)) throw error
      reader.used = from
      part.error = error.message
      return
    }
    part.bytes = reader.out
    part.start = from
    part.end = reader.used
    part.isJson = true
  }
}

/** Collects the ids that have no decoder yet. */
class NewIds {
  found: Set<number> | undefined
  private last = -1
  private readonly known: ReadonlyMap<number, unknown>

  constructor(known: ReadonlyMap<number, unknown>) {
    this.known = known
  }

  look(bytes: Buffer, start: number, end: number): void {
    if (start < 0) return
    const id = schemaIdAt(bytes, start, end)
    if (id < 0 || id === this.last) return
    this.last = id
    if (!this.known.has(id)) (this.found ??= new Set()).add(id)
  }
}
