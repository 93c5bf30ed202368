// ListGroups. Versions: 4 filters by state, 5 by type.

import { ListGroups } from '../../protocol/apis/16-list-groups.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: ListGroups,
  versions: [0, 5],
  handle({ statesFilter, typesFilter }, { broker }) {
    const states = new Set(statesFilter.map((each) => each.toLowerCase().trim()))
    const types = new Set(typesFilter.map((each) => each.toLowerCase()))
    const groups = [...broker.groups.groups.values()]
      .filter(({ state }) => states.size === 0 || states.has(state.toLowerCase()))
      .filter(({ type }) => types.size === 0 || types.has(type))
    return {
      groups: groups.map(({ id, protocolType, state, type }) => ({
        groupId: id,
        protocolType: protocolType ?? '',
        groupState: state,
        groupType: type,
      })),
    }
  },
})
