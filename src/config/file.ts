// Configuration files in two dialects. Java properties: `=`, `:` or blanks between name and value, `\` continues a line
// and escapes (`\t`, `\u00e9`). librdkafka's, as kcat reads it: `name=value` to the end of the line, nothing escaped. A file that uses
// a name only librdkafka has is librdkafka's; every other one is read as Java's.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../errors.ts'
import { fileProblem } from '../util/file-problem.ts'
import type { Assignment } from './settings.ts'
import { librdkafkaOnly } from './table.ts'

/** Configuration files are small; anything larger is some other file. */
const largestFile = 1 << 20

/** Throws a UsageError that names the file where it can't be read or a line makes no sense. */
export function readConfigFile(path: string): Assignment[] {
  return parseConfig(readText(path), path).map((assignment) => ({ ...assignment, isShared: true }))
}

/**
 * The file that kcat reads where it is given none: $KCAT_CONFIG, which has to be there, or kcat.conf of the user. Empty
 * where there is none.
 */
export function readKcatConfig(environment: NodeJS.ProcessEnv): Assignment[] {
  const { KCAT_CONFIG, KAFKACAT_CONFIG, XDG_CONFIG_HOME, HOME } = environment
  const named = KCAT_CONFIG || KAFKACAT_CONFIG
  if (named) return readConfigFile(named)
  const folders = [XDG_CONFIG_HOME, HOME && join(HOME, '.config')].filter((folder) => folder)
  for (const folder of folders) {
    for (const name of ['kcat.conf', 'kafkacat.conf']) {
      const path = join(folder as string, name)
      if (existsSync(path)) return readConfigFile(path)
    }
  }
  return []
}

function readText(path: string): string {
  let content: Buffer
  try {
    content = readFileSync(path)
  } catch (error) {
    throw new UsageError(fileProblem(error, path, 'configuration file'), {
      hint: 'give -F the path of a Java client.properties or of a kcat configuration',
      cause: error,
    })
  }
  if (content.length > largestFile || content.includes(0)) {
    throw new UsageError(`${path} is not a configuration file`, { hint: 'it is binary, or larger than 1 MiB' })
  }
  return content.toString('utf8').replace(/^\uFEFF/, '')
}

/** `dialect`: where it is known; else it is told by the names. */
export function parseConfig(text: string, path: string, dialect?: 'java' | 'librdkafka'): Assignment[] {
  const lines = text.split(/\r\n|\n|\r/)
  const isLibrdkafka = lines.some((line) => librdkafkaOnly.has(/^\s*([^\s=:#!]+)/.exec(line)?.[1] ?? ''))
  return (dialect ?? (isLibrdkafka ? 'librdkafka' : 'java')) === 'librdkafka'
    ? librdkafkaLines(lines, path)
    : javaLines(lines, path)
}

function librdkafkaLines(lines: readonly string[], path: string): Assignment[] {
  return lines.flatMap((line, index) => {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return []
    const at = trimmed.indexOf('=')
    const source = `${path} line ${index + 1}`
    if (at < 1) throw new UsageError(`${source} is not NAME=VALUE`)
    return [{ name: trimmed.slice(0, at).trim(), value: trimmed.slice(at + 1).trim(), source }]
  })
}

function javaLines(lines: readonly string[], path: string): Assignment[] {
  const assignments: Assignment[] = []
  for (let index = 0; index < lines.length; index++) {
    const source = `${path} line ${index + 1}`
    let line = lines[index].trimStart()
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue
    while (endsInEscape(line) && index + 1 < lines.length) line = line.slice(0, -1) + lines[++index].trimStart()
    const match = /^((?:\\.|[^\\\s=:])+)[ \t\f]*[=:]?[ \t\f]*(.*)$/su.exec(line)
    if (match === null) throw new UsageError(`${source} is not NAME=VALUE`)
    assignments.push({ name: unescaped(match[1]), value: unescaped(match[2]), source })
  }
  return assignments
}

function endsInEscape(line: string): boolean {
  return (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1
}

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.?))/gsu, (_, hex?: string, char?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    return { t: '\t', n: '\n', r: '\r', f: '\f' }[char ?? ''] ?? char ?? ''
  })
}
