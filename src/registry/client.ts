// Asks a schema registry over HTTP. With several addresses the next one is asked when one does not answer. What does not
// change (schemas by their ids) is asked for once.

import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { Settings } from '../config/settings.ts'
import { KtoolError, TimeoutError, UnreachableError, UsageError } from '../errors.ts'
import { type HttpAgents, httpAgents } from '../net/http-agents.ts'
import { fileProblem } from '../util/file-problem.ts'
import type { ProxyAddress } from '../util/proxy-url.ts'
import { RegistryError } from './errors.ts'
import {
  type ParsedSchema,
  parseSchema,
  type Reference,
  type ResolvedReference,
  type SchemaSource,
  type SchemaType,
} from './schema.ts'
import { parseRegistryUrls, type RegistryUrl } from './url.ts'

/** One version of a subject. */
export interface RegisteredSchema extends SchemaSource {
  subject: string
  version: number
  id: number
}

export interface CompatibilityAnswer {
  isCompatible: boolean
  /** Why not, in the registry's words. */
  messages: string[]
}

export interface RegistryClientOptions {
  urls: readonly RegistryUrl[]
  /** `user:password`, where the URLs have none. */
  userInfo: string
  token: string
  tls: { ca?: Buffer; cert?: Buffer; key?: Buffer }
  timeoutMs: number
  proxy: ProxyAddress | null
  setupTimeoutMs: number
}

type Query = Record<string, string | number | boolean | undefined>

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json'
/** No schema is near this size. */
const LARGEST_ANSWER = 64 << 20
const NOT_FOUND_SCHEMA = 40403

/** Throws a UsageError for an address or a file that can't be. */
export function registryOptions(settings: Settings): RegistryClientOptions {
  const file = (setting: string, path: string) => {
    if (path === '') return undefined
    try {
      return readFileSync(path)
    } catch (error) {
      throw new UsageError(`setting ${setting}: ${fileProblem(error, path)}`)
    }
  }
  const tls = {
    ca: file('schema.registry.ssl.ca.location', settings['schema.registry.ssl.ca.location']),
    cert: file('schema.registry.ssl.certificate.location', settings['schema.registry.ssl.certificate.location']),
    key: file('schema.registry.ssl.key.location', settings['schema.registry.ssl.key.location']),
  }
  return {
    urls: parseRegistryUrls(settings['schema.registry.url']),
    userInfo: settings['schema.registry.basic.auth.user.info'],
    token: settings['schema.registry.bearer.auth.token'],
    tls,
    timeoutMs: settings['request.timeout.ms'],
    proxy: settings.proxy,
    setupTimeoutMs: settings['socket.connection.setup.timeout.ms'],
  }
}

export class RegistryClient {
  private readonly options: RegistryClientOptions
  private readonly agents: HttpAgents
  private readonly byId = new Map<number, Promise<SchemaSource>>()
  private readonly parsed = new Map<number, Promise<ParsedSchema>>()
  /** The address that answered last. */
  private current = 0

  constructor(options: RegistryClientOptions) {
    this.options = options
    this.agents = httpAgents(options.proxy, options.setupTimeoutMs, options.tls)
  }

  /** Where it asks, without secrets. */
  get where(): string {
    return this.options.urls[this.current].base.href.replace(/\/$/, '')
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy()
  }

  subjects({ prefix, deleted = false }: { prefix?: string; deleted?: boolean } = {}): Promise<string[]> {
    return this.get('/subjects', { subjectPrefix: prefix, deleted: deleted || undefined })
  }

  versions(subject: string, { deleted = false } = {}): Promise<number[]> {
    return this.get(`${subjectPath(subject)}/versions`, { deleted: deleted || undefined })
  }

  async version(subject: string, version: number | 'latest', { deleted = false } = {}): Promise<RegisteredSchema> {
    const path = `${subjectPath(subject)}/versions/${version}`
    const found = await this.get<WireSchema>(path, { deleted: deleted || undefined })
    return registered(found)
  }

  /** The schema of an id. Throws a RegistryError with the code 40403 where there is none. */
  schema(id: number): Promise<SchemaSource> {
    let schema = this.byId.get(id)
    if (schema === undefined) {
      schema = this.get<WireSchema>(`/schemas/ids/${id}`, {}).then(source)
      this.byId.set(id, schema)
      // What failed for another reason may be there the next time.
      schema.catch((error) => {
        if (!(error instanceof RegistryError && error.code === NOT_FOUND_SCHEMA)) this.byId.delete(id)
      })
    }
    return schema
  }

  /** The same with its references, ready for use. */
  parsedSchema(id: number): Promise<ParsedSchema> {
    let parsed = this.parsed.get(id)
    if (parsed === undefined) {
      parsed = this.schema(id).then((schema) => this.parse(schema))
      this.parsed.set(id, parsed)
      parsed.catch(() => this.parsed.delete(id))
    }
    return parsed
  }

