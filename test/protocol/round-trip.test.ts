// Every API, every version, both directions, and every stored record: random values come back as they were, and damaged
// frames end in a ProtocolError.

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Message } from '../../src/protocol/api.ts'
import { apis } from '../../src/protocol/apis/index.ts'
import { ProtocolError } from '../../src/protocol/errors.ts'
import { recordTypes as clusterMetadata } from '../../src/protocol/stored/cluster-metadata.ts'
import * as data from '../../src/protocol/stored/data.ts'
import { recordTypes as groupMetadata } from '../../src/protocol/stored/group-metadata.ts'
import { recordTypes as remoteLogMetadata } from '../../src/protocol/stored/remote-log-metadata.ts'
import { recordTypes as shareGroupState } from '../../src/protocol/stored/share-group-state.ts'
import { recordTypes as transactionState } from '../../src/protocol/stored/transaction-state.ts'
import { Writer } from '../../src/protocol/writer.ts'
import { randomValue, seeded } from './random-value.ts'

type Any = Message<Record<string, unknown>>

const messages: Any[] = [
  ...[...apis.values()].flatMap((api) => [api.request, api.response]),
  ...[groupMetadata, transactionState, shareGroupState].flatMap((types) =>
    [...types.values()].flatMap(({ key, value }) => [key, value]),
  ),
  ...[clusterMetadata, remoteLogMetadata].flatMap((types) => [...types.values()].map(({ value }) => value)),
  ...(Object.values(data) as unknown as Any[]),
]

function encode(message: Any, value: Record<string, unknown>, version: number): Buffer {
  const writer = new Writer()
  message.write(writer, value, version)
  const length = writer.length
  const bytes = writer.concat()
  assert.equal(bytes.length, length)
  return bytes
}

function eachVersion(run: (message: Any, version: number) => void): void {
  for (const message of messages) {
    const [min, max] = message.schema.versions
    for (let version = min; version <= max; version++) run(message, version)
  }
}

test('all client-facing APIs of the release are there', () => {
  assert.equal(apis.size, 77)
  assert.equal([...apis.values()].filter((api) => api.latestVersionUnstable).length, 1)
})

test('random values of every message and version come back as they were', () => {
  const random = seeded(1)
  let count = 0
  eachVersion((message, version) => {
    for (let i = 0; i < 12; i++) {
      const value = randomValue(message.schema, version, random)
      const bytes = encode(message, value, version)
      const back = message.decode(bytes, version)
      assert.deepEqual(back, value, `${message.schema.name} version ${version}`)
      assert.deepEqual(encode(message, back, version), bytes)
      count++
    }
  })
  assert.ok(count > 5000)
})

test('an empty input is all defaults', () => {
  eachVersion((message, version) => {
    const bytes = encode(message, {}, version)
    assert.deepEqual(encode(message, message.decode(bytes, version), version), bytes)
  })
})

test('a frame cut at any place is a ProtocolError', () => {
  const random = seeded(2)
  eachVersion((message, version) => {
    const bytes = encode(message, randomValue(message.schema, version, random), version)
    const step = Math.max(1, Math.floor(bytes.length / 50))
    for (let length = 0; length < bytes.length; length += step) {
      assert.throws(
        () => message.decode(bytes.subarray(0, length), version),
        ProtocolError,
        `${message.schema.name} version ${version} cut to ${length} of ${bytes.length}`,
      )
    }
  })
})

test('a frame with damaged bytes is read or is a ProtocolError, in bounded time and memory', () => {
  const random = seeded(3)
  let refused = 0
  const begun = process.memoryUsage().rss
  eachVersion((message, version) => {
    const bytes = encode(message, randomValue(message.schema, version, random), version)
    if (bytes.length === 0) return
    for (let i = 0; i < 30; i++) {
      const damaged = Buffer.from(bytes)
      for (let n = 0; n < 3; n++) damaged[Math.floor(random() * damaged.length)] = [0xff, 0x7f, 0x80][n]
      try {
        message.decode(damaged, version)
      } catch (error) {
        assert.ok(error instanceof ProtocolError, `${message.schema.name}: ${error}`)
        refused++
      }
    }
  })
  assert.ok(refused > 1000)
  assert.ok(process.memoryUsage().rss - begun < 500 << 20)
})

test('an array that counts more elements than its bytes can hold is refused before it is made', () => {
  const { request } = apis.get(3) as { request: Any }
  assert.throws(
    () => request.decode(Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 1]), 1),
    /truncated: \d+ bytes wanted at byte 4/,
  )
  assert.throws(() => request.decode(Buffer.from([0xff, 0xff, 0xff, 0xfe]), 1), /array of -2 elements/)
})

test('a field that the version can not carry is an error, unless it may be dropped', () => {
  const { request } = apis.get(19) as { request: Any }
  const fetch = apis.get(1)?.request as Any
  assert.throws(() => encode(fetch, { sessionId: 5 }, 6) && encode(apis.get(1)?.response as Any, { sessionId: 5 }, 6), {
    message: /FetchResponse version 6 can't carry sessionId/,
  })
  assert.throws(() => encode(request, { topics: [{ name: null }] }, 7), /name must not be null/)
  assert.throws(() => request.decode(Buffer.alloc(0), 99), RangeError)
})

test('a frame of millions of empty elements is refused before the first of them is made', () => {
  // A response of ListGroups in version 4, whose groups take 4 bytes at least.
  const count = 1 << 24
  const bytes = Buffer.alloc(7 + 4 + 4 * count)
  bytes.set([0x81, 0x80, 0x80, 0x08], 6)
  const { response } = apis.get(16) as unknown as { response: Any }
  assert.throws(() => response.decode(bytes, 4), /more than 4194304 array elements in a frame/)
})
