// The text of a schema as Avro's Java library writes it, which is how registries keep it: names in short where they can
// be, a fixed order of attributes, doc and defaults kept. Normalised it has its extra attributes sorted, too.

import { type AvroSchema, type Field, type NamedSchema, type Properties, primitives } from './schema.ts'

export interface PrintOptions {
  /** Types of references, which are only named. */
  known?: ReadonlySet<string>
  normalized?: boolean
}

export function printAvro(schema: AvroSchema, { known = new Set(), normalized = false }: PrintOptions = {}): string {
  const printed = new Set(known)
  const more = (properties: Properties): Properties => {
    if (!normalized) return properties
    return Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  const print = (each: AvroSchema, namespace: string): unknown => {
    switch (each.type) {
      case 'union':
        return each.branches.map((branch) => print(branch, namespace))
      case 'array':
        return { type: 'array', items: print(each.items, namespace), ...more(each.properties) }
      case 'map':
        return { type: 'map', values: print(each.values, namespace), ...more(each.properties) }
      case 'record':
      case 'enum':
      case 'fixed':
        return printed.has(each.fullName) ? reference(each, namespace) : define(each, namespace)
    }
    return Object.keys(each.properties).length === 0 ? each.type : { type: each.type, ...more(each.properties) }
  }

  const define = (each: NamedSchema, outer: string): unknown => {
    printed.add(each.fullName)
    const { namespace } = each
    const aliases = each.aliases.length === 0 ? {} : { aliases: each.aliases.map((name) => shortName(name, namespace)) }
    const head = {
      type: each.type === 'record' && each.isError ? 'error' : each.type,
      name: each.name,
      ...(namespace === outer ? {} : { namespace }),
      ...(each.doc === undefined ? {} : { doc: each.doc }),
    }
    switch (each.type) {
      case 'record':
        return {
          ...head,
          fields: each.fields.map((field) => printField(field, namespace)),
          ...more(each.properties),
          ...aliases,
        }
      case 'enum': {
        const fallback = each.default === undefined ? {} : { default: each.default }
        return { ...head, symbols: each.symbols, ...fallback, ...more(each.properties), ...aliases }
      }
      case 'fixed':
        return { ...head, size: each.size, ...more(each.properties), ...aliases }
    }
  }

  const printField = (field: Field, namespace: string): unknown => ({
    name: field.name,
    type: print(field.type, namespace),
    ...(field.doc === undefined ? {} : { doc: field.doc }),
    ...(field.hasDefault ? { default: field.default } : {}),
    ...(field.order === undefined || field.order === 'ascending' ? {} : { order: field.order }),
    ...(field.aliases.length === 0 ? {} : { aliases: field.aliases }),
    ...more(field.properties),
  })

  return JSON.stringify(print(schema, ''))
}

function reference({ name, namespace, fullName }: NamedSchema, inside: string): string {
  const isPrimitive = (primitives as readonly string[]).includes(name)
  return namespace === inside && !isPrimitive ? name : fullName
}

/** The name as it may be written in a type of this namespace. */
function shortName(fullName: string, namespace: string): string {
  const rest = fullName.slice(namespace.length + 1)
  return namespace !== '' && fullName.startsWith(`${namespace}.`) && !rest.includes('.') ? rest : fullName
}
