// Settings as a profile keeps them: each once under its Java name, the last value; paths that lead there from any folder.

import { resolve } from 'node:path'
import type { Assignment } from '../../config/settings.ts'
import { javaNames } from '../../config/table.ts'

const PATH = /\.location$|\.token\.file$|\.keytab$/

export function settled(assignments: readonly Assignment[]): [name: string, value: string][] {
  const values = new Map<string, string>()
  for (const { name, value } of assignments) {
    const key = javaNames.get(name) ?? name
    const isPath = PATH.test(key) && value !== '' && !/^(system|probe)$/.test(value) && !value.startsWith('${')
    values.set(key, isPath ? resolve(value) : value)
  }
  return [...values]
}
