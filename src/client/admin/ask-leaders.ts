// A question about partitions, to their leaders at once, and again where a leader has moved. A partition that fails is an
// error in the map and the others stand.

import { KtoolError, TimeoutError, UnreachableError } from '../../errors.ts'
import { KafkaError } from '../../protocol/errors.ts'
import type { Broker } from '../broker.ts'
import type { Cluster } from '../cluster.ts'
import { keyOf, type PartitionName } from '../group/partitions.ts'
import { isRetriable, retry } from '../retry.ts'

/** What one leader says of its partitions, by keyOf(). */
export type LeaderAnswers<Answer> = Map<string, Answer | KtoolError>

/** Answers by keyOf(partition), one for each that was asked for. */
export async function askLeaders<Answer>(
  cluster: Cluster,
  partitions: readonly PartitionName[],
  ask: (leader: Broker, partitions: readonly PartitionName[]) => Promise<LeaderAnswers<Answer>>,
): Promise<LeaderAnswers<Answer>> {
  const found: LeaderAnswers<Answer> = new Map()
  const isOpen = (partition: PartitionName) => {
    const answer = found.get(keyOf(partition))
    return answer === undefined || (answer instanceof KtoolError && isRetriable(answer))
  }
  const attempt = async () => {
    const byLeader = new Map<Broker, PartitionName[]>()
    const fail = (some: readonly PartitionName[], error: unknown) => {
      if (!(error instanceof KtoolError)) throw error
      for (const partition of some) found.set(keyOf(partition), error)
    }
    for (const partition of partitions.filter(isOpen)) {
      try {
        const { broker } = await cluster.leader(partition.topic, partition.partition)
        const some = byLeader.get(broker)
        if (some === undefined) byLeader.set(broker, [partition])
        else some.push(partition)
      } catch (error) {
        // Where no metadata is to be had, there is no need to ask for that of the next partition.
        if (error instanceof UnreachableError || error instanceof TimeoutError) throw error
        fail([partition], error)
      }
    }
    await Promise.all(
      [...byLeader].map(async ([broker, some]) => {
        try {
          const answers = await ask(broker, some)
          for (const partition of some) {
            const key = keyOf(partition)
            const left = `${broker.name} left it out of its answer`
            found.set(key, answers.has(key) ? (answers.get(key) as Answer | KtoolError) : new KafkaError(-1, key, left))
          }
        } catch (error) {
          fail(some, error)
        }
      }),
    )
    const open = partitions.filter(isOpen)
    for (const { topic } of open) cluster.forget(topic)
    if (open.length > 0) throw found.get(keyOf(open[0]))
  }
  await retry(cluster.options, attempt).catch((error) => {
    // What stayed open has its error in the map, unless nobody could be asked at all.
    if (!isRetriable(error) || partitions.some((partition) => !found.has(keyOf(partition)))) throw error
  })
  return found
}
