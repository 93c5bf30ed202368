// Features (KIP-584): what a fresh directory finalizes, and what this broker shows of it. The directory gets the levels that
// Kafka 4.3's own `format` writes, so that a Kafka started on it later has them; clients are shown only what ktool does.

import type { MetadataImage, MetadataRecord } from './metadata-image.ts'
import { RecordType, ResourceType } from './metadata-image.ts'

export interface Feature {
  readonly name: string
  readonly min: number
  readonly max: number
}

/** The features that this broker has. */
export const FEATURES: readonly Feature[] = [
  { name: 'eligible.leader.replicas.version', min: 0, max: 1 },
  { name: 'kraft.version', min: 0, max: 1 },
  { name: 'metadata.version', min: 7, max: 30 },
]

/** The level that clients are shown; 0 where the feature is off. */
export function finalizedLevel(image: MetadataImage, name: string): number {
  const feature = FEATURES.find((each) => each.name === name)
  return Math.min(image.features.get(name) ?? 0, feature?.max ?? 0)
}

const FORMAT: readonly (readonly [name: string, level: number])[] = [
  ['metadata.version', 30],
  ['eligible.leader.replicas.version', 1],
  ['group.version', 1],
  ['share.version', 1],
  ['streams.version', 1],
  ['transaction.version', 2],
]

/** The first records of a fresh directory: Kafka's own. */
export function bootstrapRecords(): MetadataRecord[] {
  const minInSync = { resourceType: ResourceType.broker, resourceName: '', name: 'min.insync.replicas', value: '1' }
  return [
    ...FORMAT.map(([name, featureLevel]) => ({
      type: RecordType.featureLevel,
      version: 0,
      value: { name, featureLevel },
    })),
    { type: RecordType.config, version: 0, value: minInSync },
  ]
}
