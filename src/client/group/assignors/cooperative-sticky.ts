// Even shares, few moves, and nobody stops reading what it keeps (KIP-429, Kafka's CooperativeStickyAssignor). Members
// join with their partitions in hand. A partition that is to change hands is given to nobody at first: its member learns
// that it is no longer its own, stops reading, and joins again; only then does it go to the new one.
//
//   user data: generation int32, for leaders that know only the older subscriptions

import { keyOf } from '../partitions.ts'
import type { Assignor, GroupMember } from './assignor.ts'
import { balance, type Claim } from './balance.ts'

export const cooperativeSticky: Assignor = {
  name: 'cooperative-sticky',
  cooperative: true,

  userData(_owned, generation) {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(generation)
    return bytes
  },

  assign(members, topics) {
    const assignment = balance(members, topics, claimOf)
    const claimants = new Map<string, Set<string>>()
    for (const { id, owned } of members) {
      for (const key of owned.map(keyOf)) claimants.set(key, (claimants.get(key) ?? new Set()).add(id))
    }
    for (const [id, partitions] of assignment) {
      const free = partitions.filter((partition) => {
        const holders = claimants.get(keyOf(partition))
        return holders === undefined || holders.has(id)
      })
      assignment.set(id, free)
    }
    return assignment
  },
}

function claimOf({ owned, generation, userData }: GroupMember): Claim {
  if (generation < 0 && userData?.length === 4) return { partitions: owned, generation: userData.readInt32BE() }
  return { partitions: owned, generation }
}
