// ktool topics alter-configs.

import { ExitCode } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { type ConfigChange, changeConfigs, changeFlags, operationsOf } from '../configs/change.ts'
import { selectTopics, topicsText } from './select.ts'

export const command = defineCommand({
  path: 'topics alter-configs',
  summary: 'Change the configs of topics',
  description:
    'Sets configs of topics, takes them away, and adds to or takes from those that are lists; all others stay as they ' +
    'are. Shows each with its value before and after. Of each topic either all changes are made or none.',
  args: { names: { value: 'NAME', doc: 'Topic, glob or /regex/', repeatable: true, complete: 'topic' } },
  flags: changeFlags,
  examples: [
    { line: 'ktool topics alter-configs orders --set retention.ms=86400000', doc: 'Keep records for a day' },
    { line: 'ktool topics alter-configs orders --unset retention.ms', doc: 'As long as the broker says, again' },
    { line: 'ktool topics alter-configs orders --append cleanup.policy=compact --dry-run', doc: 'Only check' },
  ],
  asks: true,
  async run(context, { names }, flags) {
    const operations = operationsOf(flags)
    const client = await context.client()
    const { topics, errors, byPattern } = await selectTopics(client, names, { internal: false })
    for (const error of errors) context.fail(error)
    const chosen = topics.map((topic) => topic.name)
    if (byPattern && chosen.length > 0 && !flags.dryRun) {
      if (!(await context.confirm(`Change configs of ${topicsText(chosen)}?`, { required: true }))) {
        context.note('nothing was changed')
        return ExitCode.failure
      }
    }
    const rows = context.rows<ConfigChange>({
      columns: [
        { key: 'name', title: 'TOPIC' },
        { key: 'config' },
        { key: 'operation' },
        { key: 'before', align: 'left' },
        { key: 'after', align: 'left' },
        { key: 'result' },
      ],
    })
    if (chosen.length > 0) {
      for (const change of await changeConfigs(context, client, 'topic', chosen, operations, flags.dryRun)) {
        await rows.add(change)
      }
    }
    await rows.end()
  },
})
