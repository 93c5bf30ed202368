// A schema registry without its HTTP: what registering, looking up, checking and deleting do, on a log of records. One
// change is made at a time; what is in the log by then, from whomever, counts. (Confluent: KafkaSchemaRegistry.)

import { type Difference, differenceText } from '../difference.ts'
import { InvalidSchemaError } from '../errors.ts'
import { type ParsedSchema, parseSchema, type Reference, type ResolvedReference, type SchemaSource } from '../schema.ts'
import { failures, RegistryFailure } from './errors.ts'
import { type Change, changeOf, recordOf, type StoredLevel, type StoredSchema, type StoreRecord } from './records.ts'
import { contextOf, isSame, RegistryState } from './state.ts'

/** Where the records are: `_schemas`. */
export interface StoreLog {
  /** Shows each record that came since the last call; calls `forget` first where all is to be read anew. */
  read(visit: (key: Buffer, value: Buffer | null) => void, forget: () => void): void
  /** Writes records, all or none. Throws where they can't be written. */
  append(records: readonly StoreRecord[]): Promise<void> | undefined
}

export const levels = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const

export type Level = (typeof levels)[number]

export const modes = ['READWRITE', 'READONLY', 'READONLY_OVERRIDE', 'IMPORT', 'FORWARD'] as const

export interface RegisterRequest extends SchemaSource {
  id?: number | undefined
  version?: number | undefined
  normalize: boolean
  force: boolean
}

const MOST_REFERENCES = 1000

export class Registry {
  state: RegistryState = new RegistryState()
  private readonly log: StoreLog
  private readonly warn: (text: string) => void
  private last: Promise<unknown> = Promise.resolve()

  constructor(log: StoreLog, warn: (text: string) => void) {
    this.log = log
    this.warn = warn
  }

  /** Takes in what came to the log. */
  refresh(): void {
    this.log.read(
      (key, value) => {
        try {
          const change = changeOf(key, value)
          if (change !== undefined) this.state.apply(change)
        } catch (error) {
          this.warn(`_schemas: leaving out a record: ${(error as Error).message}`)
        }
      },
      () => {
        this.state = new RegistryState()
      },
    )
  }

