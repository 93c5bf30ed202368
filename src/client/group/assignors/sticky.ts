// Even shares, and as few partitions change hands as that allows; members give up everything while they join, and tell in
// their user data what they had (Kafka's StickyAssignor):
//
//   previous assignment: array of (topic string, partitions array of int32) | generation int32 (not in the first version)

import { ProtocolError } from '../../../protocol/errors.ts'
import { Reader } from '../../../protocol/reader.ts'
import { Writer } from '../../../protocol/writer.ts'
import { byTopic, type PartitionName } from '../partitions.ts'
import type { Assignor } from './assignor.ts'
import { balance, type Claim } from './balance.ts'

export const sticky: Assignor = {
  name: 'sticky',
  cooperative: false,

  userData(owned: readonly PartitionName[], generation: number): Buffer | null {
    if (owned.length === 0) return null
    const writer = new Writer()
    const topics = byTopic(owned)
    writer.arrayLength(topics.size)
    for (const [topic, partitions] of topics) {
      writer.string(topic)
      writer.arrayLength(partitions.length)
      for (const partition of partitions) writer.int32(partition)
    }
    writer.int32(generation)
    return writer.concat()
  },

  assign: (members, topics) => balance(members, topics, ({ userData }) => previous(userData)),
}

/** User data that can't be read is as good as none. */
function previous(userData: Buffer | null): Claim {
  const nothing: Claim = { partitions: [], generation: -1 }
  if (userData === null || userData.length === 0) return nothing
  try {
    const reader = new Reader(userData)
    const partitions: PartitionName[] = []
    for (let topics = reader.arrayLength(6); topics > 0; topics--) {
      const topic = reader.string()
      for (let count = reader.arrayLength(4); count > 0; count--) partitions.push({ topic, partition: reader.int32() })
    }
    return { partitions, generation: reader.end - reader.position >= 4 ? reader.int32() : -1 }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return nothing
  }
}
