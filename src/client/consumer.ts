// What hands out records to a caller: partitions that are read for themselves (partition-consumer.ts), or those that a
// group gives its member (group/group-consumer.ts).

import { type NamePattern, namePattern } from '../util/name-pattern.ts'
import type { Cluster } from './cluster.ts'
import type { Answer, Fetched } from './fetched.ts'
import type { IsolationLevel } from './list-offsets.ts'
import type { OffsetSpec } from './start-offset.ts'

/** Records of some partitions; done() gives their memory back. */
export type Piece = Pick<Answer, 'partitions' | 'done'>

export interface Consumer {
  /** The next piece, when there is one; null when the reading has ended. Throws what ends it before its time. */
  next(): Promise<Piece | null>
  /** Tells that the records of `fetched` are used, or those before `next`. */
  passed(fetched: Fetched, next?: number): void
  /** Reads a partition no further; pieces that are here already may still hold records of it. Not for a group's member. */
  giveUp?(fetched: Fetched): void
  /** Ends the reading: next() resolves to null. */
  stop(): void
  /** After the last next(): finishes what is to be told to the cluster. */
  close(): Promise<void>
}

export interface ReadOptions {
  /** Where to begin in a partition; a group begins there where it has committed nothing. */
  start: OffsetSpec
  /** Where to end in each partition (exclusive). */
  until?: OffsetSpec | undefined
  /** End where a partition ends when its reading begins. */
  exitEof?: boolean
  isolation: IsolationLevel
}

/** Topics that are there by name, and those that patterns choose; the latter come and go. */
export interface TopicChoice {
  names: readonly string[]
  patterns: readonly NamePattern[]
}

/** Names, globs and regular expressions as arguments give them. */
export function topicChoice(texts: readonly string[]): TopicChoice {
  const all = texts.map(namePattern)
  return {
    names: [...new Set(all.filter(({ literal }) => literal).map(({ text }) => text))],
    patterns: all.filter(({ literal }) => !literal),
  }
}

/** The topics that are chosen now. A pattern chooses no internal ones. */
export async function chosenTopics(cluster: Cluster, { names, patterns }: TopicChoice): Promise<string[]> {
  if (patterns.length === 0) return [...names]
  const all = await cluster.allTopics()
  const chosen = all.filter(({ name, internal }) => !internal && patterns.some((pattern) => pattern.matches(name)))
  return [...new Set([...names, ...chosen.map(({ name }) => name)])]
}
