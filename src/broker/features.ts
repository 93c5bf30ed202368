// Features (KIP-584): what a fresh directory finalizes, and what this broker shows of it. The directory gets the levels that
// Kafka 4.3's own `format` writes, so that a Kafka started on it later has them; clients are shown only what ktool does.

import { ApiError } from './api-error.ts'
import type { BrokerConfigs } from './configs/broker-configs.ts'
import type { MetadataImage, MetadataRecord } from './metadata-image.ts'
import { RecordType, ResourceType } from './metadata-image.ts'
import type { MetadataLog } from './metadata-log.ts'

export interface Feature {
  readonly name: string
  readonly min: number
  readonly max: number
}

/** The features that this broker has. */
export const FEATURES: readonly Feature[] = [
  { name: 'eligible.leader.replicas.version', min: 0, max: 1 },
  { name: 'group.version', min: 0, max: 1 },
  { name: 'kraft.version', min: 0, max: 1 },
  { name: 'metadata.version', min: 7, max: 30 },
  { name: 'transaction.version', min: 0, max: 2 },
]

/** The level that clients are shown; 0 where the feature is off. */
export function finalizedLevel(image: MetadataImage, name: string): number {
  const feature = FEATURES.find((each) => each.name === name)
  const level = name === 'kraft.version' ? image.kraftVersion : (image.features.get(name) ?? 0)
  return Math.min(level, feature?.max ?? 0)
}

/** Whether there are groups of the consumer protocol (KIP-848). */
export function hasConsumerGroups({ configs, metadata }: { configs: BrokerConfigs; metadata: MetadataLog }): boolean {
  const protocols = (configs.get('group.coordinator.rebalance.protocols') ?? '').split(',')
  return protocols.includes('consumer') && finalizedLevel(metadata.image, 'group.version') >= 1
}

/** All that Kafka 4.3 has: what may be finalized for it. */
const KNOWN: readonly Feature[] = [
  ...FEATURES,
  { name: 'share.version', min: 0, max: 1 },
  { name: 'streams.version', min: 0, max: 1 },
]

const UpgradeType = { upgrade: 1, safeDowngrade: 2, unsafeDowngrade: 3 } as const

/** Throws an ApiError, in the words of Kafka's controller, unless the feature may be finalized at this level. */
export function checkFeatureUpdate(
  image: MetadataImage,
  {
    feature: name,
    maxVersionLevel: level,
    upgradeType,
  }: { feature: string; maxVersionLevel: number; upgradeType: number },
  nodeId: number,
): void {
  const invalid = (problem: string) =>
    new ApiError('INVALID_UPDATE_VERSION', `Invalid update version ${level} for feature ${name}. ${problem}`)
  if (upgradeType < UpgradeType.upgrade || upgradeType > UpgradeType.unsafeDowngrade) {
    throw invalid('The controller does not support the given upgrade type.')
  }
  if (level < 0) throw invalid('A feature version cannot be less than 0.')
  const known = KNOWN.find((each) => each.name === name)
  if (known === undefined) throw invalid(`Local controller ${nodeId} does not support this feature.`)
  if (level !== 0 && (level < known.min || level > known.max)) {
    throw invalid(`Local controller ${nodeId} only supports versions ${known.min}-${known.max}`)
  }
  const current = image.features.get(name) ?? 0
  if (level >= current) return
  if (upgradeType === UpgradeType.upgrade) {
    throw invalid(
      "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.",
    )
  }
  if (name !== METADATA_VERSION) return
  const refusal =
    upgradeType === UpgradeType.safeDowngrade
      ? 'Refusing to perform the requested downgrade because it might delete metadata information.'
      : 'Unsafe metadata downgrade is not supported in this version.'
  throw new ApiError(
    'INVALID_UPDATE_VERSION',
    `Unsupported metadata.version downgrade from ${current} to ${level}. ${refusal}`,
  )
}

const METADATA_VERSION = 'metadata.version'

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
