// The text of a cell in the flat forms.

import type { RowsSpec } from './rows.ts'

/** Lists with commas, objects as `key=value` with commas, nothing and the empty as `nothing`. */
export function cellText(value: unknown, nothing: string): string {
  if (value === null || value === undefined) return nothing
  if (Array.isArray(value)) return value.length === 0 ? nothing : value.map((item) => cellText(item, nothing)).join(',')
  if (typeof value === 'object') {
    const pairs = Object.entries(value).map(([key, item]) => `${key}=${cellText(item, '')}`)
    return pairs.length === 0 ? nothing : pairs.join(',')
  }
  const text = String(value)
  return text === '' ? nothing : text
}

export function rowsOf<Item extends object, Row extends object>(spec: RowsSpec<Item, Row>, item: Item): Iterable<Row> {
  // Without a `rows` function the item is the row: that is what the default of Row says.
  return spec.rows === undefined ? [item as unknown as Row] : spec.rows(item)
}
