// The assignors, by the names that Java and librdkafka know them by.

import { UsageError } from '../../../errors.ts'
import type { Assignor } from './assignor.ts'
import { cooperativeSticky } from './cooperative-sticky.ts'
import { range } from './range.ts'
import { roundRobin } from './round-robin.ts'
import { sticky } from './sticky.ts'

export const assignors: readonly Assignor[] = [range, roundRobin, cooperativeSticky, sticky]

/** Kafka's class names stand for the assignors too: a client.properties may hold them. */
const classNames: Record<string, string> = {
  'org.apache.kafka.clients.consumer.RangeAssignor': range.name,
  'org.apache.kafka.clients.consumer.RoundRobinAssignor': roundRobin.name,
  'org.apache.kafka.clients.consumer.CooperativeStickyAssignor': cooperativeSticky.name,
  'org.apache.kafka.clients.consumer.StickyAssignor': sticky.name,
}

/** Throws a UsageError for a name that is not known. */
export function assignorsByName(names: readonly string[]): Assignor[] {
  const found = names.map((text) => {
    const name = classNames[text] ?? text
    const assignor = assignors.find((known) => known.name === name)
    if (assignor !== undefined) return assignor
    throw new UsageError(`there is no assignor '${text}'`, {
      hint: `assignors are ${assignors.map((known) => known.name).join(', ')}`,
    })
  })
  if (found.length === 0) throw new UsageError('a member of a group needs an assignor')
  return [...new Set(found)]
}
