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
  topics: 'List, describe, create, change, extend and delete topics',
  configs: 'Show and change the configs of topics, brokers, groups and the rest',
  quotas: 'Show and change the quotas of users, clients and IP addresses',
}

// biome-ignore format: one line a command
export const manifest: readonly Entry[] = [
  { path: 'produce', summary: 'Write records to a topic', load: () => import('../commands/produce.ts') },
  { path: 'consume', summary: 'Print the records of topics', load: () => import('../commands/consume.ts') },
  { path: 'topics list', summary: 'List topics', load: () => import('../commands/topics/list.ts') },
  { path: 'topics describe', summary: 'Show topics with their partitions and configs', load: () => import('../commands/topics/describe.ts') },
  { path: 'topics create', summary: 'Create topics', load: () => import('../commands/topics/create.ts') },
  { path: 'topics delete', summary: 'Delete topics', load: () => import('../commands/topics/delete.ts') },
  { path: 'topics alter-configs', summary: 'Change the configs of topics', load: () => import('../commands/topics/alter-configs.ts') },
  { path: 'topics add-partitions', summary: 'Give a topic more partitions', load: () => import('../commands/topics/add-partitions.ts') },
  { path: 'configs describe', summary: 'Show configs and where they come from', load: () => import('../commands/configs/describe.ts') },
  { path: 'configs alter', summary: 'Change configs of topics, brokers, clients and the rest', load: () => import('../commands/configs/alter.ts') },
  { path: 'quotas describe', summary: 'Show quotas of users, clients and IP addresses', load: () => import('../commands/quotas/describe.ts') },
  { path: 'quotas alter', summary: 'Change quotas of a user, a client, both together, or an IP address', load: () => import('../commands/quotas/alter.ts') },
  { path: 'help', summary: 'Show help on a command', load: () => import('./help-command.ts') },
  { path: 'serve', summary: 'Run a broker on this machine', load: () => import('../commands/serve.ts') },
  { path: 'completion', summary: 'Print the completion script for a shell', load: () => import('./completion-command.ts') },
  { path: '__complete', summary: 'Names that complete a word', load: () => import('./complete-names.ts'), hidden: true },
]
