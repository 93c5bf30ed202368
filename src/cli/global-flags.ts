// The options that every command has, before or after its name.

import { defineFlags, type FlagValues } from '../commands/command.ts'
import { outputForms } from '../output/rows.ts'
import { parseDuration } from '../util/duration.ts'

export const globalFlags = defineFlags({
  bootstrapServer: {
    short: 'b',
    value: 'HOSTS',
    category: 'Connection',
    defaultDoc: '127.0.0.1:9092',
    doc: 'Brokers to ask first, as HOST[:PORT],… (env: KTOOL_BOOTSTRAP)',
  },
  commandConfig: {
    short: 'F',
    value: 'FILE',
    category: 'Connection',
    repeatable: true,
    complete: 'file',
    doc: 'Settings from a Java client.properties or a kcat configuration; none for no file at all',
  },
  profile: {
    value: 'NAME',
    category: 'Connection',
    defaultDoc: 'the one in use',
    doc: "Settings of a named cluster, see 'ktool profile'; none for no profile (env: KTOOL_PROFILE)",
  },
  set: {
    short: 'X',
    value: 'KEY=VALUE',
    category: 'Connection',
    repeatable: true,
    doc: 'A client setting by its Java or librdkafka name; -X list prints all, -X dump those in effect',
  },
  resolve: {
    value: 'HOST:PORT=HOST:PORT',
    category: 'Connection',
    repeatable: true,
    doc: 'Reach what the cluster advertises at another address; * on the left for any, on the right for the same',
  },
  timeout: {
    value: 'DURATION',
    category: 'Connection',
    parse: parseDuration,
    defaultDoc: '60s, 30s for one request',
    doc: 'Time allowed for an answer from the cluster',
  },
  output: {
    value: 'FORM',
    category: 'Output',
    choices: outputForms,
    defaultDoc: 'table on a terminal, tsv in a pipe',
    doc: 'Form of what is printed',
  },
  json: { category: 'Output', doc: 'The same as --output json' },
  noColor: { category: 'Output', doc: 'No colour (env: NO_COLOR; FORCE_COLOR is honoured too)' },
  quiet: { short: 'q', category: 'Output', doc: 'No notes and no progress on stderr' },
  verbose: { short: 'v', category: 'Output', doc: 'More on stderr: causes of errors, warnings of libraries' },
  yes: { category: 'Everywhere', doc: 'Answer yes to the question of a destructive command' },
})

export type GlobalValues = FlagValues<typeof globalFlags>
