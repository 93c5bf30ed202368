// The same question to several brokers at once. One that does not answer is an error in the map and the others stand.

import { KtoolError } from '../../errors.ts'
import type { Broker } from '../broker.ts'
import type { Cluster } from '../cluster.ts'
import { retry } from '../retry.ts'

/** Answers by broker id, of all brokers or those named. With `once` nothing is tried again. */
export async function eachBroker<Answer>(
  cluster: Cluster,
  ask: (broker: Broker) => Promise<Answer>,
  { ids, once = false }: { ids?: readonly number[]; once?: boolean } = {},
): Promise<Map<number, Answer | KtoolError>> {
  const wanted = ids ?? (await cluster.allBrokers()).map(({ id }) => id)
  const answers = await Promise.all(
    wanted.map(async (id): Promise<[number, Answer | KtoolError]> => {
      try {
        const attempt = async () => ask(await cluster.broker(id))
        return [id, await (once ? attempt() : retry(cluster.options, attempt))]
      } catch (error) {
        if (error instanceof KtoolError) return [id, error]
        throw error
      }
    }),
  )
  return new Map(answers)
}
