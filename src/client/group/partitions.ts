// Sets of partitions, as groups pass them around: by name, by topic, as text.

import type { PartitionName } from '../start-offset.ts'

export type { PartitionName } from '../start-offset.ts'

/** A name for maps and sets; topics hold no colon. */
export function keyOf({ topic, partition }: PartitionName): string {
  return `${topic}:${partition}`
}

/** Those of `from` that are not in `others`. */
export function minus<P extends PartitionName>(from: readonly P[], others: readonly PartitionName[]): P[] {
  const keys = new Set(others.map(keyOf))
  return from.filter((partition) => !keys.has(keyOf(partition)))
}

/** Topics in order, with their partitions in order. */
export function byTopic(partitions: readonly PartitionName[]): Map<string, number[]> {
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    const numbers = topics.get(topic)
    if (numbers === undefined) topics.set(topic, [partition])
    else numbers.push(partition)
  }
  for (const numbers of topics.values()) numbers.sort((a, b) => a - b)
  return new Map([...topics].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** `orders 0-3,7; payments 1` */
export function describe(partitions: readonly PartitionName[]): string {
  if (partitions.length === 0) return 'no partitions'
  return [...byTopic(partitions)].map(([topic, numbers]) => `${topic} ${ranges(numbers)}`).join('; ')
}

function ranges(numbers: readonly number[]): string {
  const parts: string[] = []
  for (let i = 0; i < numbers.length; i++) {
    const first = numbers[i]
    while (numbers[i + 1] === numbers[i] + 1) i++
    parts.push(numbers[i] === first ? `${first}` : `${first}-${numbers[i]}`)
  }
  return parts.join(',')
}
