// Apache Avro for Java: its verdicts on pairs of schemas, and records by it and a registry's client in Java.

import { join } from 'node:path'
import { jars } from './maven.ts'
import { run, succeeded } from './run.ts'

/** For each pair [reader, writer] what Avro finds, as `TYPE /location`. */
export async function javaIncompatibilities(pairs: readonly (readonly [string, string])[]): Promise<string[][]> {
  const source = join(import.meta.dirname, 'AvroCompatibility.java')
  const command = ['-cp', join(await avroJars(), '*'), source]
  const answer = succeeded(await run('java', command, { input: JSON.stringify(pairs) }), 'java AvroCompatibility')
  return JSON.parse(answer.stdout)
}

/** Reads the records of a topic with Apache Avro, and writes them to another one; see the program. */
export async function javaCopy(...args: string[]): Promise<string> {
  const source = join(import.meta.dirname, 'RegistryCopy.java')
  const command = ['-cp', join(await avroJars(), '*'), source, ...args]
  return succeeded(await run('java', command, { timeout: 120_000 }), 'java RegistryCopy').stdout
}

const avroJars = () => jars('avro-1.12.0-spring-6.1.14', 'avro.xml')
