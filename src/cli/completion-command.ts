// ktool completion: prints the script that the package brings for a shell.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CONNECTION, defineCommand, FORMS } from '../commands/command.ts'
import { write } from '../output/write.ts'
import { packageRoot } from '../util/package-root.ts'

/** Where each script lies in the package, under the name that its shell looks for. */
export const completionFiles = { bash: 'ktool.bash', zsh: '_ktool', fish: 'ktool.fish' } as const

export const command = defineCommand({
  path: 'completion',
  summary: 'Print the completion script for a shell',
  description: 'Prints the script that completes commands, options and the names of topics in a shell.',
  args: { shell: { value: 'SHELL', doc: 'Your shell', choices: ['bash', 'zsh', 'fish'] } },
  examples: [
    { line: 'source <(ktool completion bash)', doc: 'In ~/.bashrc' },
    { line: 'ktool completion zsh > ~/.zfunc/_ktool', doc: 'Once, into a folder of $fpath' },
    { line: 'ktool completion fish > ~/.config/fish/completions/ktool.fish', doc: 'Once, for fish' },
  ],
  unused: [...CONNECTION, ...FORMS, 'set'],
  async run(context, { shell }) {
    await write(context.stdout, readFileSync(join(packageRoot(), 'completions', completionFiles[shell])))
  },
})
