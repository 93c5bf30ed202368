// Features of the cluster (KIP-584): the levels that a broker supports, and those that the cluster has agreed on.

import type { Cluster } from '../cluster.ts'

export interface Feature {
  name: string
  supportedMin: number | null
  supportedMax: number | null
  /** 0 where the feature is off. */
  finalized: number
}

export interface Features {
  /** Counts the changes; null where nothing was ever agreed on. */
  epoch: number | null
  features: Feature[]
}

export async function describeFeatures(cluster: Cluster): Promise<Features> {
  const answer = await (await cluster.any()).apiVersions()
  const supported = new Map(answer.supportedFeatures.map((row) => [row.name, row]))
  const finalized = new Map(answer.finalizedFeatures.map((row) => [row.name, row.maxVersionLevel]))
  const names = [...new Set([...supported.keys(), ...finalized.keys()])].sort()
  return {
    epoch: answer.finalizedFeaturesEpoch < 0 ? null : answer.finalizedFeaturesEpoch,
    features: names.map((name) => ({
      name,
      supportedMin: supported.get(name)?.minVersion ?? null,
      supportedMax: supported.get(name)?.maxVersion ?? null,
      finalized: finalized.get(name) ?? 0,
    })),
  }
}

/** The first level of metadata.version that is known, and the names of it and those after it (Kafka: MetadataVersion). */
const FIRST_LEVEL = 7
const RELEASES = (
  '3.3-IV3 3.4-IV0 3.5-IV0 3.5-IV1 3.5-IV2 3.6-IV0 3.6-IV1 3.6-IV2 3.7-IV0 3.7-IV1 3.7-IV2 3.7-IV3 3.7-IV4 3.8-IV0 ' +
  '3.9-IV0 4.0-IV0 4.0-IV1 4.0-IV2 4.0-IV3 4.1-IV0 4.1-IV1 4.2-IV0 4.2-IV1 4.3-IV0 4.4-IV0'
).split(' ')

/** How Kafka's tools write a level: metadata.version by release, the others as the number. */
export function levelText(feature: string, level: number | null): string | null {
  if (level === null) return null
  return (feature === 'metadata.version' ? RELEASES[level - FIRST_LEVEL] : undefined) ?? String(level)
}
