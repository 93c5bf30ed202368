// The id of a broker as a user types it. One that is not there is an error at once, not something to wait for.

import { KtoolError, UsageError } from '../../errors.ts'
import type { Cluster } from '../cluster.ts'

/** Throws a UsageError for what is no id, and a KtoolError where no such broker answers for the cluster. */
export async function knownBroker(cluster: Cluster, text: string): Promise<number> {
  if (!/^\d{1,10}$/.test(text)) throw new UsageError(`'${text}' is not the id of a broker`)
  const ids = (await cluster.allBrokers()).map(({ id }) => id)
  if (ids.includes(Number(text))) return Number(text)
  throw new KtoolError(`there is no broker ${text}, or it is down`, { hint: `the brokers are ${ids.join(', ')}` })
}
