// What a registry knows: the sum of the records of `_schemas`, in the order of the topic.

import type { Reference, SchemaSource } from '../schema.ts'
import type { Change, StoredLevel, StoredSchema } from './records.ts'

export const DEFAULT_CONTEXT = '.'

export class RegistryState {
  /** Versions of each subject by their numbers, in order; those that are soft-deleted too. */
  private readonly subjects = new Map<string, Map<number, StoredSchema>>()
  readonly levels = new Map<string | null, StoredLevel>()
  readonly modes = new Map<string | null, string>()
  /** The highest id that was ever seen, for each context: ids are not given twice. */
  private readonly highest = new Map<string, number>()

  apply(change: Change): void {
    const { subject } = change
    switch (change.type) {
      case 'SCHEMA':
        if (change.value === null) this.remove(change.subject, change.version)
        else this.put(change.value)
        return
      case 'CONFIG':
        if (change.value === null) this.levels.delete(subject)
        else this.levels.set(subject, change.value)
        return
      case 'MODE':
        if (change.value === null) this.modes.delete(subject)
        else this.modes.set(subject, change.value)
        return
      case 'DELETE_SUBJECT':
        for (const stored of this.all(change.subject)) {
          if (stored.version <= change.version) this.put({ ...stored, deleted: true })
        }
        return
      case 'CLEAR_SUBJECT':
        this.subjects.delete(change.subject)
    }
  }

  /** All versions of a subject, in order. */
  all(subject: string): StoredSchema[] {
    return [...(this.subjects.get(subject)?.values() ?? [])].sort((a, b) => a.version - b.version)
  }

  get(subject: string, version: number): StoredSchema | undefined {
    return this.subjects.get(subject)?.get(version)
  }

  names(): string[] {
    return [...this.subjects.keys()].sort()
  }

  /** Every version of every subject. */
  *everything(): Generator<StoredSchema> {
    for (const versions of this.subjects.values()) yield* versions.values()
  }

  withId(id: number, context: string): StoredSchema[] {
    return [...this.everything()].filter((each) => each.id === id && contextOf(each.subject) === context)
  }

  /** An id of the context that has this very schema. */
  idOf(schema: SchemaSource, context: string): number | undefined {
    for (const each of this.everything()) {
      if (contextOf(each.subject) === context && isSame(each, schema)) return each.id
    }
    return undefined
  }

  nextId(context: string): number {
    return (this.highest.get(context) ?? 0) + 1
  }

  /** The versions that name this one in their references, but for those that are deleted. */
  referencesTo(subject: string, version: number): StoredSchema[] {
    return [...this.everything()].filter(
      (each) =>
        !each.deleted &&
        each.references.some((reference) => reference.subject === subject && reference.version === version),
    )
  }

  private put(stored: StoredSchema): void {
    const versions = this.subjects.get(stored.subject) ?? new Map<number, StoredSchema>()
    this.subjects.set(stored.subject, versions)
    versions.set(stored.version, stored)
    const context = contextOf(stored.subject)
    this.highest.set(context, Math.max(stored.id, this.highest.get(context) ?? 0))
  }

  private remove(subject: string, version: number): void {
    const versions = this.subjects.get(subject)
    versions?.delete(version)
    if (versions?.size === 0) this.subjects.delete(subject)
  }
}

/** `:.name:subject` is of the context `.name`. */
export function contextOf(subject: string): string {
  return /^:(\.[^:]*):/.exec(subject)?.[1] ?? DEFAULT_CONTEXT
}

export function isSame(stored: SchemaSource, schema: SchemaSource): boolean {
  return (
    stored.schema === schema.schema &&
    stored.schemaType === schema.schemaType &&
    stored.references.length === schema.references.length &&
    stored.references.every((reference, i) => isSameReference(reference, schema.references[i]))
  )
}

function isSameReference(a: Reference, b: Reference): boolean {
  return a.name === b.name && a.subject === b.subject && a.version === b.version
}
