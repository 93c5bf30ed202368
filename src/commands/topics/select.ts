// Topics by the names and patterns of an argument list.

import type { TopicSummary } from '../../client/admin.ts'
import type { Client } from '../../client/client.ts'
import { UnknownTopicError } from '../../client/cluster.ts'
import { KtoolError } from '../../errors.ts'
import { type NamePattern, namePattern, selectByName } from '../../util/name-pattern.ts'
import { nearest } from '../../util/nearest.ts'

export interface SelectedTopics {
  topics: TopicSummary[]
  /** One for each argument that chose nothing. */
  errors: KtoolError[]
  byPattern: boolean
}

/**
 * The topics that the arguments choose; without arguments all. A pattern chooses internal topics only where `internal`
 * is set, a name always.
 */
export async function selectTopics(
  client: Client,
  names: readonly string[],
  { internal }: { internal: boolean },
): Promise<SelectedTopics> {
  const all = await client.admin.listTopics()
  const offered = internal ? all : all.filter((topic) => !topic.internal || names.includes(topic.name))
  const { items, unmatched, byPattern } = selectByName(offered, names.map(namePattern))
  return { topics: items, errors: unmatched.map((pattern) => nothingMatches(pattern, all)), byPattern }
}

function nothingMatches({ text, literal }: NamePattern, all: readonly TopicSummary[]): KtoolError {
  if (!literal) return new KtoolError(`no topic matches ${text}`, { hint: '`ktool topics list` shows all' })
  const names = all.filter((topic) => !topic.internal).map((topic) => topic.name)
  return new UnknownTopicError(text, nearest(text, names))
}
