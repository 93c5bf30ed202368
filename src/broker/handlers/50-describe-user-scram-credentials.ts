// DescribeUserScramCredentials: mechanisms and iterations, never the keys (KIP-554).

import { DescribeUserScramCredentials } from '../../protocol/apis/50-describe-user-scram-credentials.ts'
import { errorCode } from '../../protocol/errors.ts'
import { repeated } from '../../util/repeated.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: DescribeUserScramCredentials,
  versions: [0, 0],
  handle({ users }, { broker }) {
    const names =
      users === null || users.length === 0
        ? [...broker.metadata.image.scramCredentials.values()].map(({ name }) => name)
        : users.map(({ name }) => name)
    const twice = repeated((users ?? []).map(({ name }) => name))
    const results = [...new Set(names)].map((user) => {
      if (!twice.has(user)) return describe(user, broker)
      const problem = 'Cannot describe SCRAM credentials for the same user twice in a single request'
      return { user, errorCode: errorCode('DUPLICATE_RESOURCE'), errorMessage: `${problem}: ${user}` }
    })
    return { errorMessage: '', results }
  },
})

function describe(user: string, { metadata }: Broker) {
  const credentialInfos = [...metadata.image.scramCredentials.values()]
    .filter(({ name }) => name === user)
    .map(({ mechanism, iterations }) => ({ mechanism, iterations }))
  if (credentialInfos.length > 0) return { user, errorMessage: '', credentialInfos }
  const errorMessage = `Attempt to describe a user credential that does not exist: ${user}`
  return { user, errorCode: errorCode('RESOURCE_NOT_FOUND'), errorMessage }
}
