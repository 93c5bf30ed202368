// Whether what is valid for one JSON Schema is valid for another, with the kinds of difference and the rules of Confluent's
// registry (SchemaDiff). Properties depend on the content model: open (others are allowed, the default), closed
// (`additionalProperties: false`), or partially open (a schema or patterns for the others).

import { isDeepStrictEqual } from 'node:util'
import { runInNewContext } from 'node:vm'
import type { Difference } from '../difference.ts'
import { InvalidSchemaError } from '../errors.ts'

type Schema = boolean | { readonly [key: string]: unknown }
type Properties = Readonly<Record<string, Schema>>

export interface Side {
  schema: Schema
  /** Schemas of other files by the names that `$ref` has for them. */
  references: ReadonlyMap<string, Schema>
}

const MOST_NESTING = 200
/** Comparisons of parts with each other: with choices within choices they grow beyond all bounds. */
const MOST_STEPS = 50_000
/** A careless pattern (`^(a+)+$`) takes years for some names. */
const MATCH_WITHIN_MS = 50
/** Bounds, and whether a higher one allows more. */
const BOUNDS: readonly (readonly [keyword: string, kind: string, widerIsHigher: boolean])[] = [
  ['maxLength', 'MAX_LENGTH', true],
  ['minLength', 'MIN_LENGTH', false],
  ['maximum', 'MAXIMUM', true],
  ['minimum', 'MINIMUM', false],
  ['exclusiveMaximum', 'EXCLUSIVE_MAXIMUM', true],
  ['exclusiveMinimum', 'EXCLUSIVE_MINIMUM', false],
  ['maxItems', 'MAX_ITEMS', true],
  ['minItems', 'MIN_ITEMS', false],
  ['maxProperties', 'MAX_PROPERTIES', true],
  ['minProperties', 'MIN_PROPERTIES', false],
]

/** What keeps `reader` from taking all that `writer` takes. Throws an InvalidSchemaError where that takes too long to find. */
export function jsonSchemaDifferences(reader: Side, writer: Side): Difference[] {
  const found: Difference[] = []
  new Checker(reader, writer, found, { left: MOST_STEPS }).check(writer.schema, reader.schema, '#', 0)
  return found
}

class Checker {
  private readonly reader: Side
  private readonly writer: Side
  private readonly found: Difference[]
  private readonly steps: { left: number }
  private readonly inProgress = new Map<Schema, Set<Schema>>()

  constructor(reader: Side, writer: Side, found: Difference[], steps: { left: number }) {
    this.steps = steps
    this.reader = reader
    this.writer = writer
    this.found = found
  }

  check(writtenOld: Schema, writtenNew: Schema, path: string, depth: number): void {
    const old = resolve(writtenOld, this.writer)
    const fresh = resolve(writtenNew, this.reader)
    if (depth > MOST_NESTING) return
    if (this.steps.left-- <= 0) throw new InvalidSchemaError('it is too complex to be compared')
    if (typeof old === 'object' && typeof fresh === 'object') {
      // Schemas may contain themselves.
      const seen = this.inProgress.get(old) ?? new Set()
      this.inProgress.set(old, seen)
      if (seen.has(fresh)) return
      seen.add(fresh)
    }
    if (allowsNothing(old) || allowsAll(fresh)) return
    if (allowsAll(old) || allowsNothing(fresh)) {
      this.add('TYPE_NARROWED', path, allowsAll(old) ? 'anything was allowed' : 'nothing is allowed')
      return
    }
    const [before, after] = [old as Record<string, unknown>, fresh as Record<string, unknown>]
    if (this.combined(before, after, path, depth)) return
    this.types(before, after, path)
    this.enums(before, after, path)
    for (const [keyword, kind, widerIsHigher] of BOUNDS) this.bound(before, after, keyword, kind, widerIsHigher, path)
    this.single(before, after, 'pattern', 'PATTERN', path)
    this.multipleOf(before, after, path)
    this.objects(before, after, path, depth)
    this.arrays(before, after, path, depth)
    if (before['not'] !== undefined && after['not'] !== undefined) {
      // The other way round: what is excluded may only become less.
      if (!this.isCompatible(after['not'] as Schema, before['not'] as Schema, depth)) {
        this.add('NOT_TYPE_EXTENDED', `${path}/not`)
      }
    } else if (after['not'] !== undefined) this.add('NOT_TYPE_EXTENDED', `${path}/not`)
  }