  async parse(schema: SchemaSource): Promise<ParsedSchema> {
    return parseSchema(schema, await this.resolve(schema.references))
  }

  /** The texts of references, and before each those that it needs. */
  async resolve(references: readonly Reference[], found = new Map<string, ResolvedReference>()) {
    for (const { name, subject, version } of references) {
      if (found.has(name)) continue
      const { schema, references: inner } = await this.version(subject, version, { deleted: true })
      await this.resolve(inner, found)
      found.set(name, { name, schema })
    }
    return [...found.values()]
  }

  /** Where a schema is used: subjects and versions. */
  schemaVersions(id: number, { deleted = false } = {}): Promise<{ subject: string; version: number }[]> {
    return this.get(`/schemas/ids/${id}/versions`, { deleted: deleted || undefined })
  }

  async register(subject: string, schema: SchemaSource, { normalize = false } = {}): Promise<number> {
    const path = `${subjectPath(subject)}/versions`
    const { id } = await this.send<{ id: number }>('POST', path, { normalize: normalize || undefined }, body(schema))
    return id
  }

  /** The version of the subject that has this schema. */
  async lookup(
    subject: string,
    schema: SchemaSource,
    { normalize = false, deleted = false } = {},
  ): Promise<RegisteredSchema> {
    const query = { normalize: normalize || undefined, deleted: deleted || undefined }
    return registered(await this.send<WireSchema>('POST', subjectPath(subject), query, body(schema)))
  }

  /** `version`: against this one; undefined: against those that the subject's level says. */
  async check(
    subject: string,
    schema: SchemaSource,
    version: number | 'latest' | undefined,
    { normalize = false } = {},
  ): Promise<CompatibilityAnswer> {
    const path = `/compatibility${subjectPath(subject)}/versions${version === undefined ? '' : `/${version}`}`
    const query = { verbose: true, normalize: normalize || undefined }
    const answer = await this.send<{ is_compatible: boolean; messages?: string[] }>('POST', path, query, body(schema))
    return { isCompatible: answer.is_compatible, messages: answer.messages ?? [] }
  }

  /** The numbers of the versions that are deleted. */
  async delete(subject: string, version: number | 'latest' | undefined, permanent: boolean): Promise<number[]> {
    const path = version === undefined ? subjectPath(subject) : `${subjectPath(subject)}/versions/${version}`
    const answer = await this.send<number | number[]>('DELETE', path, { permanent: permanent || undefined })
    return Array.isArray(answer) ? answer : [answer]
  }

  referencedBy(subject: string, version: number | 'latest'): Promise<number[]> {
    return this.get(`${subjectPath(subject)}/versions/${version}/referencedby`, {})
  }

  /** Undefined where the subject has none of its own. */
  async level(subject: string | undefined): Promise<string | undefined> {
    return this.optional(async () => {
      const answer = await this.get<{ compatibilityLevel: string }>(settingPath('config', subject), {})
      return answer.compatibilityLevel
    })
  }

  async setLevel(subject: string | undefined, compatibility: string): Promise<void> {
    await this.send('PUT', settingPath('config', subject), {}, { compatibility })
  }

  async deleteLevel(subject: string | undefined): Promise<void> {
    await this.send('DELETE', settingPath('config', subject), {})
  }

  /** Undefined where the subject has none of its own. */
  async mode(subject: string | undefined): Promise<string | undefined> {
    return this.optional(async () => (await this.get<{ mode: string }>(settingPath('mode', subject), {})).mode)
  }

  async setMode(subject: string | undefined, mode: string, force: boolean): Promise<void> {
    await this.send('PUT', settingPath('mode', subject), { force: force || undefined }, { mode })
  }

  async deleteMode(subject: string): Promise<void> {
    await this.send('DELETE', settingPath('mode', subject), {})
  }

