// `orders` or `orders:0,2-5`: a topic with all of its partitions or some, as options and arguments take it.

import { UsageError } from '../errors.ts'
import { parseIntegerList } from './numbers.ts'

export interface TopicPartitions {
  topic: string
  /** Null for all. */
  partitions: number[] | null
}

/** Throws a UsageError. */
export function parseTopicPartitions(text: string): TopicPartitions {
  const at = text.indexOf(':')
  const topic = at < 0 ? text : text.slice(0, at)
  if (topic === '') throw new UsageError(`'${text}' names no topic`, { hint: 'write it as orders or orders:0,2-5' })
  return { topic, partitions: at < 0 ? null : parseIntegerList(text.slice(at + 1)) }
}
