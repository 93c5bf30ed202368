// ktool help: the same pages as --help.

import { CONNECTION, defineCommand, FORMS } from '../commands/command.ts'
import { UsageError } from '../errors.ts'
import { write } from '../output/write.ts'
import { painter } from './colour.ts'
import { helpOn, pageWidth } from './help.ts'
import { locate } from './locate.ts'

export const command = defineCommand({
  path: 'help',
  summary: 'Show help on a command',
  description: 'Shows what the program, a group of commands, or a command does and takes.',
  args: { words: { value: 'COMMAND', doc: 'The words of a command', optional: true, repeatable: true } },
  examples: [
    { line: 'ktool help', doc: 'All commands' },
    { line: 'ktool help topics create', doc: 'One command' },
  ],
  unused: [...CONNECTION, ...FORMS, 'set'],
  async run(context, { words }) {
    const located = locate(words)
    if (located.rest.length > 0) throw new UsageError(`${located.words.join(' ')} has no command '${located.rest[0]}'`)
    await write(
      context.stdout,
      await helpOn(located, {
        width: pageWidth(context.stdout as { columns?: number }),
        paint: await painter(context.colour),
      }),
    )
    return undefined
  },
})