  /** allOf, anyOf and oneOf; true where they say all there is to say. */
  private combined(
    before: Record<string, unknown>,
    after: Record<string, unknown>,
    path: string,
    depth: number,
  ): boolean {
    const oldKind = kindOf(before)
    const newKind = kindOf(after)
    if (oldKind === undefined && newKind === undefined) return false
    if (oldKind === undefined && newKind !== undefined) {
      const parts = after[newKind] as Schema[]
      const fits = parts.map((part) => this.isCompatible(before, part, depth))
      const isFine = newKind === 'allOf' ? fits.every(Boolean) : fits.some(Boolean)
      if (!isFine) this.add(newKind === 'allOf' ? 'PRODUCT_TYPE_EXTENDED' : 'SUM_TYPE_NARROWED', `${path}/${newKind}`)
      return true
    }
    if (newKind === undefined && oldKind !== undefined) {
      const parts = before[oldKind] as Schema[]
      const fits = parts.map((part) => this.isCompatible(part, after, depth))
      const isFine = oldKind === 'allOf' ? fits.some(Boolean) : fits.every(Boolean)
      if (!isFine) this.add(oldKind === 'allOf' ? 'PRODUCT_TYPE_EXTENDED' : 'SUM_TYPE_NARROWED', `${path}/${oldKind}`)
      return true
    }
    const [oldParts, newParts] = [before[oldKind as string] as Schema[], after[newKind as string] as Schema[]]
    if (oldKind !== newKind && !(newKind === 'anyOf' && oldKind === 'oneOf') && newParts.length > 1) {
      this.add('COMBINED_TYPE_CHANGED', `${path}/${newKind}`, `${oldKind} became ${newKind}`)
      return true
    }
    // All of fewer, or one of more.
    const isProduct = newKind === 'allOf'
    const [each, among] = isProduct ? [newParts, oldParts] : [oldParts, newParts]
    const unmatched = each.filter(
      (part) =>
        !among.some((other) =>
          isProduct ? this.isCompatible(other, part, depth) : this.isCompatible(part, other, depth),
        ),
    )
    if (unmatched.length > 0) {
      const kind =
        each.length > among.length
          ? isProduct
            ? 'PRODUCT_TYPE_EXTENDED'
            : 'SUM_TYPE_NARROWED'
          : 'COMBINED_TYPE_SUBSCHEMAS_CHANGED'
      this.add(kind, `${path}/${newKind}`)
    }
    return true
  }

  private isCompatible(old: Schema, fresh: Schema, depth: number): boolean {
    const found: Difference[] = []
    new Checker(this.reader, this.writer, found, this.steps).check(old, fresh, '', depth + 1)
    return found.length === 0
  }

  private types(before: Record<string, unknown>, after: Record<string, unknown>, path: string): void {
    const now = typesOf(after)
    if (now === undefined) return
    const was = typesOf(before)
    const missing = was?.filter((type) => !now.includes(type) && !(type === 'integer' && now.includes('number')))
    if (missing === undefined) this.add('TYPE_NARROWED', path, `any type became ${now.join(', ')}`)
    else if (missing.length > 0) {
      const isOther = missing.length === was?.length
      const detail = `${was?.join(', ')} became ${now.join(', ')}`
      this.add(isOther ? 'TYPE_CHANGED' : 'TYPE_NARROWED', path, detail)
    }
  }

  private enums(before: Record<string, unknown>, after: Record<string, unknown>, path: string): void {
    const now = valuesOf(after)
    if (now === undefined) return
    const was = valuesOf(before)
    if (was === undefined) this.add('ENUM_ARRAY_ADDED', `${path}/enum`)
    else if (!was.every((value) => now.some((other) => isDeepStrictEqual(value, other)))) {
      this.add(was.length > now.length ? 'ENUM_ARRAY_NARROWED' : 'ENUM_ARRAY_CHANGED', `${path}/enum`)
    }
  }

  private bound(
    before: Record<string, unknown>,
    after: Record<string, unknown>,
    keyword: string,
    kind: string,
    widerIsHigher: boolean,
    path: string,
  ): void {
    const now = after[keyword]
    if (typeof now !== 'number') return
    const was = before[keyword]
    // A least length of nothing says nothing.
    if (typeof was !== 'number') {
      if (!(now === 0 && keyword.startsWith('min') && keyword !== 'minimum'))
        this.add(`${kind}_ADDED`, `${path}/${keyword}`, `${now}`)
    } else if (widerIsHigher ? now < was : now > was) {
      this.add(`${kind}_${widerIsHigher ? 'DECREASED' : 'INCREASED'}`, `${path}/${keyword}`, `${was} became ${now}`)
    }
  }