  private async optional<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await ask()
    } catch (error) {
      if (error instanceof RegistryError && (error.code === 40408 || error.code === 40409 || error.code === 40401)) {
        return undefined
      }
      throw error
    }
  }

  private get<Answer>(path: string, query: Query): Promise<Answer> {
    return this.send('GET', path, query)
  }

  private async send<Answer>(method: string, path: string, query: Query, content?: unknown): Promise<Answer> {
    const { urls } = this.options
    for (let i = 0; ; i++) {
      const url = urls[this.current]
      try {
        return (await this.request(url, method, path, query, content)) as Answer
      } catch (error) {
        const isElsewhere = error instanceof UnreachableError || error instanceof TimeoutError
        if (!isElsewhere || i + 1 >= urls.length) throw error
        this.current = (this.current + 1) % urls.length
      }
    }
  }

  private request(
    { base, userInfo }: RegistryUrl,
    method: string,
    path: string,
    query: Query,
    content: unknown,
  ): Promise<unknown> {
    const where = `the schema registry at ${base.href.replace(/\/$/, '')}`
    const url = new URL(base)
    url.pathname = base.pathname.replace(/\/$/, '') + path
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, String(value))
    const text = content === undefined ? undefined : JSON.stringify(content)
    const protocol = base.protocol as 'http:' | 'https:'
    const user = userInfo ?? this.options.userInfo
    const headers: Record<string, string | number> = { Accept: CONTENT_TYPE }
    if (text !== undefined) {
      headers['Content-Type'] = CONTENT_TYPE
      headers['Content-Length'] = Buffer.byteLength(text)
    }
    if (this.options.token !== '') headers['Authorization'] = `Bearer ${this.options.token}`
    else if (user !== '') headers['Authorization'] = `Basic ${Buffer.from(user).toString('base64')}`
    return new Promise((resolve, reject) => {
      const { timeoutMs } = this.options
      const request = (protocol === 'https:' ? https : http).request(
        url,
        { method, headers, agent: this.agents[protocol] },
        (response) => {
          const pieces: Buffer[] = []
          let size = 0
          response.on('data', (piece: Buffer) => {
            size += piece.length
            if (size > LARGEST_ANSWER) request.destroy(new Error(`its answer is larger than ${LARGEST_ANSWER} bytes`))
            pieces.push(piece)
          })
          response.on('error', (error) => request.destroy(error))
          response.on('end', () => {
            clearTimeout(timer)
            try {
              resolve(answerOf(where, response.statusCode ?? 0, Buffer.concat(pieces).toString()))
            } catch (error) {
              reject(error)
            }
          })
        },
      )
      const timer = setTimeout(
        () => request.destroy(new TimeoutError(`${where} has not answered in ${timeoutMs} ms`)),
        timeoutMs,
      )
      request.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer)
        if (error instanceof KtoolError) return reject(error)
        const isTrust = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(error.code ?? '')
        const reason = error.code === 'ECONNREFUSED' ? 'nobody listens there' : error.message || (error.code ?? '')
        const hint = isTrust
          ? 'name its CA with -X schema.registry.ssl.ca.location=FILE'
          : 'name another one with --registry URL, or set KTOOL_REGISTRY; `ktool serve` brings one'
        reject(new UnreachableError(`${where} can't be reached: ${reason}`, { cause: error, hint }))
      })
      request.end(text)
    })
  }
}

/** What to do, by the error's code or the status. */
const HINTS: Record<number, string> = {
  401: 'log in with -X schema.registry.basic.auth.user.info=USER:PASSWORD, or a bearer token',
  403: 'log in with -X schema.registry.basic.auth.user.info=USER:PASSWORD, or a bearer token',
  409: '`ktool schemas check` lists what is in the way',
  40401: '`ktool schemas list` shows all; `ktool schemas register` and producing with --value-schema FILE make one',
  40402: '`ktool schemas list` shows the versions that there are',
}

function answerOf(where: string, status: number, text: string): unknown {
  let json: unknown
  try {
    json = text === '' ? undefined : JSON.parse(text)
  } catch {
    json = undefined
  }
  if (status >= 200 && status < 300) {
    if (json !== undefined) return json
    throw new RegistryError(`${where} answered with something that is not JSON`, status, status)
  }
  const { error_code: code, message } = (json ?? {}) as { error_code?: unknown; message?: unknown }
  // The whole of the other schema helps nobody in an error.
  const said =
    typeof message === 'string'
      ? message.replace(/, \{oldSchema: '[\s\S]*?'\}(?=, \{|\])/g, '')
      : (http.STATUS_CODES[status] ?? `status ${status}`)
  const number = typeof code === 'number' ? code : status
  throw new RegistryError(`${where}: ${said}`, status, number, HINTS[number] ?? HINTS[status])
}

/** A schema in answers; what is the default may be left out. */
interface WireSchema {
  subject?: string
  version?: number
  id?: number
  schemaType?: SchemaType
  schema: string
  references?: Reference[]
}

function source({ schemaType = 'AVRO', schema, references = [] }: WireSchema): SchemaSource {
  return { schemaType, schema, references }
}

function registered(wire: WireSchema): RegisteredSchema {
  return { subject: wire.subject ?? '', version: wire.version ?? -1, id: wire.id ?? -1, ...source(wire) }
}

function body({ schemaType, schema, references }: SchemaSource): object {
  // Registries before 5.5 know neither types nor references.
  return {
    schema,
    ...(schemaType === 'AVRO' ? {} : { schemaType }),
    ...(references.length === 0 ? {} : { references }),
  }
}

function subjectPath(subject: string): string {
  return `/subjects/${encodeURIComponent(subject)}`
}

function settingPath(what: string, subject: string | undefined): string {
  return subject === undefined ? `/${what}` : `/${what}/${encodeURIComponent(subject)}`
}
