// ListGroups. Versions: 4 filters by state, 5 by type.

import { ListGroups } from '../../protocol/apis/16-list-groups.ts'
import { defineHandler } from '../handler.ts'

const TYPE = 'classic'

export const handler = defineHandler({
  api: ListGroups,
  versions: [0, 5],
  handle({ statesFilter, typesFilter }, { broker }) {
    const states = new Set(statesFilter.map((each) => each.toLowerCase()))
    const types = new Set(typesFilter.map((each) => each.toLowerCase()))
    const groups = [...broker.groups.groups.values()]
      .filter(({ state }) => states.size === 0 || states.has(state.toLowerCase()))
      .filter(() => types.size === 0 || types.has(TYPE))
    return {
      groups: groups.map(({ id, protocolType, state }) => ({
        groupId: id,
        protocolType: protocolType ?? '',
        groupState: state,
        groupType: TYPE,
      })),
    }
  },
})
