// Comma-separated values (RFC 4180): a header of the columns' keys, CRLF after each line, quotes where they are needed.

import { cellText, rowsOf } from './cell.ts'
import type { Form, RowsSpec } from './rows.ts'

export function csvForm<Item extends object, Row extends object>(spec: RowsSpec<Item, Row>): Form<Item> {
  let header = line(spec.columns.map(({ key }) => key))
  return {
    add(item) {
      let text = header
      header = ''
      for (const row of rowsOf(spec, item)) text += line(spec.columns.map(({ key }) => cellText(row[key], '')))
      return text
    },
    end: () => header,
  }
}

function line(cells: readonly string[]): string {
  // A line of one empty field is quoted: bare, it would be no line at all to many readers.
  if (cells.length === 1 && cells[0] === '') return '""\r\n'
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`
}
