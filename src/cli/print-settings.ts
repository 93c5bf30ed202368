// `-X list` and `-X dump`.

import type { Context } from '../commands/command.ts'
import type { Resolved } from '../config/settings.ts'
import { type Setting, table } from '../config/table.ts'

export async function printSettings(context: Context, which: 'list' | 'dump', { effective }: Resolved): Promise<void> {
  await (which === 'list' ? printTable(context) : printEffective(context, effective))
}

async function printTable(context: Context): Promise<void> {
  const rows = context.rows<{ name: string; default: string; librdkafka: string[]; env: string | null; doc: string }>({
    columns: [
      { key: 'name', title: 'SETTING' },
      { key: 'default', align: 'left' },
      { key: 'librdkafka', title: 'LIBRDKAFKA NAME' },
      { key: 'env', title: 'ENVIRONMENT' },
      { key: 'doc', title: 'MEANING' },
    ],
  })
  for (const [name, setting] of Object.entries<Setting>(table)) {
    const { default: value, librdkafka = [], env = null, doc } = setting
    rows.add({ name, default: value, librdkafka: [...librdkafka], env, doc })
  }
  await rows.end()
}

async function printEffective(context: Context, effective: Resolved['effective']): Promise<void> {
  const rows = context.rows<{ name: string; value: string; source: string }>({
    columns: [{ key: 'name', title: 'SETTING' }, { key: 'value' }, { key: 'source' }],
  })
  for (const { name, text, source } of effective) rows.add({ name, value: text, source })
  await rows.end()
}