  private single(
    before: Record<string, unknown>,
    after: Record<string, unknown>,
    keyword: string,
    kind: string,
    path: string,
  ): void {
    if (after[keyword] === undefined || after[keyword] === before[keyword]) return
    this.add(before[keyword] === undefined ? `${kind}_ADDED` : `${kind}_CHANGED`, `${path}/${keyword}`)
  }

  private multipleOf(before: Record<string, unknown>, after: Record<string, unknown>, path: string): void {
    const [was, now] = [before['multipleOf'], after['multipleOf']]
    if (typeof now !== 'number') return
    const at = `${path}/multipleOf`
    if (typeof was !== 'number') this.add('MULTIPLE_OF_ADDED', at, `${now}`)
    else if (was % now !== 0) {
      this.add(now % was === 0 ? 'MULTIPLE_OF_EXPANDED' : 'MULTIPLE_OF_CHANGED', at, `${was} became ${now}`)
    }
  }

  private objects(before: Record<string, unknown>, after: Record<string, unknown>, path: string, depth: number): void {
    const [was, now] = [propertiesOf(before), propertiesOf(after)]
    const [wereRequired, areRequired] = [requiredOf(before), requiredOf(after)]
    for (const [name, schema] of Object.entries(was)) {
      const at = `${path}/properties/${name}`
      if (now[name] !== undefined) this.check(schema, now[name], at, depth + 1)
      else this.removed(schema, after, name, at, depth)
    }
    for (const [name, schema] of Object.entries(now)) {
      if (was[name] !== undefined) continue
      this.added(schema, before, name, areRequired.includes(name), `${path}/properties/${name}`, depth)
    }
    for (const name of areRequired) {
      if (wereRequired.includes(name) || was[name] === undefined) continue
      if (hasDefault(now[name])) continue
      this.add('REQUIRED_ATTRIBUTE_ADDED', `${path}/required/${name}`, name)
    }
    this.additional(before, after, 'additionalProperties', 'ADDITIONAL_PROPERTIES', path, depth)
  }

  private removed(schema: Schema, after: Record<string, unknown>, name: string, at: string, depth: number): void {
    if (isOpen(after, 'additionalProperties')) return
    const cover = coverOf(after, name)
    if (cover === undefined) {
      if (!allowsNothing(schema)) this.add('PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL', at, name)
    } else if (!this.isCompatible(schema, cover, depth)) {
      this.add('PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL', at, name)
    }
  }

  private added(
    schema: Schema,
    before: Record<string, unknown>,
    name: string,
    isRequired: boolean,
    at: string,
    depth: number,
  ): void {
    if (isOpen(before, 'additionalProperties')) {
      if (!allowsAll(schema)) this.add('PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL', at, name)
      return
    }
    const cover = coverOf(before, name)
    if (cover !== undefined && !this.isCompatible(cover, schema, depth)) {
      this.add('PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL', at, name)
    } else if (isRequired && !hasDefault(schema)) {
      this.add('REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL', at, name)
    }
  }

  private additional(
    before: Record<string, unknown>,
    after: Record<string, unknown>,
    keyword: string,
    kind: string,
    path: string,
    depth: number,
  ): void {
    const [was, now] = [before[keyword] ?? true, after[keyword] ?? true] as Schema[]
    const at = `${path}/${keyword}`
    if (allowsNothing(was) || allowsAll(now)) return
    if (allowsNothing(now)) this.add(`${kind}_REMOVED`, at)
    else if (allowsAll(was)) this.add(`${kind}_NARROWED`, at)
    else this.check(was, now, at, depth + 1)
  }

  private arrays(before: Record<string, unknown>, after: Record<string, unknown>, path: string, depth: number): void {
    if (after['uniqueItems'] === true && before['uniqueItems'] !== true) {
      this.add('UNIQUE_ITEMS_ADDED', `${path}/uniqueItems`)
    }
    const [was, now] = [itemsOf(before), itemsOf(after)]
    for (const [i, schema] of was.first.entries()) {
      this.check(schema, now.first[i] ?? now.rest, `${path}/items/${i}`, depth + 1)
    }
    for (const [i, schema] of now.first.entries()) {
      if (i < was.first.length || allowsNothing(was.rest)) continue
      if (!this.isCompatible(was.rest, schema, depth)) {
        this.add('ITEM_ADDED_TO_OPEN_CONTENT_MODEL', `${path}/items/${i}`)
      }
    }
    if (allowsAll(now.rest) || allowsNothing(was.rest)) return
    this.check(was.rest, now.rest, `${path}/items`, depth + 1)
  }

