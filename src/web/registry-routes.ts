// The endpoints of the bundled schema registry, those of Confluent's: one line each in the table below.

import type { Broker } from '../broker/broker.ts'
import { type Reference, type SchemaSource, type SchemaType, schemaTypes } from '../registry/schema.ts'
import { failures, RegistryFailure } from '../registry/store/errors.ts'
import type { StoredLevel, StoredSchema } from '../registry/store/records.ts'
import { type Level, levels, modes, Registry } from '../registry/store/registry.ts'
import { contextOf, DEFAULT_CONTEXT } from '../registry/store/state.ts'
import { RegistryLog } from './registry-log.ts'
import { failed } from './registry-server.ts'

export interface Answer {
  status: number
  text: string
}

export interface RegistryRoutes {
  answer(method: string, path: readonly string[], query: URLSearchParams, content: unknown): Promise<Answer>
}

interface Asked {
  /** The parts of the path that the pattern leaves open. */
  parts: readonly string[]
  query: URLSearchParams
  content: unknown
}

interface Route {
  method: string
  /** With `*` for what is open. */
  pattern: readonly string[]
  /** Whether it changes something: one at a time. */
  changes: boolean
  /** JSON, or a text as it is. */
  answer: (registry: Registry, asked: Asked) => unknown
}

