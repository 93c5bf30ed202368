// Gives a user SCRAM credentials, as an administrator does.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Client } from '../../src/client/client.ts'
import { saltedPassword } from '../../src/net/sasl/scram.ts'
import { AlterUserScramCredentials } from '../../src/protocol/apis/51-alter-user-scram-credentials.ts'

export async function alterScram(client: Client, name: string, password: string): Promise<void> {
  const broker = await client.cluster.any()
  const hashes = [
    { mechanism: 1, hash: { name: 'sha256', bytes: 32 } },
    { mechanism: 2, hash: { name: 'sha512', bytes: 64 } },
  ]
  for (const { mechanism, hash } of hashes) {
    const salt = randomBytes(16)
    const salted = await saltedPassword(hash, password, salt, 4096)
    const upsertions = [{ name, mechanism, iterations: 4096, salt, saltedPassword: salted }]
    const { results } = await broker.request(AlterUserScramCredentials, { deletions: [], upsertions })
    assert.deepEqual(
      results.map(({ errorCode }) => errorCode),
      [0],
    )
  }
}
