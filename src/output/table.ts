// The table for people: aligned columns, two blanks between them, no rules. Loaded only when a table is drawn.

import { styleText } from 'node:util'
import stringWidth from 'string-width'
import { cellText, rowsOf } from './cell.ts'
import type { Column, RowsSpec, Style } from './rows.ts'

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
      const lines = heading(item).map((text, index) => paint(visible(text), index === 0 ? 'bold' : undefined, colour))
      const below = rows([item])
      if (below.length > 0) lines.push('', draw(spec.columns, below, colour).trimEnd())
      return `${lines.join('\n')}\n`
    })
    .join('\n')
}

function draw<Row extends object>(columns: readonly Column<Row>[], rows: readonly Row[], colour: boolean): string {
  const lines = Array.from({ length: rows.length + 1 }, () => '')
  const shown = columns.filter((column) => isShown(column, rows))
  for (const [index, column] of shown.entries()) {
    const cells = [title(column), ...rows.map((row) => visible(cellText(row[column.key], '-')))]
    const widths = cells.map(width)
    const widest = widths.reduce((most, cell) => Math.max(most, cell), 0)
    const right = (column.align ?? (isNumeric(column, rows) ? 'right' : 'left')) === 'right'
    const last = index === shown.length - 1
    for (const [line, cell] of cells.entries()) {
      const blanks = ' '.repeat(widest - widths[line])
      const painted = paint(cell, line === 0 ? 'dim' : column.style?.(rows[line - 1]), colour)
      lines[line] += `${right ? blanks + painted : painted + blanks}${last ? '' : '  '}`
    }
  }
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

function isShown<Row extends object>(column: Column<Row>, rows: readonly Row[]): boolean {
  if (column.inHeading) return false
  return !column.mayBeEmpty || rows.some((row) => cellText(row[column.key], '') !== '')
}

/** Columns of the terminal that a text takes: letters of some scripts take two. */
function width(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text)
}

/** `currentOffset` is `CURRENT-OFFSET`, the way Kafka's tools write it. */
function title<Row>({ key, title: given }: Column<Row>): string {
  return given ?? key.replaceAll(/[A-Z]/g, (letter) => `-${letter}`).toUpperCase()
}

function isNumeric<Row extends object>({ key }: Column<Row>, rows: readonly Row[]): boolean {
  return rows.every((row) => row[key] === null || row[key] === undefined || typeof row[key] === 'number')
}

function paint(text: string, style: Style | undefined, colour: boolean): string {
  return colour && style !== undefined ? styleText(style, text, { validateStream: false }) : text
}

/** Control characters are shown, not sent: a name or a value from the cluster must not steer or mislead the terminal. */
function visible(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (char) => {
    const code = char.charCodeAt(0).toString(16)
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`
  })
}
