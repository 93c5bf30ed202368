// The regular expressions that members give instead of topic names: the topics that they stand for are found aside, in
// small pieces of time, when an expression is new, when topics have come, and now and then; groups note the outcome as
// records. (Kafka: maybeUpdateRegularExpressions, TopicRegexResolver.)

import { setImmediate } from 'node:timers/promises'
import { ApiError } from '../../api-error.ts'
import type { Client } from '../group.ts'
import type { GroupRecord } from '../records.ts'
import type { ConsumerGroupContext } from './context.ts'
import type { ConsumerGroup, ResolvedExpression } from './group.ts'
import { type ConsumerMember, expressionOf, sameNames } from './member.ts'
import { epochRecord, expressionRecord, expressionTombstone } from './records.ts'
import { Regex } from './regex/regex.ts'
import { RegexError } from './regex/syntax.ts'
import { expressionsWithout, topicsOfAll } from './subscriptions.ts'

/** A group's expressions are resolved no more often. */
const LEAST_INTERVAL_MS = 10_000
/** How long other work may have to wait. */
const SLICE_MS = 5

const NEVER = { version: 0, timestamp: Number.NEGATIVE_INFINITY }

export class Expressions {
  private readonly context: ConsumerGroupContext
  /** Groups whose expressions are being resolved. */
  private readonly running = new Set<string>()

  constructor(context: ConsumerGroupContext) {
    this.context = context
  }

  /** Takes in a member's expression. Throws INVALID_REGULAR_EXPRESSION. */
  update(
    group: ConsumerGroup,
    before: ConsumerMember,
    after: ConsumerMember,
    records: GroupRecord[],
    client?: Client,
  ): { isChanged: boolean; isResolved: boolean } {
    const [old, now] = [expressionOf(before), expressionOf(after)]
    const isChanged = before.expression !== after.expression
    let isResolved = false
    let isDue = false
    if (isChanged) {
      if (old !== undefined && group.expressions.get(old) === 1) records.push(expressionTombstone(group.id, old))
      if (now === undefined) isResolved = old !== undefined
      else if (group.expressions.has(now)) isResolved = group.resolved.has(now)
      else {
        check(now)
        isDue = true
      }
    }
    if (isDue || group.expressions.size > 0) this.refresh(group, [old, now], isDue, client)
    return { isChanged, isResolved }
  }

  /** The records that forget what only these members wanted. */
  tombstonesWithout(group: ConsumerGroup, leaving: readonly ConsumerMember[]) {
    return expressionsWithout(group, leaving).map((each) => expressionTombstone(group.id, each))
  }

  private refresh(
    group: ConsumerGroup,
    [old, now]: readonly [old: string | undefined, now: string | undefined],
    isDue: boolean,
    client: Client | undefined,
  ): void {
    const { configs, topics } = this.context
    const last: { version: number; timestamp: number } = group.resolved.values().next().value ?? NEVER
    const time = this.context.now()
    if (this.running.has(group.id) || time <= last.timestamp + LEAST_INTERVAL_MS) return
    const wanted = new Set(group.expressions.keys())
    if (old !== undefined && group.expressions.get(old) === 1) wanted.delete(old)
    if (now !== undefined) wanted.add(now)
    const interval = configs.number('group.consumer.regex.refresh.interval.ms')
    const isStale =
      wanted.size !== group.resolved.size || last.version < topics.lastCreation || time > last.timestamp + interval
    if (wanted.size > 0 && (isDue || isStale))
      this.context.quietly(() => this.resolve(group.id, [...wanted], time, client))
  }

  /** Topics that the client may not see are none of theirs. */
  private async resolve(
    groupId: string,
    expressions: readonly string[],
    timestamp: number,
    client: Client | undefined,
  ): Promise<void> {
    this.running.add(groupId)
    try {
      await setImmediate()
      const { topics } = this.context
      const { version } = topics
      const compiled = expressions.map((expression) => ({ regex: new Regex(expression), topics: new Set<string>() }))
      let begun = performance.now()
      for (const name of topics.names()) {
        const isSeen = client?.maySee?.(name) ?? true
        if (isSeen) for (const each of compiled) if (each.regex.matches(name)) each.topics.add(name)
        if (performance.now() - begun < SLICE_MS) continue
        await setImmediate()
        begun = performance.now()
      }
      await this.resolved(
        groupId,
        expressions.map((expression, i) => [expression, { topics: compiled[i].topics, version, timestamp }]),
      )
    } finally {
      this.running.delete(groupId)
    }
  }

  private resolved(
    groupId: string,
    outcome: readonly (readonly [expression: string, resolved: ResolvedExpression])[],
  ): Promise<void> | undefined {
    const group = this.context.find(groupId)
    if (group === undefined) return undefined
    const records: GroupRecord[] = []
    const resolved = new Map(group.resolved)
    let isChanged = false
    for (const [expression, now] of outcome) {
      if (!group.expressions.has(expression)) continue
      const before = group.resolved.get(expression)
      if (!sameNames(before?.topics ?? new Set(), now.topics)) isChanged = true
      resolved.set(expression, now)
      records.push(expressionRecord(groupId, expression, now))
    }
    const hash = this.context.topics.hashOf(topicsOfAll(group.members.values(), resolved))
    if (isChanged || hash !== group.metadataHash) records.push(epochRecord(groupId, group.epoch + 1, hash))
    return this.context.write(groupId, records)
  }
}

function check(expression: string): void {
  try {
    new Regex(expression)
  } catch (error) {
    if (!(error instanceof RegexError)) throw error
    throw new ApiError(
      'INVALID_REGULAR_EXPRESSION',
      `SubscribedTopicRegex \`${expression}\` is not a valid regular expression: ${error.message}.`,
    )
  }
}
