// Every command, a line each. Only this list is loaded to show help; a command's module is loaded when it runs.

import type { Command } from '../commands/command.ts'

export interface Entry {
  /** The words that call it. */
  path: string
  summary: string
  load: () => Promise<{ command: Command }>
  /** Left out of help and completion. */
  hidden?: boolean
}

/** The nouns, with what their verbs are about. */
export const nouns: Record<string, string> = {
  topics: 'List, describe, create, extend and delete topics',
  groups: 'List, describe, move and delete consumer groups',
  offsets: 'Show where partitions begin, end, or are at a time',
  records: 'Delete the oldest records of topics',
}

// biome-ignore format: one line a command
export const manifest: readonly Entry[] = [
  { path: 'produce', summary: 'Write records to a topic', load: () => import('../commands/produce.ts') },
  { path: 'consume', summary: 'Print the records of topics', load: () => import('../commands/consume.ts') },
  { path: 'topics list', summary: 'List topics', load: () => import('../commands/topics/list.ts') },
  { path: 'topics describe', summary: 'Show topics with their partitions and configs', load: () => import('../commands/topics/describe.ts') },
  { path: 'topics create', summary: 'Create topics', load: () => import('../commands/topics/create.ts') },
  { path: 'topics delete', summary: 'Delete topics', load: () => import('../commands/topics/delete.ts') },
  { path: 'topics add-partitions', summary: 'Give a topic more partitions', load: () => import('../commands/topics/add-partitions.ts') },
  { path: 'groups list', summary: 'List groups', load: () => import('../commands/groups/list.ts') },
  { path: 'groups describe', summary: 'Show where groups are, their members or their state', load: () => import('../commands/groups/describe.ts') },
  { path: 'groups reset-offsets', summary: 'Move groups to other offsets', load: () => import('../commands/groups/reset-offsets.ts') },
  { path: 'groups export', summary: 'Print what groups have committed, to go back to it later', load: () => import('../commands/groups/export.ts') },
  { path: 'groups delete', summary: 'Delete groups with their offsets', load: () => import('../commands/groups/delete.ts') },
  { path: 'groups delete-offsets', summary: 'Delete what groups have committed for a topic', load: () => import('../commands/groups/delete-offsets.ts') },
  { path: 'offsets list', summary: 'Show where partitions begin, end, or are at a time', load: () => import('../commands/offsets/list.ts') },
  { path: 'records delete', summary: 'Delete the oldest records of a topic', load: () => import('../commands/records/delete.ts') },
  { path: 'help', summary: 'Show help on a command', load: () => import('./help-command.ts') },
  { path: 'serve', summary: 'Run a broker on this machine', load: () => import('../commands/serve.ts') },
  { path: 'completion', summary: 'Print the completion script for a shell', load: () => import('./completion-command.ts') },
  { path: '__complete', summary: 'Names that complete a word', load: () => import('./complete-names.ts'), hidden: true },
]
