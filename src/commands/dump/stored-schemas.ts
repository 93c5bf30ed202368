// The schemas that a registry left in the log of its topic, `_schemas`.

import { CorruptError, UsageError } from '../../errors.ts'
import { isControl } from '../../records/batch.ts'
import { RecordCursor } from '../../records/cursor.ts'
import type { SchemaFinder } from '../../registry/record-decoding.ts'
import { RegistryFailure } from '../../registry/store/errors.ts'
import { Registry } from '../../registry/store/registry.ts'
import { DEFAULT_CONTEXT } from '../../registry/store/state.ts'
import { filesOf, isLog } from './directory.ts'
import { walkBatches } from './walk.ts'

/** Reads the whole log. Throws a UsageError where the folder is none of a partition, or has no schemas in it. */
export async function storedSchemas(folder: string, warn: (text: string) => void): Promise<SchemaFinder> {
  const records: { key: Buffer; value: Buffer | null }[] = []
  const cursor = new RecordCursor()
  for (const path of filesOf(folder).files.filter(isLog)) {
    await walkBatches(path, 0, {
      batch(buffer, at, position, isSound) {
        if (!isSound) warn(`${path}: the checksum of the batch at position ${position} is wrong`)
        if (!isSound || isControl(buffer, at)) return true
        try {
          cursor.open(buffer, at)
          while (cursor.next()) {
            const { bytes, keyStart, keyEnd, valueStart, valueEnd } = cursor
            if (keyStart < 0) continue
            const value = valueStart < 0 ? null : Buffer.from(bytes.subarray(valueStart, valueEnd))
            records.push({ key: Buffer.from(bytes.subarray(keyStart, keyEnd)), value })
          }
        } catch (error) {
          if (!(error instanceof CorruptError)) throw error
          warn(`${path}: position ${position}: ${error.message}`)
        }
        return true
      },
      gap({ kind, position, problem }) {
        if (kind === 'damage') warn(`${path}: position ${position}: ${problem}`)
      },
    })
  }
  const read = (visit: (key: Buffer, value: Buffer | null) => void) => {
    for (const { key, value } of records) visit(key, value)
  }
  const registry = new Registry({ read, append }, warn)
  registry.refresh()
  if (registry.state.names().length === 0) {
    throw new UsageError(`${folder} has no schemas in it`, { hint: "give the folder of the registry's own topic" })
  }
  return async (id) => {
    const [stored] = registry.state.withId(id, DEFAULT_CONTEXT)
    if (stored === undefined) return `${folder} has no schema ${id}`
    try {
      return await registry.parse(stored)
    } catch (error) {
      if (error instanceof RegistryFailure) return `schema ${id} is wrong: ${error.message}`
      throw error
    }
  }
}

function append(): never {
  throw new Error('schemas that are only looked at are not written')
}
