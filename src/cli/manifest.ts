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
  groups: 'List, describe, move and delete consumer groups',
  offsets: 'Show where partitions begin, end, or are at a time',
  records: 'Delete the oldest records of topics',
  configs: 'Show and change the configs of topics, brokers, groups and the rest',
  quotas: 'Show and change the quotas of users, clients and IP addresses',
  acls: 'Show who may do what, and change it',
  users: 'List, make and delete users that log in with SCRAM',
  cluster: 'Look at the cluster: its state, features, controllers and requests',
  brokers: 'List brokers and what lies on their disks',
  transactions: 'Look at transactions, find those that hang, and end them',
  partitions: 'Move partitions to other brokers, and elect their leaders',
  profile: 'Keep the settings of clusters under names',
  avro: 'Produce and consume by the schemas of a registry',
  schemas: 'List, register, check, compare and delete the schemas of a registry',
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
  { path: 'groups list', summary: 'List groups', load: () => import('../commands/groups/list.ts') },
  { path: 'groups describe', summary: 'Show where groups are, their members or their state', load: () => import('../commands/groups/describe.ts') },
  { path: 'groups reset-offsets', summary: 'Move groups to other offsets', load: () => import('../commands/groups/reset-offsets.ts') },
  { path: 'groups export', summary: 'Print what groups have committed, to go back to it later', load: () => import('../commands/groups/export.ts') },
  { path: 'groups import', summary: 'Take offsets of an export back into groups', load: () => import('../commands/groups/import.ts') },
  { path: 'groups delete', summary: 'Delete groups with their offsets', load: () => import('../commands/groups/delete.ts') },
  { path: 'groups delete-offsets', summary: 'Delete what groups have committed for a topic', load: () => import('../commands/groups/delete-offsets.ts') },
  { path: 'offsets list', summary: 'Show where partitions begin, end, or are at a time', load: () => import('../commands/offsets/list.ts') },
  { path: 'records delete', summary: 'Delete the oldest records of a topic', load: () => import('../commands/records/delete.ts') },
  { path: 'configs describe', summary: 'Show configs and where they come from', load: () => import('../commands/configs/describe.ts') },
  { path: 'configs alter', summary: 'Change configs of topics, brokers, clients and the rest', load: () => import('../commands/configs/alter.ts') },
  { path: 'quotas describe', summary: 'Show quotas of users, clients and IP addresses', load: () => import('../commands/quotas/describe.ts') },
  { path: 'quotas alter', summary: 'Change quotas of a user, a client, both together, or an IP address', load: () => import('../commands/quotas/alter.ts') },
  { path: 'acls list', summary: 'List ACLs', load: () => import('../commands/acls/list.ts') },
  { path: 'acls add', summary: 'Allow users something, or deny it', load: () => import('../commands/acls/add.ts') },
  { path: 'acls remove', summary: 'Remove ACLs', load: () => import('../commands/acls/remove.ts') },
  { path: 'users list', summary: 'List users that log in with SCRAM', load: () => import('../commands/users/list.ts') },
  { path: 'users set', summary: 'Make a user who logs in with SCRAM, or change the password', load: () => import('../commands/users/set.ts') },
  { path: 'users delete', summary: 'Delete users, who can log in no more', load: () => import('../commands/users/delete.ts') },
  { path: 'cluster describe', summary: 'Show the id of the cluster, its controller and its brokers', load: () => import('../commands/cluster/describe.ts') },
  { path: 'cluster health', summary: 'Check the cluster; exit code 1 when something is wrong', load: () => import('../commands/cluster/health.ts') },
  { path: 'cluster features', summary: 'Show the features that the cluster has agreed on', load: () => import('../commands/cluster/features.ts') },
  { path: 'cluster quorum', summary: 'Show the controllers and how far they are', load: () => import('../commands/cluster/quorum.ts') },
  { path: 'cluster api-versions', summary: 'Show the requests that brokers know, in which versions', load: () => import('../commands/cluster/api-versions.ts') },
  { path: 'brokers list', summary: 'List brokers with what they lead and hold', load: () => import('../commands/brokers/list.ts') },
  { path: 'brokers log-dirs', summary: 'Show how much lies in the log directories of brokers', load: () => import('../commands/brokers/log-dirs.ts') },
  { path: 'transactions list', summary: 'List transactional ids', load: () => import('../commands/transactions/list.ts') },
  { path: 'transactions describe', summary: 'Show the transactions of transactional ids', load: () => import('../commands/transactions/describe.ts') },
  { path: 'transactions producers', summary: 'Show the producers that write to partitions', load: () => import('../commands/transactions/producers.ts') },
  { path: 'transactions find-hanging', summary: 'Find transactions that nobody will end', load: () => import('../commands/transactions/find-hanging.ts') },
  { path: 'transactions abort', summary: 'Abort a transaction that hangs in a partition', load: () => import('../commands/transactions/abort.ts') },
  { path: 'transactions terminate', summary: 'End the transaction of a transactional id by force', load: () => import('../commands/transactions/terminate.ts') },
  { path: 'partitions reassign', summary: 'Move partitions to other brokers', load: () => import('../commands/partitions/reassign.ts') },
  { path: 'partitions reassignments', summary: 'List the reassignments that are under way', load: () => import('../commands/partitions/reassignments.ts') },
  { path: 'partitions cancel', summary: 'Cancel reassignments that are under way', load: () => import('../commands/partitions/cancel.ts') },
  { path: 'partitions elect-leaders', summary: 'Give partitions back to their preferred leaders', load: () => import('../commands/partitions/elect-leaders.ts') },
  { path: 'profile list', summary: 'List profiles', load: () => import('../commands/profile/list.ts') },
  { path: 'profile show', summary: 'Show the settings of a profile', load: () => import('../commands/profile/show.ts') },
  { path: 'profile set', summary: 'Make a profile, or change its settings', load: () => import('../commands/profile/set.ts') },
  { path: 'profile use', summary: 'Use a profile from now on', load: () => import('../commands/profile/use.ts') },
  { path: 'profile delete', summary: 'Delete a profile', load: () => import('../commands/profile/delete.ts') },
  { path: 'profile import', summary: 'Make a profile of a configuration file', load: () => import('../commands/profile/import.ts') },
  { path: 'avro produce', summary: 'Write JSON to a topic as Avro, by the schemas of a registry', load: () => import('../commands/avro/produce.ts') },
  { path: 'avro consume', summary: 'Print the records of topics as JSON, by the schemas of a registry', load: () => import('../commands/avro/consume.ts') },
  { path: 'schemas list', summary: 'List the subjects of a schema registry', load: () => import('../commands/schemas/list.ts') },
  { path: 'schemas get', summary: 'Print a schema', load: () => import('../commands/schemas/get.ts') },
  { path: 'schemas register', summary: 'Register a schema under a subject', load: () => import('../commands/schemas/register.ts') },
  { path: 'schemas check', summary: 'Tell whether a schema is compatible with a subject, and why not', load: () => import('../commands/schemas/check.ts') },
  { path: 'schemas lookup', summary: 'Tell the version and id that a schema has under a subject', load: () => import('../commands/schemas/lookup.ts') },
  { path: 'schemas delete', summary: 'Delete a subject or one of its versions', load: () => import('../commands/schemas/delete.ts') },
  { path: 'schemas compatibility', summary: 'Show or set which changes of schemas are allowed', load: () => import('../commands/schemas/compatibility.ts') },
  { path: 'schemas mode', summary: 'Show or set whether a registry takes schemas', load: () => import('../commands/schemas/mode.ts') },
  { path: 'schemas diff', summary: 'Show what two versions of a subject differ in', load: () => import('../commands/schemas/diff.ts') },
  { path: 'schemas references', summary: 'List the schemas that use a schema', load: () => import('../commands/schemas/references.ts') },
  { path: 'help', summary: 'Show help on a command', load: () => import('./help-command.ts') },
  { path: 'dump', summary: 'Show and check the files of a log directory, without a broker', load: () => import('../commands/dump.ts') },
  { path: 'doctor', summary: 'Find out what keeps a cluster from being used from here', load: () => import('../commands/doctor.ts') },
  { path: 'serve', summary: 'Run a broker on this machine', load: () => import('../commands/serve.ts') },
  { path: 'completion', summary: 'Print the completion script for a shell', load: () => import('./completion-command.ts') },
  { path: '__complete', summary: 'Names that complete a word', load: () => import('./complete-names.ts'), hidden: true },
]
