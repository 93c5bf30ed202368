// Cells of tables that people read as sizes and times; the other forms get the numbers.

import { formatSize } from '../util/size.ts'
import type { Context } from './command.ts'

export interface ForPeople {
  bytes(size: number | null): number | string | null
  /** Milliseconds as ISO-8601. */
  time(ms: number | null): number | string | null
}

export function forPeople({ form }: Context): ForPeople {
  if (form !== 'table') return { bytes: (size) => size, time: (ms) => ms }
  return {
    bytes: (size) => (size === null ? null : formatSize(size)),
    time: (ms) => (ms === null || ms < 0 ? null : new Date(ms).toISOString()),
  }
}

/** A row whose cells may be text instead of what they are in JSON. */
export type Shown<Row> = { [Key in keyof Row]: Row[Key] | string | number | null }
