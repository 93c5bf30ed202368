// Messages and APIs: what the generated files in apis/ and stored/ make of their schemas. The codec of one version and
// direction is compiled on first use (codec.ts).

import { compileReader, compileWriter } from './codec.ts'
import { Reader } from './reader.ts'
import type { Field, MessageSchema } from './schema.ts'
import type { Writer } from './writer.ts'

/** What may be given to write(): every field is optional and falls back to its default; records may come in pieces. */
export type Input<T> = T extends Buffer
  ? Buffer | readonly Buffer[]
  : T extends readonly (infer E)[]
    ? readonly Input<E>[]
    : T extends object
      ? { readonly [K in keyof T]?: Input<T[K]> }
      : T

/** One message of the protocol: reads and writes all its versions. */
export class Message<T> {
  readonly schema: MessageSchema
  private readonly readers: ((reader: Reader) => unknown)[] = []
  private readonly writers: ((writer: Writer, value: unknown) => void)[] = []

  constructor(schema: MessageSchema) {
    this.schema = schema
  }

  /** Throws ProtocolError where the bytes are not such a message. Bytes fields are views of the reader's buffer. */
  read(reader: Reader, version: number): T {
    let read = this.readers[version]
    if (read === undefined) {
      this.checkVersion(version)
      read = this.readers[version] = compileReader(this.schema, version)
    }
    return read(reader) as T
  }

  /** Throws ProtocolError where the version can't carry a field that is not at its default. */
  write(writer: Writer, value: Input<T>, version: number): void {
    let write = this.writers[version]
    if (write === undefined) {
      this.checkVersion(version)
      write = this.writers[version] = compileWriter(this.schema, version)
    }
    write(writer, value)
  }

  /** Reads a buffer that holds this message and nothing else. */
  decode(buffer: Buffer, version: number): T {
    const reader = new Reader(buffer)
    const value = this.read(reader, version)
    reader.expectEnd(this.schema.name)
    return value
  }

  isFlexible(version: number): boolean {
    return this.schema.flexible !== null && version >= this.schema.flexible
  }

  private checkVersion(version: number): void {
    const { name, versions } = this.schema
    if (!(version >= versions[0] && version <= versions[1])) {
      throw new RangeError(`${name} has no version ${version}, only ${versions[0]} to ${versions[1]}`)
    }
  }
}

export interface Api<Request, Response> {
  readonly key: number
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
  /** The highest version is not final in this release; neither side offers it. */
  readonly latestVersionUnstable: boolean
  /** Which of Kafka's listeners answer it. */
  readonly listeners: readonly ('broker' | 'controller')[]
  readonly request: Message<Request>
  readonly response: Message<Response>
}

// biome-ignore lint/suspicious/noExplicitAny: an API of whatever request and response
export type AnyApi = Api<any, any>

/** Makes an API of its two schemas. */
export function defineApi<Request, Response>(definition: {
  key: number
  name: string
  versions: readonly [number, number]
  flexible: number | null
  latestVersionUnstable?: true
  listeners: readonly ('broker' | 'controller')[]
  request: readonly Field[]
  response: readonly Field[]
}): Api<Request, Response> {
  const { key, name, versions, flexible } = definition
  return {
    key,
    name,
    minVersion: versions[0],
    maxVersion: versions[1],
    latestVersionUnstable: definition.latestVersionUnstable ?? false,
    listeners: definition.listeners,
    request: new Message<Request>({ name: `${name}Request`, versions, flexible, fields: definition.request }),
    response: new Message<Response>({ name: `${name}Response`, versions, flexible, fields: definition.response }),
  }
}

/** Makes a message that is not one half of an API: a header, or a record kept in a log. */
export function defineMessage<T>(schema: MessageSchema): Message<T> {
  return new Message<T>(schema)
}
