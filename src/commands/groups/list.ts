// ktool groups list: ids, types and states.

import { type GroupListing, Groups, groupTypes } from '../../client/groups.ts'
import { UsageError } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { selectGroups } from './select.ts'

const states = [
  'Stable',
  'Empty',
  'PreparingRebalance',
  'CompletingRebalance',
  'Assigning',
  'Reconciling',
  'NotReady',
  'Dead',
]

export const command = defineCommand({
  path: 'groups list',
  summary: 'List groups',
  description: 'Lists the groups of all types with their state, sorted by name.',
  args: {
    patterns: { value: 'PATTERN', doc: 'Group, glob or /regex/', optional: true, repeatable: true, complete: 'group' },
  },
  flags: {
    state: { value: 'STATE,…', parse: stateNames, doc: 'Only groups in these states, such as stable,empty' },
    type: { value: 'TYPE', choices: groupTypes, repeatable: true, doc: 'Only groups of this type' },
  },
  examples: [
    { line: 'ktool groups list', doc: 'All groups' },
    { line: "ktool groups list 'billing-*' --state empty", doc: 'Those that nobody reads with' },
    { line: 'ktool groups list --type share --json', doc: 'Share groups, for a program' },
  ],
  async run(context, { patterns }, { state, type }) {
    const groups = new Groups((await context.client()).cluster)
    const selected = await selectGroups(context, groups, patterns)
    const rows = context.rows<GroupListing>({
      columns: [
        { key: 'groupId', title: 'GROUP' },
        { key: 'type' },
        { key: 'state', style: (row) => (row.state === 'Stable' ? undefined : 'dim') },
        { key: 'protocolType', title: 'PROTOCOL' },
        { key: 'coordinator' },
      ],
    })
    for (const group of selected.groups) {
      if (state !== undefined && !(group.state !== null && state.has(group.state.toLowerCase()))) continue
      if (type.length > 0 && !type.includes(group.type)) continue
      await rows.add(group)
    }
    await rows.end()
    for (const error of selected.unknown) context.fail(error)
  },
})

function stateNames(text: string): Set<string> {
  const names = text.split(',').map((name) => name.trim().toLowerCase())
  for (const name of names) {
    if (!states.some((state) => state.toLowerCase() === name)) {
      throw new UsageError(`'${name}' is not a state of a group`, { hint: `states are ${states.join(', ')}` })
    }
  }
  return new Set(names)
}
