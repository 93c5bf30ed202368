// Frames between real clients and a real Kafka (golden/README.md tells how they were taken): each is understood to its last
// byte and comes out of the encoder as it was.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { AnyApi } from '../../src/protocol/api.ts'
import { apis } from '../../src/protocol/apis/index.ts'
import {
  decodeResponse,
  encodeRequest,
  encodeResponse,
  readRequestBody,
  readRequestHeader,
} from '../../src/protocol/frame.ts'
import { Reader } from '../../src/protocol/reader.ts'

interface Frame {
  key: number
  version: number
  client: string
  broker: string
  request: string
  response: string
}

const frames = readFileSync(join(import.meta.dirname, 'golden/frames.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Frame)

function withoutSize(chunks: Buffer[]): string {
  return Buffer.concat(chunks).subarray(4).toString('hex')
}

const known = (frame: Frame) => {
  const api = apis.get(frame.key)
  return api !== undefined && frame.version >= api.minVersion && frame.version <= api.maxVersion
}

for (const { key, version, client, broker, request, response } of frames.filter(known)) {
  const api = apis.get(key)
  test(`${api?.name} ${version} of ${client} with Kafka ${broker}`, () => {
    assert.ok(api, `API ${key}`)
    const reader = new Reader(Buffer.from(request, 'hex'))
    const header = readRequestHeader(reader)
    assert.deepEqual([header.apiKey, header.apiVersion], [key, version])
    const body = readRequestBody(api, version, reader)
    reader.expectEnd(api.name)
    const { correlationId, clientId } = header
    assert.equal(withoutSize(encodeRequest(api as AnyApi, version, correlationId, clientId, body as object)), request)

    const answer = decodeResponse(api as AnyApi, version, Buffer.from(response, 'hex'))
    assert.equal(withoutSize(encodeResponse(api as AnyApi, version, correlationId, answer)), response)
  })
}

test('versions that Kafka has given up or not yet released are refused', () => {
  const others = frames.filter((frame) => !known(frame))
  for (const { key, version, request } of others) {
    const reader = new Reader(Buffer.from(request, 'hex'))
    readRequestHeader(reader)
    assert.throws(() => readRequestBody(apis.get(key) as AnyApi, version, reader), RangeError)
  }
})

test('the frames cover what clients use', () => {
  const seen = new Set(frames.map(({ key }) => key))
  assert.ok(frames.filter(known).length >= 250 && seen.size >= 50, `${frames.length} frames of ${seen.size} APIs`)
})
