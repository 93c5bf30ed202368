// Keys and values of records as JSON text, by the schemas that they name. The registry is asked between batches, for ids that
// are new; records are decoded where they stand, without waiting.

import type { RecordView } from '../records/view.ts'
import { AvroReader } from './avro/decoder.ts'
import type { RegistryClient } from './client.ts'
import { InvalidSchemaError, RegistryError, UndecodableError } from './errors.ts'
import type { RecordDecoder } from './schema.ts'
import { HEADER_BYTES, schemaIdAt } from './wire.ts'

export type Part = 'key' | 'value'

/** `where named`: only what names a schema that there is; everything else stays as it is, and is no error. */
export type Wanted = 'always' | 'where named' | 'never'

const UNFRAMED = 'it does not begin with the id of a schema'
const NOT_FOUND = 404
const NO_BYTES = Buffer.alloc(0)

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
  private readonly client: RegistryClient
  private readonly wantedKey: Wanted
  private readonly wantedValue: Wanted
  private readonly onFailure: (view: RecordView, part: Part, reason: string) => void
  private readonly decoders = new Map<number, RecordDecoder | string>()
  private readonly reader = new AvroReader()

  constructor(
    client: RegistryClient,
    wanted: { key: Wanted; value: Wanted },
    onFailure: (view: RecordView, part: Part, reason: string) => void,
  ) {
    this.client = client
    this.wantedKey = wanted.key
    this.wantedValue = wanted.value
    this.onFailure = onFailure
  }

  /** Gets the schemas that the records of the batch need; undefined where all are there. The cursor is moved. */
  prepare({ cursor }: RecordView): Promise<void> | undefined {
    let missing: Set<number> | undefined
    let last = -1
    const look = (bytes: Buffer, start: number, end: number) => {
      if (start < 0) return
      const id = schemaIdAt(bytes, start, end)
      if (id < 0 || id === last) return
      last = id
      if (!this.decoders.has(id)) (missing ??= new Set()).add(id)
    }
    const [keys, values] = [this.wantedKey !== 'never', this.wantedValue !== 'never']
    while (cursor.next()) {
      const { bytes } = cursor
      if (keys) look(bytes, cursor.keyStart, cursor.keyEnd)
      if (values) look(bytes, cursor.valueStart, cursor.valueEnd)
    }
    return missing === undefined ? undefined : this.load(missing)
  }

  private async load(ids: ReadonlySet<number>): Promise<void> {
    for (const id of ids) {
      try {
        this.decoders.set(id, (await this.client.parsedSchema(id)).decoder())
      } catch (error) {
        if (error instanceof InvalidSchemaError) this.decoders.set(id, `schema ${id} is wrong: ${error.message}`)
        else if (error instanceof RegistryError && error.status === NOT_FOUND) {
          this.decoders.set(id, `the registry has no schema ${id}`)
        } else throw error
      }
    }
  }

  /** Decodes the record at the cursor. */
  decode(view: RecordView): void {
    const { cursor } = view
    const { reader, key, value } = this
    reader.used = 0
    this.part(key, this.wantedKey, cursor.bytes, cursor.keyStart, cursor.keyEnd)
    this.part(value, this.wantedValue, cursor.bytes, cursor.valueStart, cursor.valueEnd)
    // The reader may have moved to a larger buffer since.
    if (key.isJson) key.bytes = reader.out
    if (key.error === null && value.error === null) return
    this.failures++
    if (key.error !== null) this.onFailure(view, 'key', key.error)
    if (value.error !== null) this.onFailure(view, 'value', value.error)
  }

  private part(part: DecodedPart, wanted: Wanted, bytes: Buffer, start: number, end: number): void {
    part.bytes = bytes
    part.start = start
    part.end = end
    part.schemaId = -1
    part.isJson = false
    part.error = null
    if (start < 0 || wanted === 'never') return
    const id = schemaIdAt(bytes, start, end)
    const decoder = id < 0 ? UNFRAMED : (this.decoders.get(id) ?? UNFRAMED)
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
