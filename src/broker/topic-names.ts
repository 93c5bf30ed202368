// Rules for topic names (Kafka: org.apache.kafka.common.internals.Topic).

export const GROUP_METADATA_TOPIC = '__consumer_offsets'
export const TRANSACTION_STATE_TOPIC = '__transaction_state'
export const SHARE_GROUP_STATE_TOPIC = '__share_group_state'
export const CLUSTER_METADATA_TOPIC = '__cluster_metadata'

const MAX_LENGTH = 249
const LEGAL = /^[a-zA-Z0-9._-]+$/
const INTERNAL: ReadonlySet<string> = new Set([GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC, SHARE_GROUP_STATE_TOPIC])

/** What is wrong with a name, in Kafka's words; undefined where nothing is. */
export function topicNameProblem(name: string): string | undefined {
  const problem = problemOf(name)
  return problem === undefined ? undefined : `Topic name is invalid: ${problem}`
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'the empty string is not allowed'
  if (name === '.' || name === '..') return `'${name}' is not allowed`
  if (name.length > MAX_LENGTH) return `the length of '${name}' is longer than the max allowed length ${MAX_LENGTH}`
  if (!LEGAL.test(name)) {
    return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
  }
  return undefined
}

/** Topics that Kafka itself writes. */
export function isInternalTopic(name: string): boolean {
  return INTERNAL.has(name)
}

/** Names that give the same metric name collide: '.' and '_' count as one. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_')
}
