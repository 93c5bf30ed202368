// ktool avro consume: consume, with values and keys decoded by their schemas.

import { defineCommand } from '../command.ts'
import { command as consume } from '../consume.ts'

export const command = defineCommand({
  ...consume,
  path: 'avro consume',
  summary: 'Print the records of topics as JSON, by the schemas of a registry',
  description:
    'As `ktool consume`, with each value decoded to JSON by the schema that it names, in Avro, JSON Schema or Protobuf, ' +
    'and each key that names one. Any mix of schemas is fine; each is asked for once. A record that can not be decoded ' +
    'is printed as it is, with a warning, and the exit code is 1 in the end.',
  examples: [
    { line: 'ktool avro consume orders -e', doc: 'Values as JSON, a line each' },
    { line: 'ktool avro consume orders -e --json', doc: 'With keys, headers and the ids of the schemas' },
    { line: 'ktool avro consume orders --where \'value.total > 100 && value.city == "Oslo"\'', doc: 'Only some' },
  ],
  run: (context, args, flags) => consume.run(context, args, { ...flags, avro: flags.decode === undefined }),
})
