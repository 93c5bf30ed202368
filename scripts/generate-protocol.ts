// Turns the message definitions in Kafka's jars into src/protocol/apis/*.ts, src/protocol/stored/*.ts and
// src/protocol/error-table.ts. A new Kafka release is: put its jars into a folder, run this, read the diff.
//
//   node scripts/generate-protocol.ts FOLDER_WITH_JARS
//
// Wanted there: kafka-clients, kafka-group-coordinator, kafka-transaction-coordinator, kafka-share-coordinator,
// kafka-metadata, kafka-storage, kafka-raft, and a JDK 17 on the PATH (`jar`, `java`).

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface SourceField {
  name: string
  type: string
  versions: string
  nullableVersions?: string
  tag?: number
  taggedVersions?: string
  default?: string | number | boolean | null
  ignorable?: boolean
  fields?: SourceField[]
}

interface Source {
  apiKey?: number
  type: 'request' | 'response' | 'header' | 'data' | 'metadata' | 'coordinator-key' | 'coordinator-value'
  name: string
  listeners?: string[]
  validVersions: string
  flexibleVersions?: string
  latestVersionUnstable?: boolean
  fields?: SourceField[]
  commonStructs?: { name: string; fields: SourceField[] }[]
}

const PRIMITIVES: Record<string, string> = {
  int8: 'number',
  int16: 'number',
  uint16: 'number',
  int32: 'number',
  uint32: 'number',
  int64: 'number',
  int64Exact: 'bigint',
  float64: 'number',
  bool: 'boolean',
  uuid: 'string',
  string: 'string',
  bytes: 'Buffer',
  records: 'Buffer',
}

/** APIs only Kafka's own controllers speak to each other; no client sends them and a broker's listener has none. */
const isClientFacing = (source: Source) => source.listeners?.includes('broker') ?? false

const root = join(import.meta.dirname, '..')
const libs = process.argv[2]
if (!libs) {
  console.error('usage: node scripts/generate-protocol.ts FOLDER_WITH_JARS')
  process.exit(2)
}
const jars = readdirSync(libs)
const clients = jars.find((name) => /^kafka-clients-[\d.]+\.jar$/.test(name))
if (!clients) throw new Error(`no kafka-clients jar in ${libs}`)
const release = clients.slice('kafka-clients-'.length, -'.jar'.length)

