// The table for people: aligned columns, two blanks between them, no rules. Loaded only when a table is drawn.

import Table from 'cli-table3'
import stringWidth from 'string-width'
import { cellText, rowsOf } from './cell.ts'
import { paint, type Style } from './paint.ts'
import type { Column, RowsSpec } from './rows.ts'

/** cli-table3 takes a time that grows with the square of the rows: long tables are drawn in parts of the same widths. */
const ROWS_AT_ONCE = 200

const NO_RULES = Object.fromEntries(
  ['top', 'bottom', 'mid', 'left', 'right']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`, `${side}-mid-mid`])
    .map((name) => [name, '']),
)

export function tableText<Item extends object, Row extends object>(
  spec: RowsSpec<Item, Row>,
  items: readonly Item[],
  colour: boolean,
): string {
  const { heading } = spec
  const rows = (some: readonly Item[]) => some.flatMap((item) => [...rowsOf(spec, item)])
  if (heading === undefined) return draw(spec.columns, rows(items), colour)
  return items
    .map((item) => {
      const lines = heading(item).map((text, index) => painted(visible(text), index === 0 ? 'bold' : undefined, colour))
      const below = rows([item])
      if (below.length > 0) lines.push('', draw(spec.columns, below, colour).trimEnd())
      return `${lines.join('\n')}\n`
    })
    .join('\n')
}

function draw<Row extends object>(columns: readonly Column<Row>[], rows: readonly Row[], colour: boolean): string {
  const shown = columns.filter((column) => isShown(column, rows))
  if (shown.length === 0) return ''
  const lines = [
    shown.map((column) => painted(title(column), 'dim', colour)),
    ...rows.map((row) =>
      shown.map((column) => painted(visible(cellText(row[column.key], '-')), column.style?.(row), colour)),
    ),
  ]
  const colWidths = shown.map((_, column) => lines.reduce((most, line) => Math.max(most, stringWidth(line[column])), 0))
  const colAligns = shown.map((column) => column.align ?? (isNumeric(column, rows) ? 'right' : 'left'))
  let text = ''
  for (let at = 0; at < lines.length; at += ROWS_AT_ONCE) {
    const table = new Table({
      chars: { ...NO_RULES, middle: '  ' },
      style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
      colWidths,
      colAligns,
    })
    table.push(...lines.slice(at, at + ROWS_AT_ONCE))
    text += `${table.toString().replaceAll(/ +$/gm, '')}\n`
  }
  return text
}

function isShown<Row extends object>(column: Column<Row>, rows: readonly Row[]): boolean {
  if (column.inHeading) return false
  return !column.mayBeEmpty || rows.some((row) => cellText(row[column.key], '') !== '')
}

/** `currentOffset` is `CURRENT-OFFSET`, the way Kafka's tools write it. */
function title<Row>({ key, title: given }: Column<Row>): string {
  return given ?? key.replaceAll(/[A-Z]/g, (letter) => `-${letter}`).toUpperCase()
}

function isNumeric<Row extends object>({ key }: Column<Row>, rows: readonly Row[]): boolean {
  return rows.every((row) => row[key] === null || row[key] === undefined || typeof row[key] === 'number')
}

function painted(text: string, style: Style | undefined, colour: boolean): string {
  return colour && style !== undefined ? paint(style, text) : text
}

/** Control characters are shown, not sent: a name or a value from the cluster must not steer or mislead the terminal. */
function visible(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (char) => {
    const code = char.charCodeAt(0).toString(16)
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`
  })
}
