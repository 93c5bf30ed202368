// Topics by the names and patterns of an argument list.

import type { TopicSummary } from '../../client/admin/topics.ts'
import type { Client } from '../../client/client.ts'
import { UnknownTopicError } from '../../client/cluster.ts'
import { KtoolError } from '../../errors.ts'
import { errorCode, KafkaError } from '../../protocol/errors.ts'
import { type NamePattern, namePattern, selectByName } from '../../util/name-pattern.ts'
import { nearest } from '../../util/nearest.ts'

const DENIED = errorCode('TOPIC_AUTHORIZATION_FAILED')

export interface SelectedTopics {
  topics: TopicSummary[]
  /** One for each argument that chose nothing. */
  errors: KtoolError[]
  byPattern: boolean
}

/**
 * The topics that the arguments choose; without arguments all. A pattern, or no argument, chooses internal topics only
 * where `internal` is set, a name always.
 */
export async function selectTopics(
  client: Client,
  names: readonly string[],
  { internal }: { internal: boolean },
): Promise<SelectedTopics> {
  const all = await client.admin.listTopics()
  const offered = internal ? all : all.filter((topic) => !topic.internal || names.includes(topic.name))
  const { items, unmatched, byPattern } = selectByName(offered, names.map(namePattern))
  const denied = await deniedTopics(client, unmatched)
  const errors = unmatched.map((pattern) => denied.get(pattern.text) ?? nothingMatches(pattern, all))
  return { topics: items, errors, byPattern }
}

/** Of the names that are not in the list those that the user may not see, with the error. */
export async function deniedTopics(
  { cluster }: Client,
  unmatched: readonly NamePattern[],
): Promise<Map<string, KafkaError>> {
  const names = unmatched.filter(({ literal }) => literal).map(({ text }) => text)
  if (names.length === 0) return new Map()
  const { topics } = await cluster.fetchMetadata(names)
  return new Map(
    topics.flatMap(({ name, errorCode }) =>
      name !== null && errorCode === DENIED ? [[name, new KafkaError(errorCode, `topic ${name}`)]] : [],
    ),
  )
}

/** As many names as a question lists. */
const NAMES_SHOWN = 10

/** `topic a` or `3 topics a, b, c`, as questions name what was chosen. */
export function topicsText(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN
  const list = names.slice(0, NAMES_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '')
  return `${names.length === 1 ? 'topic' : `${names.length} topics`} ${list}`
}

/** Why a name or pattern chose nothing of all topics. */
export function nothingMatches(
  pattern: NamePattern,
  all: readonly Pick<TopicSummary, 'name' | 'internal'>[],
): KtoolError {
  const { text, literal } = pattern
  if (!literal) {
    const onlyInternal = all.some(({ name }) => pattern.matches(name))
    const hint = onlyInternal ? 'it matches internal topics; name them in full' : '`ktool topics list` shows all'
    return new KtoolError(`no topic matches ${text}`, { hint })
  }
  const names = all.filter((topic) => !topic.internal).map((topic) => topic.name)
  return new UnknownTopicError(text, nearest(text, names), false)
}