/** A text that is sent as it is. */
class Plain {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const LARGEST_VERSION = 0x7fff_ffff

function route(line: string, answer: Route['answer'], changes = false): Route {
  const [method, path] = line.split(' ')
  return {
    method,
    pattern: path
      .split('/')
      .slice(1)
      .filter((part) => part !== ''),
    answer,
    changes,
  }
}

const change = true

const routes: readonly Route[] = [
  route('GET /', () => ({})),
  route('POST /', () => ({})),
  route('GET /subjects', (registry, { query }) => {
    const names = registry.state.names().filter((name) => {
      const all = registry.state.all(name)
      const isDeleted = all.every(({ deleted }) => deleted)
      return flag(query, 'deletedOnly') ? isDeleted : flag(query, 'deleted') || !isDeleted
    })
    return page(
      withPrefix(names, query, (name) => name),
      query,
    )
  }),
  route('POST /subjects/*', async (registry, { parts: [subject], query, content }) => {
    const schema = schemaOf(content)
    return entity(await registry.lookup(subject, schema, flag(query, 'normalize'), flag(query, 'deleted')))
  }),
  route(
    'DELETE /subjects/*',
    (registry, { parts: [subject], query }) => registry.deleteSubject(subject, flag(query, 'permanent')),
    change,
  ),
  route('GET /subjects/*/versions', (registry, { parts: [subject], query }) => {
    const all = registry.state.all(subject).filter((each) => isWanted(each, query))
    if (all.length === 0) throw failures.subjectNotFound(subject)
    return page(
      all.map(({ version, deleted }) => (deleted && flag(query, 'deletedAsNegative') ? -version : version)),
      query,
    )
  }),
  route(
    'POST /subjects/*/versions',
    async (registry, { parts: [subject], query, content }) => {
      const { id, version } = content as { id?: unknown; version?: unknown }
      const request = {
        ...schemaOf(content),
        id: typeof id === 'number' ? id : undefined,
        version: typeof version === 'number' ? version : undefined,
        normalize: flag(query, 'normalize'),
        force: flag(query, 'force'),
      }
      return { id: (await registry.register(subject, request)).id }
    },
    change,
  ),
  route('GET /subjects/*/versions/*', (registry, asked) => entity(found(registry, asked))),
  route('GET /subjects/*/versions/*/schema', (registry, asked) => new Plain(found(registry, asked).schema)),
  route('GET /subjects/*/versions/*/referencedby', (registry, asked) => {
    const { subject, version } = found(registry, asked)
    const ids = registry.state.referencesTo(subject, version).map(({ id }) => id)
    return page(
      [...new Set(ids)].sort((a, b) => a - b),
      asked.query,
    )
  }),
  route(
    'DELETE /subjects/*/versions/*',
    (registry, { parts: [subject, version], query }) =>
      registry.deleteVersion(subject, versionOf(version), flag(query, 'permanent')),
    change,
  ),
  route('GET /schemas', (registry, { query }) => {
    let all = [...registry.state.everything()]
      .filter((each) => isWanted(each, query))
      .sort((a, b) => (a.subject === b.subject ? a.version - b.version : a.subject < b.subject ? -1 : 1))
    if (flag(query, 'latestOnly')) all = all.filter((each, i) => all[i + 1]?.subject !== each.subject)
    return page(
      withPrefix(all, query, ({ subject }) => subject),
      query,
    ).map(entity)
  }),
  route('GET /schemas/types', () => ['JSON', 'PROTOBUF', 'AVRO']),
  route('GET /schemas/ids/*', (registry, asked) => {
    const [{ schema, schemaType, references, more }] = byId(registry, asked)
    const most = flag(asked.query, 'fetchMaxId') ? { maxId: registry.state.nextId(DEFAULT_CONTEXT) - 1 } : {}
    return {
      ...(schemaType === 'AVRO' ? {} : { schemaType }),
      schema,
      ...(references.length === 0 ? {} : { references }),
      ...more,
      ...most,
    }
  }),
  route('GET /schemas/ids/*/schema', (registry, asked) => new Plain(byId(registry, asked)[0].schema)),
  route('GET /schemas/ids/*/subjects', (registry, asked) => {
    const all = byId(registry, asked).filter((each) => isWanted(each, asked.query))
    return page([...new Set(all.map(({ subject }) => subject))].sort(), asked.query)
  }),
  route('GET /schemas/ids/*/versions', (registry, asked) => {
    const all = byId(registry, asked).filter((each) => isWanted(each, asked.query))
    return page(
      all.map(({ subject, version }) => ({ subject, version })).sort((a, b) => (a.subject < b.subject ? -1 : 1)),
      asked.query,
    )
  }),
  route('GET /config', (registry) => ({ compatibilityLevel: 'BACKWARD', ...registry.state.levels.get(null) })),
  route('PUT /config', (registry, asked) => putLevel(registry, null, asked), change),
  route(
    'DELETE /config',
    async (registry) => {
      const before = { compatibilityLevel: 'BACKWARD', ...registry.state.levels.get(null) }
      await registry.setLevel(null, null)
      return before
    },
    change,
  ),
  route('GET /config/*', (registry, { parts: [subject], query }) => {
    const own = registry.state.levels.get(subject)
    if (own !== undefined) return own
    if (!flag(query, 'defaultToGlobal')) throw failures.noSubjectLevel(subject)
    return { compatibilityLevel: 'BACKWARD', ...registry.state.levels.get(null) }
  }),
  route('PUT /config/*', (registry, asked) => putLevel(registry, asked.parts[0], asked), change),
  route(
    'DELETE /config/*',
    async (registry, { parts: [subject] }) => {
      const own = registry.state.levels.get(subject)
      if (own === undefined) throw failures.subjectNotFound(subject)
      await registry.setLevel(subject, null)
      return own
    },
    change,
  ),
  route('GET /mode', (registry) => ({ mode: registry.state.modes.get(null) ?? 'READWRITE' })),
  route('PUT /mode', (registry, asked) => putMode(registry, null, asked), change),
  route(
    'DELETE /mode',
    async (registry) => {
      const mode = registry.state.modes.get(null) ?? 'READWRITE'
      await registry.setMode(null, null, true)
      return { mode }
    },
    change,
  ),
  route('GET /mode/*', (registry, { parts: [subject], query }) => {
    const own = registry.state.modes.get(subject)
    if (own !== undefined) return { mode: own }
    if (!flag(query, 'defaultToGlobal')) throw failures.noSubjectMode(subject)
    return { mode: registry.state.modes.get(null) ?? 'READWRITE' }
  }),
  route('PUT /mode/*', (registry, asked) => putMode(registry, asked.parts[0], asked), change),
  route(
    'DELETE /mode/*',
    async (registry, { parts: [subject] }) => {
      const mode = registry.state.modes.get(subject)
      if (mode === undefined) throw failures.subjectNotFound(subject)
      await registry.setMode(subject, null, true)
      return { mode }
    },
    change,
  ),
  route('POST /compatibility/subjects/*/versions', (registry, asked) => checked(registry, asked, undefined)),
  route('POST /compatibility/subjects/*/versions/*', (registry, asked) =>
    checked(registry, asked, versionOf(asked.parts[1])),
  ),
  route('GET /contexts', (registry) => [...new Set([DEFAULT_CONTEXT, ...registry.state.names().map(contextOf)])]),
  route('GET /v1/metadata/id', () => ({
    id: '',
    scope: { path: [], clusters: { 'schema-registry-cluster': 'ktool' } },
  })),
]

export function createRoutes(broker: Broker, warn: (text: string) => void): RegistryRoutes {
  const registry = new Registry(new RegistryLog(broker), warn)
  return {
    async answer(method, path, query, content) {
      const fitting = routes.filter(({ pattern }) => fits(pattern, path))
      const chosen = fitting.find((each) => each.method === (method === 'HEAD' ? 'GET' : method))
      if (fitting.length === 0) return failed(404, 'HTTP 404 Not Found')
      if (chosen === undefined) return failed(405, 'HTTP 405 Method Not Allowed')
      const parts = path.filter((_, i) => chosen.pattern[i] === '*')
      const work = async () => chosen.answer(registry, { parts, query, content })
      try {
        if (!chosen.changes) registry.refresh()
        const result = await (chosen.changes ? registry.change(work) : work())
        return { status: 200, text: result instanceof Plain ? result.text : JSON.stringify(result) }
      } catch (error) {
        if (!(error instanceof RegistryFailure)) throw error
        return failed(error.status, error.message, error.code)
      }
    },
  }
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((part, i) => part === '*' || part === path[i])
}

function found(registry: Registry, { parts: [subject, version], query }: Asked): StoredSchema {
  return registry.find(subject, versionOf(version), flag(query, 'deleted'))
}

/** The versions with an id; throws 40403 where there is none. */
function byId(registry: Registry, { parts: [text], query }: Asked): StoredSchema[] {
  const subject = query.get('subject') ?? ''
  const id = /^\d{1,10}$/.test(text) ? Number(text) : -1
  if (id < 0) throw new RegistryFailure(404, 'HTTP 404 Not Found')
  const all = registry.state.withId(id, contextOf(subject))
  if (all.length === 0) throw failures.schemaNotFound(id)
  // That of the subject first, where several share the id.
  const isAsked = (each: StoredSchema) => (each.subject === subject ? 0 : 1)
  return all.sort((a, b) => isAsked(a) - isAsked(b))
}

async function checked(
  registry: Registry,
  { parts: [subject], query, content }: Asked,
  version: number | 'latest' | undefined,
) {
  const messages = await registry.check(subject, schemaOf(content), version)
  return { is_compatible: messages.length === 0, ...(flag(query, 'verbose') ? { messages } : {}) }
}

async function putLevel(registry: Registry, subject: string | null, { content }: Asked) {
  const { compatibility, normalize } = (content ?? {}) as { compatibility?: unknown; normalize?: unknown }
  const level = typeof compatibility === 'string' ? compatibility.toUpperCase() : undefined
  if (level === undefined ? compatibility !== undefined && compatibility !== null : !levels.includes(level as Level)) {
    throw failures.invalidLevel()
  }
  const before = registry.state.levels.get(subject) ?? {}
  const value: StoredLevel = {
    ...before,
    ...(level === undefined ? {} : { compatibilityLevel: level }),
    ...(typeof normalize === 'boolean' ? { normalize } : {}),
  }
  await registry.setLevel(subject, value)
  return {
    ...(level === undefined ? {} : { compatibility: level }),
    ...(typeof normalize === 'boolean' ? { normalize } : {}),
  }
}

async function putMode(registry: Registry, subject: string | null, { content, query }: Asked) {
  const { mode } = (content ?? {}) as { mode?: unknown }
  const wanted = typeof mode === 'string' ? mode.toUpperCase() : ''
  if (!(modes as readonly string[]).includes(wanted)) throw failures.invalidMode()
  await registry.setMode(subject, wanted, flag(query, 'force'))
  return { mode: wanted }
}

/** A schema in a request. Throws 42201 for what is none. */
function schemaOf(content: unknown): SchemaSource {
  if (typeof content !== 'object' || content === null) throw failures.invalidSchema('Empty schema')
  const { schema, schemaType, references } = content as Record<string, unknown>
  const type = schemaType === undefined || schemaType === null || schemaType === '' ? 'AVRO' : schemaType
  if (typeof schema !== 'string' || schema === '') throw failures.invalidSchema('Empty schema')
  if (!schemaTypes.includes(type as SchemaType)) throw failures.invalidSchema(`Invalid schema type ${type}`)
  const list = references ?? []
  const isReference = (each: unknown): each is Reference => {
    const { name, subject, version } = (each ?? {}) as Record<string, unknown>
    return typeof name === 'string' && typeof subject === 'string' && Number.isInteger(version)
  }
  if (!Array.isArray(list) || !list.every(isReference)) throw failures.invalidSchema('its references are wrong')
  const plain = list.map(({ name, subject, version }) => ({ name, subject, version }))
  return { schemaType: type as SchemaType, schema, references: plain }
}

function entity({ subject, version, id, schemaType, references, more, schema }: StoredSchema): object {
  return {
    subject,
    version,
    id,
    ...(schemaType === 'AVRO' ? {} : { schemaType }),
    ...(references.length === 0 ? {} : { references }),
    ...more,
    schema,
  }
}

function versionOf(text: string): number | 'latest' {
  if (text === 'latest' || text === '-1') return 'latest'
  const version = /^\d{1,10}$/.test(text) ? Number(text) : 0
  if (version < 1 || version > LARGEST_VERSION) throw failures.invalidVersion(text)
  return version
}

function flag(query: URLSearchParams, name: string): boolean {
  return query.get(name)?.toLowerCase() === 'true'
}

function isWanted({ deleted }: StoredSchema, query: URLSearchParams): boolean {
  return flag(query, 'deletedOnly') ? deleted : !deleted || flag(query, 'deleted') || flag(query, 'deletedAsNegative')
}

/** Subjects of the default context, unless a prefix asks for others; `:*:` is all of them. */
function withPrefix<Item>(items: readonly Item[], query: URLSearchParams, subjectOf: (item: Item) => string): Item[] {
  const prefix = query.get('subjectPrefix') ?? ''
  if (prefix.startsWith(':*:')) return items.filter((item) => subjectOf(item).includes(prefix.slice(3)))
  return items.filter((item) => subjectOf(item).startsWith(prefix))
}

function page<Item>(items: readonly Item[], query: URLSearchParams): Item[] {
  const offset = Math.max(0, Number(query.get('offset') ?? 0) || 0)
  const limit = Number(query.get('limit') ?? -1)
  return items.slice(offset, limit >= 0 && Number.isInteger(limit) ? offset + limit : undefined)
}
