// Writes the completion scripts of the shells into completions/.
//
//   node scripts/generate-completions.ts [FOLDER]

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { completionFiles } from '../src/cli/completion-command.ts'
import { bashScript } from './completions/bash.ts'
import { fishScript } from './completions/fish.ts'
import { completionModel } from './completions/model.ts'
import { zshScript } from './completions/zsh.ts'

/** The scripts by the names of their files. */
export async function completionScripts(): Promise<Map<string, string>> {
  const model = await completionModel()
  return new Map([
    [completionFiles.bash, bashScript(model)],
    [completionFiles.zsh, zshScript(model)],
    [completionFiles.fish, fishScript(model)],
  ])
}

if (import.meta.main) {
  const folder = process.argv[2] ?? join(import.meta.dirname, '../completions')
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of await completionScripts()) writeFileSync(join(folder, name), text)
}
