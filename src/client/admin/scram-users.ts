// Users with SCRAM credentials (KIP-554). The password itself never leaves this program: the brokers get what is made of it.

import { randomBytes } from 'node:crypto'
import { KtoolError } from '../../errors.ts'
import { type Hash, saltedPassword } from '../../net/sasl/scram.ts'
import { DescribeUserScramCredentials } from '../../protocol/apis/50-describe-user-scram-credentials.ts'
import { AlterUserScramCredentials } from '../../protocol/apis/51-alter-user-scram-credentials.ts'
import { check, errorCode as codeOf, KafkaError } from '../../protocol/errors.ts'
import type { Cluster } from '../cluster.ts'
import { retry } from '../retry.ts'
import { atController } from './at-controller.ts'

const NUMBERS = { 'SCRAM-SHA-256': 1, 'SCRAM-SHA-512': 2 } as const

export type ScramMechanism = keyof typeof NUMBERS

export const scramMechanisms = Object.keys(NUMBERS) as ScramMechanism[]

const HASHES: Readonly<Record<ScramMechanism, Hash>> = {
  'SCRAM-SHA-256': { name: 'sha256', bytes: 32 },
  'SCRAM-SHA-512': { name: 'sha512', bytes: 64 },
}

export interface ScramUser {
  user: string
  /** By mechanism. */
  credentials: { mechanism: string; iterations: number }[]
}

/** The users that have credentials, by name. */
export async function listScramUsers(cluster: Cluster): Promise<ScramUser[]> {
  const { results } = await retry(cluster.options, async () => {
    const broker = await cluster.any()
    // Null stands for all too, but where it has to refuse that Kafka does not answer at all.
    const answer = await broker.request(DescribeUserScramCredentials, { users: [] })
    check(answer.errorCode, 'users', answer.errorMessage)
    return answer
  })
  const users = results.map(({ user, credentialInfos }) => ({
    user,
    credentials: credentialInfos.map(({ mechanism, iterations }) => ({ mechanism: nameOf(mechanism), iterations })),
  }))
  for (const { credentials } of users) credentials.sort((a, b) => (a.mechanism < b.mechanism ? -1 : 1))
  return users.sort((a, b) => (a.user < b.user ? -1 : 1))
}

export interface NewCredential {
  mechanism: ScramMechanism
  iterations: number
}

/**
 * Gives a user credentials for a password, and replaces those there were. One after the other: brokers take no two changes of
 * a user at once. Throws a KafkaError.
 */
export async function setScramUser(
  cluster: Cluster,
  name: string,
  password: string,
  credentials: readonly NewCredential[],
): Promise<void> {
  for (const { mechanism, iterations } of credentials) {
    const salt = randomBytes(24)
    const salted = await saltedPassword(HASHES[mechanism], password, salt, iterations)
    const upsertion = { name, mechanism: NUMBERS[mechanism], iterations, salt, saltedPassword: salted }
    const [error] = await alter(cluster, { deletions: [], upsertions: [upsertion] }, [name])
    if (error !== null) throw error
  }
}

/** Takes credentials away, one after the other of each user. What is wrong with each user, in the order given. */
export async function deleteScramUsers(
  cluster: Cluster,
  users: readonly { user: string; mechanisms: readonly string[] }[],
): Promise<(KtoolError | null)[]> {
  const errors: (KtoolError | null)[] = users.map(() => null)
  const most = Math.max(0, ...users.map(({ mechanisms }) => mechanisms.length))
  for (let round = 0; round < most; round++) {
    const concerned = users.filter(({ mechanisms }, index) => round < mechanisms.length && errors[index] === null)
    const deletions = concerned.map(({ user, mechanisms }) => ({
      name: user,
      mechanism: NUMBERS[mechanisms[round] as ScramMechanism] ?? 0,
    }))
    const names = concerned.map(({ user }) => user)
    const results = await alter(cluster, { deletions, upsertions: [] }, names)
    for (const [index, error] of results.entries()) errors[users.indexOf(concerned[index])] = error
  }
  return errors
}

async function alter(
  cluster: Cluster,
  request: Parameters<typeof AlterUserScramCredentials.request.write>[1],
  names: readonly string[],
): Promise<(KtoolError | null)[]> {
  const { results } = await atController(cluster, (broker) => broker.request(AlterUserScramCredentials, request))
  return names.map((name) => {
    const result = results.find(({ user }) => user === name)
    if (result === undefined) return new KtoolError(`the broker said nothing of user ${name}`)
    if (result.errorCode === 0) return null
    const isOld = result.errorCode === codeOf('UNSUPPORTED_VERSION')
    const hint = isOld ? 'the cluster has to have metadata.version 3.5 or later' : undefined
    return new KafkaError(result.errorCode, `user ${name}`, result.errorMessage, { hint })
  })
}

function nameOf(mechanism: number): string {
  return scramMechanisms.find((name) => NUMBERS[name] === mechanism) ?? `MECHANISM-${mechanism}`
}
