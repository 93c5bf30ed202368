// Connections: frames in pieces, pipelined requests in order, hostile sizes, malformed requests.

import assert from 'node:assert/strict'
import test from 'node:test'
import { Metadata } from '../../src/protocol/apis/03-metadata.ts'
import { ApiVersions } from '../../src/protocol/apis/18-api-versions.ts'
import { correlationIdOf, decodeResponse, encodeRequest } from '../../src/protocol/frame.ts'
import { start } from './harness.ts'

test('requests that come in pieces or together are answered in order', async (t) => {
  const { client } = await start(t)
  const frames = [1, 2, 3, 4].map((id) => Buffer.concat(encodeRequest(ApiVersions, 0, id, 'x', {})))
  const bytes = Buffer.concat(frames)
  const answers = frames.map(() => client.raw(Buffer.alloc(0)))
  for (let at = 0; at < bytes.length; at += 7) client.socket.write(bytes.subarray(at, at + 7))
  assert.deepEqual((await Promise.all(answers)).map(correlationIdOf), [1, 2, 3, 4])
})

test('a hostile size closes the connection and leaves the others alone', async (t) => {
  const said: string[] = []
  const log = { note() {}, verbose() {}, warn: (text: string) => said.push(text) }
  const { client, connect } = await start(t, { log })
  for (const size of [-1, 0x7fff_ffff]) {
    const hostile = connect()
    const frame = Buffer.alloc(4)
    frame.writeInt32BE(size)
    hostile.socket.write(frame)
    await hostile.closed
    // No error of the broker, with a trace of its code.
    assert.match(
      said.pop() ?? '',
      new RegExp(`^closed the connection of [^\\s]+: a frame of ${size} bytes announced.*$`),
    )
  }
  assert.equal((await client.call(ApiVersions, 0, {})).errorCode, 0)
})

test("bytes that are left over after a request are let be: librdkafka's Metadata request for all topics has some", async (t) => {
  const { client } = await start(t)
  const frame = Buffer.from('000000190003000c00000003000772646b61666b610000000000010000', 'hex')
  assert.equal(correlationIdOf(await client.raw(frame)), 3)
})

test('a request that can not be read, and an unknown API or version, close the connection', async (t) => {
  const { connect } = await start(t)
  const truncated = Buffer.concat(encodeRequest(Metadata, 9, 1, 'x', { topics: null })).subarray(0, -1)
  truncated.writeInt32BE(truncated.length - 4)
  const unknownApi = Buffer.from([0, 0, 0, 10, 0x7f, 0xff, 0, 0, 0, 0, 0, 1, 0xff, 0xff])
  const unknownVersion = Buffer.from([0, 0, 0, 10, 0, 3, 0, 99, 0, 0, 0, 1, 0xff, 0xff])
  for (const frame of [truncated, unknownApi, unknownVersion]) {
    const client = connect()
    await assert.rejects(client.raw(frame), /closed/)
  }
})

test('ApiVersions of an unknown version is answered in version 0 with its own range', async (t) => {
  const { client } = await start(t)
  const frame = await client.raw(Buffer.from([0, 0, 0, 10, 0, 18, 0, 99, 0, 0, 0, 7, 0xff, 0xff]))
  assert.equal(correlationIdOf(frame), 7)
  const { errorCode, apiKeys } = decodeResponse(ApiVersions, 0, frame)
  assert.equal(errorCode, 35)
  assert.deepEqual(apiKeys, [{ apiKey: 18, minVersion: 0, maxVersion: 4 }])
})

test('ApiVersions names Produce from 0 on and finalizes only features that are there', async (t) => {
  const { client } = await start(t)
  const answer = await client.call(ApiVersions, 4, { clientSoftwareName: 'test', clientSoftwareVersion: '1' })
  assert.deepEqual(answer.apiKeys[0], { apiKey: 0, minVersion: 0, maxVersion: 13 })
  const supported = new Map(answer.supportedFeatures.map(({ name, maxVersion }) => [name, maxVersion]))
  for (const { name, maxVersionLevel } of answer.finalizedFeatures) {
    assert.ok(maxVersionLevel <= (supported.get(name) ?? 0), name)
  }
  const anonymous = await client.call(ApiVersions, 3, { clientSoftwareName: 'a b', clientSoftwareVersion: '1' })
  assert.equal(anonymous.errorCode, 42)
})
