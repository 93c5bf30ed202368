// What members are subscribed to, by name and by expression.

import type { ConsumerGroup, ResolvedExpression } from './group.ts'
import { type ConsumerMember, expressionOf } from './member.ts'

type Resolved = ReadonlyMap<string, ResolvedExpression>

/** Names of the topics that a member wants, whether they are there or not. */
export function topicsOf(member: ConsumerMember, resolved: Resolved): ReadonlySet<string> {
  const expression = expressionOf(member)
  const more = expression === undefined ? undefined : resolved.get(expression)?.topics
  if (more === undefined || more.size === 0) return member.topicNames
  return member.topicNames.size === 0 ? more : new Set([...member.topicNames, ...more])
}

/** Names of the topics that any of these members wants. */
export function topicsOfAll(members: Iterable<ConsumerMember>, resolved: Resolved): Set<string> {
  const names = new Set<string>()
  for (const member of members) for (const name of topicsOf(member, resolved)) names.add(name)
  return names
}

/** Whether all members want the same: the same names, or the same expression alone. */
export function isHomogeneous(members: readonly ConsumerMember[], resolved: Resolved): boolean {
  const first = members[0]
  const expression = expressionOf(first)
  for (const member of members) if (expressionOf(member) !== expression) return false
  if (expression !== undefined) return members.every(({ topicNames }) => topicNames.size === 0)
  const wanted = topicsOf(first, resolved)
  return members.every(
    ({ topicNames }) => topicNames.size === wanted.size && [...topicNames].every((n) => wanted.has(n)),
  )
}

/** Resolved expressions that the group has without those that nobody has any more once these members are gone. */
export function expressionsLeft(group: ConsumerGroup, leaving: readonly ConsumerMember[]): Resolved {
  const gone = expressionsWithout(group, leaving)
  return new Map([...group.resolved].filter(([expression]) => !gone.includes(expression)))
}

/** Expressions that only these members have. */
export function expressionsWithout(group: ConsumerGroup, leaving: readonly ConsumerMember[]): string[] {
  const counts = new Map<string, number>()
  for (const member of leaving) {
    const expression = expressionOf(member)
    if (expression !== undefined) counts.set(expression, (counts.get(expression) ?? 0) + 1)
  }
  return [...counts].filter(([expression, count]) => group.expressions.get(expression) === count).map(([each]) => each)
}
