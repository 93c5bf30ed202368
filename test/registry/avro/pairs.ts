// Pairs of schemas to judge: random ones, the second a changed form of the first. The same seed gives the same pairs.

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** A small generator of random numbers, the same everywhere (mulberry32). */
export function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']
const DEFAULTS: Record<string, Json> = {
  null: null,
  boolean: true,
  int: 1,
  long: 2,
  float: 1.5,
  double: 2.5,
  bytes: 'b',
  string: 's',
}

export function schemaPairs(count: number, seed: number): [string, string][] {
  const below = random(seed)
  return Array.from({ length: count }, () => {
    const first = new Maker(below).schema(3)
    const second = change(first, below)
    return [JSON.stringify(first), JSON.stringify(second)]
  })
}

/** Another form of a schema; `isValid` says of one whether it still is one. */
export function changed(schema: string, seed: number, isValid: (schema: string) => boolean): string {
  const below = random(seed)
  for (;;) {
    const other = JSON.stringify(change(JSON.parse(schema), below))
    if (isValid(other)) return other
  }
}

class Maker {
  private names = 0
  private readonly below: (below: number) => number

  constructor(below: (below: number) => number) {
    this.below = below
  }

  schema(depth: number): Json {
    const kind = this.below(depth === 3 ? 6 : depth <= 0 ? 8 : 14)
    if (depth === 3) return kind < 4 ? this.record(depth) : kind === 4 ? this.enum() : this.union(depth)
    if (kind < 7) return PRIMITIVES[this.below(8)]
    if (kind === 7) return this.enum()
    if (kind === 8) return { type: 'fixed', name: this.name('F'), size: 1 + this.below(3) }
    if (kind === 9) return { type: 'array', items: this.schema(depth - 1) }
    if (kind === 10) return { type: 'map', values: this.schema(depth - 1) }
    if (kind < 13) return this.record(depth)
    return this.union(depth)
  }

  private name(prefix: string): string {
    return `${prefix}${this.names++}`
  }

  private enum(): Json {
    const symbols = ['A', 'B', 'C', 'D'].slice(0, 1 + this.below(4))
    return { type: 'enum', name: this.name('E'), symbols, ...(this.below(3) === 0 ? { default: symbols[0] } : {}) }
  }

  private record(depth: number): Json {
    const name = this.name('R')
    const fields: Json[] = Array.from({ length: 1 + this.below(4) }, (_, i) => {
      const type = this.schema(depth - 1)
      const fallback: { [key: string]: Json } =
        typeof type === 'string' && this.below(2) === 0 ? { default: DEFAULTS[type] } : {}
      return { name: `f${i}`, type, ...fallback }
    })
    if (this.below(4) === 0) fields.push({ name: 'next', type: ['null', name], default: null })
    return { type: 'record', name, fields }
  }

  private union(depth: number): Json {
    const branches = ['null', 'int', 'string', 'bytes', 'double'].filter(() => this.below(2) === 0) as Json[]
    if (this.below(2) === 0) branches.push(this.below(2) === 0 ? this.enum() : this.record(Math.min(depth, 2) - 1))
    return branches.length === 0 ? ['null', 'long'] : branches
  }
}

/** The same schema with one or two things in it changed. */
function change(schema: Json, below: (below: number) => number): Json {
  const copy = JSON.parse(JSON.stringify(schema)) as Json
  const holder = { root: copy }
  for (let i = 1 + below(2); i > 0; i--) {
    const places = placesIn(holder)
    places[below(places.length)](below)
  }
  return holder.root
}

type Change = (below: (below: number) => number) => void

function placesIn(holder: { [key: string]: Json }): Change[] {
  const changes: Change[] = []
  const visitType = (owner: { [key: string]: Json } | Json[], key: string | number) => {
    const get = () => (owner as Record<string | number, Json>)[key]
    const set = (value: Json) => {
      ;(owner as Record<string | number, Json>)[key] = value
    }
    const type = get()
    if (typeof type === 'string') {
      // Not a default's type, nor a name.
      if (PRIMITIVES.includes(type) && !(Array.isArray(owner) || 'default' in owner)) {
        changes.push((below) => set(PRIMITIVES[below(8)]))
        if (type !== 'null') changes.push(() => set(['null', type]))
      }
      return
    }
    if (Array.isArray(type)) {
      for (const i of type.keys()) visitType(type, i)
      if (type.length > 1 && !('default' in owner)) changes.push((below) => type.splice(below(type.length), 1))
      if (!type.includes('boolean')) changes.push(() => type.push('boolean'))
      return
    }
    if (type === null || typeof type !== 'object') return
    switch (type['type']) {
      case 'record': {
        const fields = type['fields'] as { [key: string]: Json }[]
        for (const field of fields) {
          visitType(field, 'type')
          changes.push(() => {
            const old = field['name']
            field['name'] = `${old}x`
          })
          changes.push(() => {
            const old = field['name']
            field['name'] = `${old}y`
            field['aliases'] = [old]
          })
        }
        changes.push((below) => {
          const primitive = PRIMITIVES[below(8)]
          const fallback: { [key: string]: Json } = below(2) === 0 ? { default: DEFAULTS[primitive] } : {}
          fields.push({ name: `n${fields.length}${below(1000)}`, type: primitive, ...fallback })
        })
        changes.push((below) => {
          const fallback: { [key: string]: Json } = below(2) === 0 ? { default: 'X' } : {}
          const symbol = { type: 'enum', name: `N${below(1000)}`, symbols: ['X', 'Y'], ...fallback }
          fields.push({ name: `e${fields.length}${below(1000)}`, type: symbol })
        })
        if (fields.length > 1) changes.push((below) => fields.splice(below(fields.length), 1))
        if (!JSON.stringify(type).includes('"next"')) {
          changes.push(() => {
            type['aliases'] = [type['name']]
            type['name'] = `${type['name']}z`
          })
          changes.push(() => {
            type['namespace'] = 'other'
          })
        }
        return
      }
      case 'enum': {
        const symbols = type['symbols'] as string[]
        changes.push(() => symbols.push(`S${symbols.length}`))
        if (symbols.length > 1 && !('default' in type)) changes.push(() => symbols.pop())
        changes.push(() => {
          type['name'] = `${type['name']}z`
        })
        return
      }
      case 'fixed':
        changes.push(() => {
          type['size'] = (type['size'] as number) + 1
        })
        changes.push(() => {
          type['name'] = `${type['name']}z`
        })
        return
      case 'array':
        visitType(type, 'items')
        changes.push(() => {
          type['type'] = 'map'
          type['values'] = type['items']
          delete type['items']
        })
        return
      case 'map':
        visitType(type, 'values')
    }
  }
  visitType(holder, 'root')
  return changes.length === 0 ? [() => {}] : changes
}
