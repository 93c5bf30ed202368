// Tab-separated text for pipes: no header, one line a row.

import { cellText, rowsOf } from './cell.ts'
import type { Form, RowsSpec } from './rows.ts'

const escapes: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' }

export function tsvForm<Item extends object, Row extends object>(spec: RowsSpec<Item, Row>): Form<Item> {
  return {
    add(item) {
      let text = ''
      for (const row of rowsOf(spec, item)) {
        const cells = spec.columns.map(({ key }) =>
          cellText(row[key], '-').replace(/[\t\n\r\\]/g, (char) => escapes[char]),
        )
        text += `${cells.join('\t')}\n`
      }
      return text
    },
    end: () => '',
  }
}