const sources = readSources()
function readSources(): Source[] {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-messages-'))
  try {
    for (const artifact of [
      'clients',
      'group-coordinator',
      'transaction-coordinator',
      'share-coordinator',
      'metadata',
      'storage',
      'raft',
    ]) {
      execFileSync('jar', ['xf', join(libs, `kafka-${artifact}-${release}.jar`)], { cwd: folder })
    }
    return ['common/message', 'common/metadata', 'message']
      .flatMap((sub) => readdirSync(join(folder, sub)).map((name) => join(folder, sub, name)))
      .filter((path) => path.endsWith('.json'))
      .map((path) => JSON.parse(readFileSync(path, 'utf8').replace(/^\s*\/\/.*$/gm, '')) as Source)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function writeApis(): void {
  const folder = join(root, 'src/protocol/apis')
  clear(folder)
  const names: { key: number; name: string; file: string }[] = []
  const requests = sources.filter((s) => s.type === 'request' && s.validVersions !== 'none' && isClientFacing(s))
  for (const request of requests.sort((a, b) => (a.apiKey as number) - (b.apiKey as number))) {
    const key = request.apiKey as number
    const response = sources.find((s) => s.type === 'response' && s.apiKey === key) as Source
    const name = request.name.slice(0, -'Request'.length)
    const types = new Types([request, response])
    const file = `${String(key).padStart(2, '0')}-${kebab(name)}.ts`
    writeFileSync(
      join(folder, file),
      `${header(`${name}, API key ${key}`)}
import { defineApi } from '../api.ts'

${types.interfaces()}
export const ${name} = defineApi<${name}Request, ${name}Response>({
  key: ${key},
  name: '${name}',
  versions: ${versionRange(request.validVersions)},
  flexible: ${flexible(request)},
${request.latestVersionUnstable ? '  latestVersionUnstable: true,\n' : ''}  listeners: [${(request.listeners as string[]).map((l) => `'${l}'`).join(', ')}],
  request: ${types.fields(request, request.fields ?? [], 2)},
  response: ${types.fields(response, response.fields ?? [], 2)},
})
`,
    )
    names.push({ key, name, file })
  }
  writeFileSync(
    join(folder, 'index.ts'),
    `${header('All APIs by key')}
import type { AnyApi } from '../api.ts'
${names.map(({ name, file }) => `import { ${name} } from './${file}'`).join('\n')}

export const apis: ReadonlyMap<number, AnyApi> = new Map<number, AnyApi>(
  [${names.map(({ name }) => name).join(', ')}].map((api) => [api.key, api]),
)
`,
  )
}

function writeStored(): void {
  const folder = join(root, 'src/protocol/stored')
  clear(folder)
  const groups: [file: string, what: string, (source: Source) => boolean][] = [
    [
      'group-metadata',
      'Records of __consumer_offsets',
      (s) => s.type.startsWith('coordinator') && !/^(Share(Snapshot|Update)|Transaction)/.test(s.name),
    ],
    [
      'transaction-state',
      'Records of __transaction_state',
      (s) => s.type.startsWith('coordinator') && s.name.startsWith('Transaction'),
    ],
    [
      'share-group-state',
      'Records of __share_group_state',
      (s) => s.type.startsWith('coordinator') && /^Share(Snapshot|Update)/.test(s.name),
    ],
    ['cluster-metadata', 'Records of __cluster_metadata', (s) => s.type === 'metadata' && !s.name.startsWith('Remote')],
    [
      'remote-log-metadata',
      'Records of __remote_log_metadata',
      (s) => s.type === 'metadata' && s.name.startsWith('Remote'),
    ],
    ['data', 'Control records and data carried inside other messages', (s) => s.type === 'data'],
  ]
  for (const [file, what, belongs] of groups) {
    const members = sources
      .filter(belongs)
      .sort((a, b) => (a.apiKey ?? -1) - (b.apiKey ?? -1) || a.name.localeCompare(b.name))
    const parts = members.map((source) => {
      const types = new Types([source], source.name)
      const typeName = types.nameOf(source)
      return `${types.interfaces()}
export const ${constant(source)} = defineMessage<${typeName}>({
  name: '${source.name}',
  versions: ${versionRange(source.validVersions)},
  flexible: ${flexible(source)},
  fields: ${types.fields(source, source.fields ?? [], 2)},
})
`
    })
    const keyed = members.filter((s) => s.apiKey !== undefined)
    const table = keyed.length === 0 ? '' : recordTable(keyed)
    writeFileSync(
      join(folder, `${file}.ts`),
      `${header(what)}\nimport { defineMessage, type Message } from '../api.ts'\n\n${parts.join('\n')}${table}`.replace(
        keyed.length === 0 ? ', type Message' : '\u0000',
        '',
      ),
    )
  }
}

/** The table of a topic's record types: by type number, its key (where keys are typed) and value. */
function recordTable(members: Source[]): string {
  const byType = new Map<number, Source[]>()
  for (const source of members)
    byType.set(source.apiKey as number, [...(byType.get(source.apiKey as number) ?? []), source])
  const rows = [...byType].map(([type, list]) => {
    const key = list.find((s) => s.type === 'coordinator-key')
    const value = list.find((s) => s.type !== 'coordinator-key') as Source
    const name = value.name.replace(/(Value|Record)$/, '')
    return `  [${type}, { name: '${name}',${key ? ` key: ${constant(key)},` : ''} value: ${constant(value)} }],`
  })
  const keyType = members.some((s) => s.type === 'coordinator-key') ? 'key: Message<any>; ' : ''
  return `
/** By the record's type number. */
// biome-ignore lint/suspicious/noExplicitAny: a record of whatever type
export const recordTypes: ReadonlyMap<number, { name: string; ${keyType}value: Message<any> }> = new Map([
${rows.join('\n')}
])
`
}

function writeErrors(): void {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-errors-'))
  const program = join(folder, 'PrintErrors.java')
  writeFileSync(
    program,
    `import org.apache.kafka.common.protocol.Errors;
public class PrintErrors {
  public static void main(String[] args) {
    for (Errors e : Errors.values()) {
      var exception = e.exception();
      boolean retriable = exception instanceof org.apache.kafka.common.errors.RetriableException;
      System.out.println(e.code() + "\\t" + e.name() + "\\t" + retriable + "\\t" + (exception == null ? "" : exception.getMessage()));
    }
  }
}
`,
  )
  const lines = execFileSync('java', ['-cp', join(libs, '*'), program], { encoding: 'utf8' })
    .trim()
    .split('\n')
  rmSync(folder, { recursive: true })
  const rows = lines.map((line) => {
    const [code, name, retriable, message] = line.split('\t')
    return `  [${code}, '${name}', ${retriable}, ${quote(message ?? '')}],`
  })
  writeFileSync(
    join(root, 'src/protocol/error-table.ts'),
    `${header('Error codes a broker may answer with')}
/** Code, name, whether a retry may help, Kafka's own text. */
export const errorTable = [
${rows.join('\n')}
] as const
`,
  )
}

/** The TypeScript types and the schema text of one file. */
class Types {
  private readonly sources: Source[]
  private readonly prefix: string
  private readonly out: string[] = []

  constructor(sources: Source[], prefix = '') {
    this.sources = sources
    this.prefix = prefix
  }

  nameOf(source: Source): string {
    return source.name
  }

  interfaces(): string {
    for (const source of this.sources) {
      this.emit(source, this.nameOf(source), source.fields ?? [])
    }
    return this.out.join('\n')
  }

  private emit(source: Source, name: string, fields: SourceField[]): void {
    const nested: [string, SourceField[]][] = []
    const lines = fields.map((field) => {
      const { element, isArray } = typeOf(field)
      const inner = this.structFields(source, field, element)
      let text = PRIMITIVES[element]
      if (inner) {
        text = this.structName(source, element)
        if (!this.out.some((known) => known.includes(`interface ${text} `)) && !nested.some(([n]) => n === text))
          nested.push([text, inner])
      }
      if (!text) throw new Error(`${source.name}.${field.name}: unknown type ${field.type}`)
      if (isArray) text = `${text}[]`
      if (field.nullableVersions) text = `${text} | null`
      return `  ${camel(field.name)}: ${text}`
    })
    this.out.push(
      lines.length === 0
        ? `export type ${name} = Record<never, never>\n`
        : `export interface ${name} {\n${lines.join('\n')}\n}\n`,
    )
    for (const [nestedName, inner] of nested) this.emit(source, nestedName, inner)
  }

  /** A struct's name; the two halves of an API may use one name for two things, so it carries its message's where they do. */
  private structName(source: Source, element: string): string {
    if (this.prefix) return element.startsWith(this.prefix) ? element : `${this.prefix}${element}`
    const clash =
      this.sources.some((other) => other !== source && declares(other, element)) ||
      this.sources.some((s) => s.name === element)
    return clash ? `${source.name}${element}` : element
  }

  fields(source: Source, fields: SourceField[], depth: number): string {
    if (fields.length === 0) return '[]'
    const pad = ' '.repeat(depth + 2)
    const lines = fields.map((field) => {
      const { element, isArray } = typeOf(field)
      const inner = this.structFields(source, field, element)
      let type = inner ? this.fields(source, inner, depth + 2) : `'${element}'`
      if (isArray) type = `{ of: ${type} }`
      const options: string[] = []
      if (field.nullableVersions) options.push(`nullable: '${field.nullableVersions}'`)
      if (field.tag !== undefined) options.push(`tag: ${field.tag}`, `tagged: '${field.taggedVersions}'`)
      const fallback = defaultValue(field)
      if (fallback !== undefined) options.push(`default: ${fallback}`)
      if (field.ignorable) options.push('ignorable: true')
      const tail = options.length > 0 ? `, { ${options.join(', ')} }` : ''
      return `${pad}['${camel(field.name)}', ${type}, '${field.versions ?? field.taggedVersions}'${tail}],`
    })
    return `[\n${lines.join('\n')}\n${' '.repeat(depth)}]`
  }

  private structFields(source: Source, field: SourceField, element: string): SourceField[] | undefined {
    if (PRIMITIVES[element]) return undefined
    return (
      field.fields ??
      source.commonStructs?.find((s) => s.name === element)?.fields ??
      findStruct(source.fields ?? [], element)
    )
  }
}

function declares(source: Source, name: string): boolean {
  return (
    (source.commonStructs?.some((s) => s.name === name) ?? false) || findStruct(source.fields ?? [], name) !== undefined
  )
}

function findStruct(fields: SourceField[], name: string): SourceField[] | undefined {
  for (const field of fields) {
    if (field.fields && typeOf(field).element === name) return field.fields
    const found = field.fields && findStruct(field.fields, name)
    if (found) return found
  }
  return undefined
}

function typeOf(field: SourceField): { element: string; isArray: boolean } {
  const isArray = field.type.startsWith('[]')
  const element = isArray ? field.type.slice(2) : field.type
  // A hash has all 64 bits.
  return { element: element === 'int64' && field.name.endsWith('Hash') ? 'int64Exact' : element, isArray }
}

/** Source text of a default that differs from the zero of its type. */
function defaultValue(field: SourceField): string | undefined {
  const value = field.default
  // Kafka's generator takes null without quotes for no default.
  if (value === undefined || value === null || value === '') return undefined
  if (value === 'null') return 'null'
  if (field.type === 'string') return quote(String(value))
  if (field.type === 'bool') return String(value).toLowerCase() === 'true' ? 'true' : undefined
  const number = Number(value)
  if (Number.isNaN(number)) throw new Error(`${field.name}: default ${value}`)
  if (number === 0) return undefined
  return Number.isSafeInteger(number) ? String(number) : '2 ** 63'
}

function versionRange(versions: string): string {
  const [min, max] = versions.split('-')
  return `[${min}, ${max ?? min}]`
}

function flexible(source: Source): string {
  return !source.flexibleVersions || source.flexibleVersions === 'none'
    ? 'null'
    : source.flexibleVersions.replace('+', '')
}

function constant(source: Source): string {
  return camel(source.name)
}

function camel(name: string): string {
  return name[0].toLowerCase() + name.slice(1)
}

function kebab(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()
}

function quote(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${text}'`
}

function header(what: string): string {
  return `// ${what}. Generated from Apache Kafka ${release} by scripts/generate-protocol.ts; do not edit.\n`
}

function clear(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
}

writeApis()
writeStored()
writeErrors()