  private add(type: string, path: string, detail = ''): void {
    const words = type.toLowerCase().replaceAll('_', ' ')
    this.found.push({ type, path, text: `The {reader} schema differs at path '${path}': ${words}`, detail })
  }
}

function kindOf(schema: Record<string, unknown>): 'allOf' | 'anyOf' | 'oneOf' | undefined {
  return (['allOf', 'anyOf', 'oneOf'] as const).find((kind) => Array.isArray(schema[kind]))
}

function typesOf({ type }: Record<string, unknown>): string[] | undefined {
  if (typeof type === 'string') return [type]
  return Array.isArray(type) ? (type as string[]) : undefined
}

function valuesOf(schema: Record<string, unknown>): unknown[] | undefined {
  if ('const' in schema) return [schema['const']]
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined
}

function propertiesOf({ properties }: Record<string, unknown>): Properties {
  return typeof properties === 'object' && properties !== null ? (properties as Properties) : {}
}

function requiredOf({ required }: Record<string, unknown>): string[] {
  return Array.isArray(required) ? (required as string[]) : []
}

/** Items with a place of their own, and what the others are. */
function itemsOf(schema: Record<string, unknown>): { first: readonly Schema[]; rest: Schema } {
  const { items, prefixItems, additionalItems } = schema
  if (Array.isArray(prefixItems)) return { first: prefixItems as Schema[], rest: (items ?? true) as Schema }
  if (Array.isArray(items)) return { first: items as Schema[], rest: (additionalItems ?? true) as Schema }
  return { first: [], rest: (items ?? true) as Schema }
}

function isOpen(schema: Record<string, unknown>, keyword: string): boolean {
  return allowsAll((schema[keyword] ?? true) as Schema) && schema['patternProperties'] === undefined
}

/** What a property without an entry of its own has to be; undefined where there can be none. */
function coverOf(schema: Record<string, unknown>, name: string): Schema | undefined {
  for (const [pattern, each] of Object.entries((schema['patternProperties'] ?? {}) as Properties)) {
    if (matches(pattern, name)) return each
  }
  const others = (schema['additionalProperties'] ?? true) as Schema
  return allowsNothing(others) ? undefined : others
}

/** A pattern that is none, or takes too long, matches nothing. */
function matches(pattern: string, name: string): boolean {
  try {
    return runInNewContext("new RegExp(pattern, 'u').test(name)", { pattern, name }, { timeout: MATCH_WITHIN_MS })
  } catch {
    return false
  }
}

function hasDefault(schema: Schema | undefined): boolean {
  return typeof schema === 'object' && 'default' in schema
}

/** Words that say nothing of what is valid. */
const ANNOTATIONS = new Set([
  '$schema',
  '$id',
  'id',
  '$comment',
  'title',
  'description',
  'default',
  'examples',
  '$defs',
  'definitions',
])

function allowsAll(schema: Schema): boolean {
  return schema === true || (typeof schema === 'object' && Object.keys(schema).every((key) => ANNOTATIONS.has(key)))
}

function allowsNothing(schema: Schema): boolean {
  if (typeof schema === 'boolean') return !schema
  const { not } = schema
  return not !== undefined && allowsAll(not as Schema)
}

/** Follows `$ref`; what it leads nowhere from is anything. */
function resolve(schema: Schema, side: Side): Schema {
  let current = schema
  let root = side.schema
  for (let steps = 0; steps < MOST_NESTING; steps++) {
    if (typeof current !== 'object' || typeof current['$ref'] !== 'string') return current
    const [file, pointer = ''] = (current['$ref'] as string).split('#', 2)
    if (file !== '') {
      const other = side.references.get(file) ?? [...side.references].find(([name]) => file.endsWith(`/${name}`))?.[1]
      if (other === undefined) return true
      root = other
    }
    let target: unknown = root
    for (const step of pointer.split('/').slice(1)) {
      const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
      target = typeof target === 'object' && target !== null ? (target as Record<string, unknown>)[name] : undefined
    }
    if (typeof target !== 'boolean' && (typeof target !== 'object' || target === null)) return true
    current = target as Schema
  }
  return true
}
