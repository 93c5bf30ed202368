// ktool avro produce: produce, with values that have a schema.

import { UsageError } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { command as produce } from '../produce.ts'

export const command = defineCommand({
  ...produce,
  path: 'avro produce',
  summary: 'Write JSON to a topic as Avro, by the schemas of a registry',
  description:
    "As `ktool produce`, with each line of JSON encoded by --value-schema, by default the latest of the topic's subject " +
    "(TOPIC-value). A file's schema is registered unless --no-register says otherwise. Unions may be written as Avro does, " +
    '{"string":"x"}, or plainly; what is missing gets its default; dates, times, decimals and UUIDs are text. A record ' +
    'that does not fit is reported with its place, and the others go on. JSON Schemas (.json) and Protobuf ' +
    '(.proto#MESSAGE) work alike.',
  examples: [
    { line: 'ktool avro produce orders --value-schema order.avsc < orders.jsonl', doc: 'Registers the schema' },
    { line: 'ktool avro produce orders < orders.jsonl', doc: 'By the latest schema of orders-value' },
    {
      line: "ktool avro produce orders -K '\\t' --key-schema 7 --value-schema orders-value@2 < orders.tsv",
      doc: 'Keys by an id, values by a version',
    },
    {
      line: 'ktool avro consume orders -e --json | ktool avro produce copy --input jsonl --value-schema orders-value',
      doc: 'A copy',
    },
  ],
  run(context, args, flags) {
    if (flags.valueSchema === undefined && args.topic === '-') {
      throw new UsageError('records that name their topics need a --value-schema')
    }
    return produce.run(context, args, { ...flags, valueSchema: flags.valueSchema ?? `${args.topic}-value@latest` })
  },
})
