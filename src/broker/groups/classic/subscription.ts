// What a consumer says in the classic protocol of the topics that it wants.

import { Reader } from '../../../protocol/reader.ts'
import { consumerProtocolSubscription } from '../../../protocol/stored/data.ts'

/** Undefined for bytes that can't be read. */
export function subscribedTopics(metadata: Buffer): readonly string[] | undefined {
  try {
    const reader = new Reader(metadata)
    const { versions } = consumerProtocolSubscription.schema
    return consumerProtocolSubscription.read(reader, Math.min(reader.int16(), versions[1])).topics
  } catch {
    return undefined
  }
}
