// Changes of the quorum's voters (KIP-853), as a Kafka with static voters (`controller.quorum.voters`, kraft.version 0) answers
// them: what can't be right is refused first, and then all else.

import { ApiError } from './api-error.ts'
import type { Broker } from './broker.ts'

const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA'

export interface Voter {
  readonly clusterId: string | null
  readonly voterId: number
  readonly voterDirectoryId: string
}

/** Throws an ApiError unless it is a voter of this cluster that is meant. */
export function checkVoter({ clusterId, voterId, voterDirectoryId }: Voter, broker: Broker, what: string): void {
  if (clusterId !== null && clusterId !== broker.clusterId) {
    const problem = `The given id "${clusterId}" doesn't match the cluster id "${broker.clusterId}"`
    throw new ApiError('INCONSISTENT_CLUSTER_ID', problem)
  }
  if (voterId >= 0 && voterDirectoryId !== ZERO_UUID) return
  throw new ApiError('INVALID_REQUEST', `${what} voter request didn't include a valid voter`)
}

/** Throws UNSUPPORTED_VERSION. */
export function refuseChange(doing: string): never {
  const problem = `Cluster doesn't support ${doing} voter because the kraft.version feature is 0`
  throw new ApiError('UNSUPPORTED_VERSION', problem)
}
