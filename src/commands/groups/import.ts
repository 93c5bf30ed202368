// ktool groups import: what `ktool groups export` or Kafka's own tool has written, back into groups.

import { UsageError } from '../../errors.ts'
import { namePattern, selectByName } from '../../util/name-pattern.ts'
import { defineCommand } from '../command.ts'
import { type FileOffset, offsetsFor, readOffsets } from './offsets-file.ts'
import { resetGroups } from './reset.ts'

export const command = defineCommand({
  path: 'groups import',
  summary: 'Take offsets of an export back into groups',
  description:
    "Sets the offsets that a file has: the CSV of `ktool groups export` and of Kafka's own tool, or JSON. Prints the plan; " +
    'only with --execute it is done. A group that is not there is made by it, as in another cluster. Nobody may be ' +
    'reading with the group meanwhile.',
  args: {
    group: { value: 'GROUP', doc: 'Group, or a glob or /regex/ for those that the file names', complete: 'group' },
    file: { value: 'FILE', doc: 'The file, - for standard input', complete: 'file' },
  },
  flags: {
    execute: { doc: 'Do it; without it nothing is changed' },
    export: { value: 'FILE', complete: 'file', doc: 'Write the offsets before to a file, to go back to' },
  },
  examples: [
    { line: 'ktool groups import billing billing.csv', doc: 'The plan' },
    { line: 'ktool groups import billing billing.csv --execute', doc: 'Go there' },
    { line: "ktool groups import '*' all.json --execute --yes", doc: 'All groups that the file names' },
  ],
  asks: true,
  async run(context, { group, file }, { execute, export: exportTo }) {
    const rows = readOffsets(file)
    const { names, byPattern } = groupsOf(rows, group, file)
    return resetGroups(context, {
      names,
      topics: [],
      chooseTarget: async (_cluster, _groups, groupId) => offsetsFor(rows, file, groupId, names.length),
      execute,
      exportTo,
      byPattern,
    })
  },
})

/** The group that is named, or those of the file that the pattern chooses. */
function groupsOf(rows: readonly FileOffset[], text: string, file: string): { names: string[]; byPattern: boolean } {
  const pattern = namePattern(text)
  if (pattern.literal) return { names: [text], byPattern: false }
  const inFile = [...new Set(rows.flatMap(({ groupId }) => (groupId === null ? [] : [groupId])))]
  const { items } = selectByName(
    inFile.map((name) => ({ name })),
    [pattern],
  )
  if (items.length === 0) {
    const named = inFile.length === 0 ? 'its lines name no group: name the one that they are for' : inFile.join(', ')
    throw new UsageError(`${file} has no group that matches ${text}`, { hint: named })
  }
  return { names: items.map(({ name }) => name), byPattern: true }
}