  /** Runs changes one after the other, each on all that was before it. */
  change<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = this.last.then(() => {
      this.refresh()
      return work()
    })
    this.last = run.catch(() => {})
    return run
  }

  /** The version of a subject; throws 40401 and 40402. */
  find(subject: string, version: number | 'latest', withDeleted = false): StoredSchema {
    const all = this.state.all(subject)
    const live = withDeleted ? all : all.filter(({ deleted }) => !deleted)
    if (live.length === 0) throw failures.subjectNotFound(subject)
    const found = version === 'latest' ? live[live.length - 1] : live.find((each) => each.version === version)
    if (found === undefined) throw failures.versionNotFound(version)
    return found
  }

  async register(subject: string, request: RegisterRequest): Promise<StoredSchema> {
    const { id, force } = request
    const mode = this.modeOf(subject)
    const isImport = mode === 'IMPORT'
    if (mode !== 'READWRITE' && !isImport) {
      throw failures.notPermitted(`Subject ${subject} is in read-only mode`)
    }
    if (id !== undefined && id >= 0 && !isImport) {
      throw failures.notPermitted(`Subject ${subject} is not in import mode`)
    }
    const parsed = await this.parse(request)
    const schema = this.normal(subject, request, parsed)
    const all = this.state.all(subject)
    const same = all.find((each) => !each.deleted && isSame(each, schema))
    if (same !== undefined && (id === undefined || id < 0 || same.id === id)) return same
    if (same !== undefined) throw failures.idDoesNotMatch(same.id)
    if (!isImport && !force) {
      const level = this.levelOf(subject)
      const problems = await this.problems(parsed, all, level)
      if (problems.length > 0) throw failures.incompatible(subject, problems)
    }
    const context = contextOf(subject)
    const stored: StoredSchema = {
      subject,
      version: this.newVersion(all, isImport ? request.version : undefined),
      id: this.newId(schema, context, isImport ? id : undefined),
      schemaType: schema.schemaType,
      references: schema.references,
      schema: schema.schema,
      deleted: false,
      more: {},
    }
    // A version that was soft-deleted with the same schema gives way to the new one.
    const replaced = all.filter((each) => each.deleted && each.id === stored.id && each.version !== stored.version)
    await this.write([
      { type: 'SCHEMA', subject, version: stored.version, value: stored },
      ...replaced.map(({ version }): Change => ({ type: 'SCHEMA', subject, version, value: null })),
    ])
    return stored
  }

  /** The version of a subject that has the schema. Throws 40401, 40403, 42201. */
  async lookup(subject: string, schema: SchemaSource, normalize: boolean, withDeleted: boolean): Promise<StoredSchema> {
    const all = this.state.all(subject).filter(({ deleted }) => withDeleted || !deleted)
    if (all.length === 0) throw failures.subjectNotFound(subject)
    const wanted = this.normal(subject, { ...schema, normalize }, await this.parse(schema))
    const found = all.findLast((each) => isSame(each, wanted))
    if (found === undefined) throw failures.schemaNotFound()
    return found
  }

  /** Why a schema is not compatible; nothing where it is. `version` undefined: with those that the level says. */
  async check(subject: string, schema: SchemaSource, version: number | 'latest' | undefined): Promise<string[]> {
    const all = this.state.all(subject).filter(({ deleted }) => !deleted)
    const parsed = await this.parse(schema)
    if (version === undefined) return this.problems(parsed, all, this.levelOf(subject))
    const against = version === 'latest' ? all.at(-1) : all.find((each) => each.version === version)
    if (against !== undefined) return this.problems(parsed, [against], this.levelOf(subject))
    if (version === 'latest') return []
    throw failures.versionNotFound(version)
  }

  /** Throws 40401, 40404 and the like; 42206 where another schema needs one of them. */
  async deleteSubject(subject: string, permanent: boolean): Promise<number[]> {
    this.checkWritable(subject)
    const all = this.state.all(subject)
    if (all.length === 0) throw failures.subjectNotFound(subject)
    const live = all.filter(({ deleted }) => !deleted)
    if (permanent && live.length > 0) throw failures.subjectNotSoftDeleted(subject)
    if (!permanent && live.length === 0) throw failures.subjectSoftDeleted(subject)
    const gone = permanent ? all : live
    for (const { version } of gone) this.checkUnreferenced(subject, version, subject)
    const settings: Change[] = []
    if (this.state.levels.has(subject)) settings.push({ type: 'CONFIG', subject, value: null })
    if (this.state.modes.has(subject)) settings.push({ type: 'MODE', subject, value: null })
    if (permanent) {
      await this.write(all.map(({ version }): Change => ({ type: 'SCHEMA', subject, version, value: null })))
    } else {
      const { version } = live[live.length - 1]
      await this.write([{ type: 'DELETE_SUBJECT', subject, version }, ...settings])
    }
    return gone.map(({ version }) => version)
  }

  async deleteVersion(subject: string, version: number | 'latest', permanent: boolean): Promise<number> {
    this.checkWritable(subject)
    const found = this.find(subject, version, permanent || version !== 'latest')
    if (permanent && !found.deleted) throw failures.versionNotSoftDeleted(subject, found.version)
    if (!permanent && found.deleted) throw failures.versionSoftDeleted(subject, found.version)
    this.checkUnreferenced(subject, found.version)
    const value = permanent ? null : { ...found, deleted: true }
    await this.write([{ type: 'SCHEMA', subject, version: found.version, value }])
    return found.version
  }

  async setLevel(subject: string | null, value: StoredLevel | null): Promise<void> {
    await this.write([{ type: 'CONFIG', subject, value }])
  }

  async setMode(subject: string | null, mode: string | null, force: boolean): Promise<void> {
    if (mode === 'IMPORT' && !force) {
      const isEmpty = [...this.state.everything()].every(
        (each) => each.deleted || (subject !== null && each.subject !== subject),
      )
      if (!isEmpty) {
        throw failures.notPermitted('Cannot import since found existing subjects')
      }
    }
    await this.write([{ type: 'MODE', subject, value: mode }])
  }

  levelOf(subject: string): Level {
    const own = this.state.levels.get(subject)?.compatibilityLevel
    return (own ?? this.state.levels.get(null)?.compatibilityLevel ?? 'BACKWARD') as Level
  }

  modeOf(subject: string): string {
    const all = this.state.modes.get(null)
    if (all === 'READONLY_OVERRIDE') return all
    return this.state.modes.get(subject) ?? all ?? 'READWRITE'
  }

  /** Throws 42201. */
  async parse({ schemaType, schema, references }: SchemaSource): Promise<ParsedSchema> {
    const found = new Map<string, ResolvedReference>()
    this.resolve(references, found, new Set())
    try {
      return await parseSchema({ schemaType, schema }, [...found.values()])
    } catch (error) {
      throw invalid(error)
    }
  }

  private resolve(references: readonly Reference[], found: Map<string, ResolvedReference>, within: Set<string>): void {
    for (const { name, subject, version } of references) {
      if (found.has(name) || within.has(name)) continue
      if (within.size > MOST_REFERENCES) throw failures.invalidSchema('it has too many references')
      within.add(name)
      const all = this.state.all(subject)
      const stored = version === -1 ? all.findLast(({ deleted }) => !deleted) : this.state.get(subject, version)
      if (stored === undefined) {
        throw failures.invalidSchema(`No schema reference found for subject "${subject}" and version ${version}`)
      }
      this.resolve(stored.references, found, within)
      found.set(name, { name, schema: stored.schema })
    }
  }

  /** The schema as it is kept. */
  private normal(subject: string, request: SchemaSource & { normalize: boolean }, parsed: ParsedSchema): SchemaSource {
    const { state } = this
    const wants =
      request.normalize || (state.levels.get(subject)?.normalize ?? state.levels.get(null)?.normalize ?? false)
    return {
      schemaType: request.schemaType,
      schema: wants ? parsed.normalized() : parsed.canonical,
      references: wants ? [...request.references].sort((a, b) => (a.name < b.name ? -1 : 1)) : request.references,
    }
  }

  private async problems(fresh: ParsedSchema, all: readonly StoredSchema[], level: Level): Promise<string[]> {
    if (level === 'NONE') return []
    const live = all.filter(({ deleted }) => !deleted)
    const compared = level.endsWith('_TRANSITIVE') ? live.toReversed() : live.slice(-1)
    const found: string[] = []
    for (const stored of compared) {
      const reasons = await this.reasons(fresh, stored, level)
      if (reasons.length === 0) continue
      found.push(...reasons, `{oldSchemaVersion: ${stored.version}}`, `{oldSchema: '${stored.schema}'}`)
      // The first version that does not agree is told.
      break
    }
    if (found.length > 0) found.push(`{compatibility: '${level}'}`)
    return found
  }

  private async reasons(fresh: ParsedSchema, stored: StoredSchema, level: Level): Promise<string[]> {
    if (fresh.type !== stored.schemaType) {
      return [message({ type: 'TYPE_CHANGED', detail: '' }, `The type of the schema was ${stored.schemaType}`)]
    }
    const old = await this.parse(stored)
    const differences = (reader: ParsedSchema, writer: ParsedSchema): Difference[] => {
      try {
        return reader.differences(writer)
      } catch (error) {
        throw invalid(error)
      }
    }
    const said = (found: readonly Difference[], readerIs: 'new' | 'old') =>
      found.map((each) => message(each, differenceText(each, readerIs)))
    return [
      ...(level.startsWith('FORWARD') ? [] : said(differences(fresh, old), 'new')),
      ...(level.startsWith('BACKWARD') ? [] : said(differences(old, fresh), 'old')),
    ]
  }

  private newVersion(all: readonly StoredSchema[], wanted: number | undefined): number {
    if (wanted !== undefined && wanted > 0) return wanted
    return all.reduce((most, { version }) => Math.max(most, version), 0) + 1
  }

  private newId(schema: SchemaSource, context: string, wanted: number | undefined): number {
    const known = this.state.idOf(schema, context)
    if (wanted === undefined || wanted < 0) return known ?? this.state.nextId(context)
    const other = this.state.withId(wanted, context)
    if (other.some((each) => !isSame(each, schema))) {
      throw failures.notPermitted(`Overwrite new schema with id ${wanted} is not permitted.`)
    }
    return wanted
  }

  private checkWritable(subject: string): void {
    const mode = this.modeOf(subject)
    if (mode === 'READONLY' || mode === 'READONLY_OVERRIDE') {
      throw failures.notPermitted(`Subject ${subject} is in read-only mode`)
    }
  }

  /** `except`: references by versions of this subject do not count, as they go too. */
  private checkUnreferenced(subject: string, version: number, except?: string): void {
    const users = this.state.referencesTo(subject, version).filter((each) => each.subject !== except)
    if (users.length > 0) throw failures.referenceExists(subject, version)
  }

  private async write(changes: readonly Change[]): Promise<void> {
    try {
      await this.log.append(changes.map(recordOf))
    } catch (error) {
      throw error instanceof RegistryFailure ? error : failures.store((error as Error).message)
    }
    this.refresh()
  }
}

/** What is wrong with a schema; one that goes deeper than the stack is wrong too. */
function invalid(error: unknown): unknown {
  if (error instanceof InvalidSchemaError) return failures.invalidSchema(error.message)
  return error instanceof RangeError ? failures.invalidSchema('it is nested too deeply') : error
}

function message({ type, detail }: Pick<Difference, 'type' | 'detail'>, text: string): string {
  return `{errorType:'${type}', description:'${text}', additionalInfo:'${detail}'}`
}
