// A classic group and its record.

import type { GroupMetadataValue } from '../../../protocol/stored/group-metadata.ts'
import type { GroupRecord } from '../records.ts'
import type { ClassicGroup } from './group.ts'

export function classicGroupRecord(group: ClassicGroup): GroupRecord {
  return {
    type: 'classic',
    key: { group: group.id },
    value: {
      protocolType: group.protocolType ?? '',
      generation: group.generation,
      protocol: group.protocolName,
      leader: group.leaderId,
      currentStateTimestamp: group.stateSince,
      members: [...group.members.values()].map((member) => ({
        memberId: member.id,
        groupInstanceId: member.instanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeout: member.rebalanceTimeoutMs,
        sessionTimeout: member.sessionTimeoutMs,
        subscription: group.metadataOf(member),
        assignment: member.assignment,
      })),
    },
  }
}

/** Gives a group that was just made what its record says. */
export function restore(group: ClassicGroup, value: GroupMetadataValue): void {
  group.generation = value.generation
  group.protocolType = value.protocolType || null
  group.protocolName = value.protocol
  for (const each of value.members) {
    const member = {
      id: each.memberId,
      instanceId: each.groupInstanceId,
      clientId: each.clientId,
      clientHost: each.clientHost,
      rebalanceTimeoutMs: each.rebalanceTimeout < 0 ? each.sessionTimeout : each.rebalanceTimeout,
      sessionTimeoutMs: each.sessionTimeout,
      // The record's bytes are those of the log's buffer.
      protocols: [{ name: value.protocol ?? '', metadata: Buffer.from(each.subscription) }],
      assignment: Buffer.from(each.assignment),
      join: null,
      sync: null,
      session: null,
    }
    group.add(member, value.protocolType)
  }
  group.leaderId = value.leader
  group.transition(group.members.size > 0 ? 'Stable' : 'Empty', value.currentStateTimestamp)
}
