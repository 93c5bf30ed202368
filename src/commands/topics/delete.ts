// ktool topics delete.

import { UnknownTopicError } from '../../client/cluster.ts'
import { ExitCode, KtoolError } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { selectTopics, topicsText } from './select.ts'

interface Row {
  name: string
  result: 'deleted' | 'absent' | 'would-delete'
}

export const command = defineCommand({
  path: 'topics delete',
  summary: 'Delete topics',
  description:
    'Deletes topics with all their records. Asks on a terminal; where a pattern chooses the topics and nobody can be ' +
    'asked, --yes is needed. A pattern never chooses internal topics.',
  args: { names: { value: 'NAME', doc: 'Topic, glob or /regex/', repeatable: true, complete: 'topic' } },
  flags: {
    ifExists: { doc: 'No error for topics that do not exist' },
    dryRun: { doc: 'Show what would be deleted, and delete nothing' },
  },
  examples: [
    { line: 'ktool topics delete orders', doc: 'One topic' },
    { line: "ktool topics delete 'test-*' --dry-run", doc: 'What a pattern would delete' },
    { line: "ktool topics delete 'test-*' --yes", doc: 'Without a question' },
  ],
  asks: true,
  async run(context, { names }, { ifExists, dryRun }) {
    const client = await context.client()
    const { topics, errors, byPattern } = await selectTopics(client, names, { internal: false })
    const rows = context.rows<Row>({ columns: [{ key: 'name', title: 'TOPIC' }, { key: 'result' }] })
    for (const error of errors) {
      if (!ifExists) context.fail(error)
      else if (error instanceof UnknownTopicError) await rows.add({ name: error.topic, result: 'absent' })
    }
    const chosen = topics.map((topic) => topic.name)
    if (chosen.length > 0 && !dryRun) {
      if (!(await context.confirm(`Delete ${topicsText(chosen)} with all records?`, { required: byPattern }))) {
        context.note('nothing was deleted')
        return ExitCode.failure
      }
      const results = await client.admin.deleteTopics(chosen)
      for (const name of chosen) {
        const error = results.get(name)
        if (error === null || (ifExists && error instanceof UnknownTopicError)) {
          await rows.add({ name, result: error === null ? 'deleted' : 'absent' })
        } else {
          context.fail(error ?? new KtoolError(`the broker said nothing of topic ${name}`))
        }
      }
    }
    if (dryRun) for (const name of chosen) await rows.add({ name, result: 'would-delete' })
    await rows.end()
  },
})
