// What groups know of topics: names, ids, partitions and racks, and the hash by which they see that something has changed
// (Kafka: Utils.computeTopicHash, ModernGroup.computeMetadataHash).

import { xxh3 } from '../../../util/xxh3.ts'
import type { MetadataImage, TopicImage } from '../../metadata-image.ts'

export interface TopicsOptions {
  image: MetadataImage
  /** The offset of the last metadata record. */
  version(): number
  /** Of this broker, which has all partitions; null without one. */
  rack(): string | null
}

const MAGIC = 0

export class Topics {
  private readonly options: TopicsOptions
  private readonly hashes = new Map<string, { id: string; partitions: number; rack: string | null; hash: bigint }>()
  /** The version in which the last topic was created, as far as this coordinator has seen it. */
  lastCreation = 0

  constructor(options: TopicsOptions) {
    this.options = options
  }

  get version(): number {
    return this.options.version()
  }

  named(name: string): TopicImage | undefined {
    return this.options.image.topics.get(name)
  }

  withId(id: string): TopicImage | undefined {
    return this.options.image.topicsById.get(id)
  }

  names(): string[] {
    return [...this.options.image.topics.keys()]
  }

  partitionCount(id: string): number {
    return this.withId(id)?.partitions.length ?? 0
  }

  /** Ids of those that are there. */
  idsOf(names: Iterable<string>): Set<string> {
    const ids = new Set<string>()
    for (const name of names) {
      const topic = this.named(name)
      if (topic !== undefined) ids.add(topic.id)
    }
    return ids
  }

  /** Of the topics of these names that are there. */
  hashOf(names: Iterable<string>): bigint {
    const there = [...new Set(names)].filter((name) => this.named(name) !== undefined).sort()
    if (there.length === 0) return 0n
    const bytes = Buffer.allocUnsafe(8 * there.length)
    for (const [i, name] of there.entries())
      bytes.writeBigInt64LE(this.topicHash(this.named(name) as TopicImage), 8 * i)
    return xxh3(bytes)
  }

  topicGone(name: string): void {
    this.hashes.delete(name)
  }

  private topicHash({ name, id, partitions: { length: partitions } }: TopicImage): bigint {
    const rack = this.options.rack()
    const known = this.hashes.get(name)
    if (known?.id === id && known.partitions === partitions && known.rack === rack) return known.hash
    const hash = topicHash({ name, id, partitions, rack })
    this.hashes.set(name, { id, partitions, rack, hash })
    return hash
  }
}

/** Numbers are little-endian, texts UTF-16 with their length after them. */
export function topicHash(topic: { name: string; id: string; partitions: number; rack: string | null }): bigint {
  const id = Buffer.from(topic.id, 'base64url')
  const rack = topic.rack === null ? [] : [int32(topic.rack.length), text(topic.rack)]
  const partitions = Array.from({ length: topic.partitions }, (_, partition) => [int32(partition), ...rack])
  const halves = [id.subarray(0, 8).reverse(), id.subarray(8).reverse()]
  const parts = [Buffer.of(MAGIC), ...halves, text(topic.name), int32(topic.partitions), ...partitions.flat()]
  return xxh3(Buffer.concat(parts))
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32LE(value)
  return bytes
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from(value, 'utf16le'), int32(value.length)])
}
