// Apache Avro for Java: its verdicts on pairs of schemas.

import { join } from 'node:path'
import { jars } from './maven.ts'
import { run, succeeded } from './run.ts'

/** For each pair [reader, writer] what Avro finds, as `TYPE /location`. */
export async function javaIncompatibilities(pairs: readonly (readonly [string, string])[]): Promise<string[][]> {
  const source = join(import.meta.dirname, 'AvroCompatibility.java')
  const command = ['-cp', join(await jars('avro-1.12.0', 'avro.xml'), '*'), source]
  const answer = succeeded(await run('java', command, { input: JSON.stringify(pairs) }), 'java AvroCompatibility')
  return JSON.parse(answer.stdout)
}
