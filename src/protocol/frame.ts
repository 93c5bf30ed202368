// Frames: a size (int32), a header, a message.
//
//   request:   size · api key int16 · api version int16 · correlation id int32 · client id nullable string [· tags] · body
//   response:  size · correlation id int32 [· tags] · body
//
// The tags are there in flexible versions (header v2 and v1). Two exceptions stand: the client id keeps its old encoding in
// the flexible header, and an ApiVersions response never has header tags, since the client can't know yet what the broker
// speaks (KIP-511).

import type { AnyApi, Api, Input } from './api.ts'
import { ProtocolError } from './errors.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

export const SIZE_BYTES = 4
const API_VERSIONS_KEY = 18

export interface RequestHeader {
  apiKey: number
  apiVersion: number
  correlationId: number
  clientId: string | null
}

/** A request frame as a list of buffers to be written in order; large byte fields are not copied. */
export function encodeRequest<Request, Response>(
  api: Api<Request, Response>,
  version: number,
  correlationId: number,
  clientId: string | null,
  body: Input<Request>,
): Buffer[] {
  const writer = new Writer(256, SIZE_BYTES)
  writer.int16(api.key)
  writer.int16(version)
  writer.int32(correlationId)
  writer.nullableString(clientId)
  if (api.request.isFlexible(version)) writer.uvarint(0)
  api.request.write(writer, body, version)
  return sized(writer)
}

/** A response frame, in the same form. */
export function encodeResponse<Request, Response>(
  api: Api<Request, Response>,
  version: number,
  correlationId: number,
  body: Input<Response>,
): Buffer[] {
  const writer = new Writer(256, SIZE_BYTES)
  writer.int32(correlationId)
  if (hasResponseTags(api, version)) writer.uvarint(0)
  api.response.write(writer, body, version)
  return sized(writer)
}

/** Reads the header up to the client id; call `readRequestBody` for the rest once the API is known. */
export function readRequestHeader(reader: Reader): RequestHeader {
  return {
    apiKey: reader.int16(),
    apiVersion: reader.int16(),
    correlationId: reader.int32(),
    clientId: reader.nullableString(),
  }
}

/**
 * The body after `readRequestHeader`. Bytes that are left over are let be, as in Kafka: librdkafka leaves some after a
 * Metadata request for all topics.
 */
export function readRequestBody<Request>(api: Api<Request, unknown>, version: number, reader: Reader): Request {
  if (api.request.isFlexible(version)) reader.skipTags()
  return api.request.read(reader, version)
}

/** The body of a response frame (without its size). */
export function decodeResponse<Response>(
  api: Api<unknown, Response>,
  version: number,
  frame: Buffer,
  reader: Reader = new Reader(frame),
): Response {
  reader.int32()
  if (hasResponseTags(api, version)) reader.skipTags()
  const body = api.response.read(reader, version)
  reader.expectEnd(`${api.name} response version ${version}`)
  return body
}

/** The correlation id of a response frame (without its size). */
export function correlationIdOf(frame: Buffer): number {
  if (frame.length < 4) throw new ProtocolError(`a response of ${frame.length} bytes`)
  return frame.readInt32BE(0)
}

function hasResponseTags(api: AnyApi, version: number): boolean {
  return api.key !== API_VERSIONS_KEY && api.response.isFlexible(version)
}

function sized(writer: Writer): Buffer[] {
  const size = writer.length - SIZE_BYTES
  const chunks = writer.finish()
  chunks[0].writeInt32BE(size, 0)
  return chunks
}
