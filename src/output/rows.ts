// Rows: what a command lists, in the form that the user asked for. The structured forms (json, jsonl, yaml) print each
// item as it is; the flat ones (table, tsv, csv) print the columns of its rows.
//
//   table   aligned, with a header, for people; colour where the terminal has it
//   tsv     for pipes: no header, no colour; tab, newline, return and backslash in a cell as \t \n \r \\; '-' for nothing
//   csv     RFC 4180 with a header of the stable keys; an empty field for nothing
//   json    one array;  jsonl  one object a line;  yaml  one list
//
// tsv, csv, json and jsonl are written as the items come; a table and YAML when the last one is there.

import type { Writable } from 'node:stream'
import { csvForm } from './csv.ts'
import { jsonForm, jsonLinesForm } from './json.ts'
import type { Style } from './paint.ts'
import { tsvForm } from './tsv.ts'
import { write } from './write.ts'

export const outputForms = ['table', 'tsv', 'json', 'jsonl', 'yaml', 'csv'] as const

export type OutputForm = (typeof outputForms)[number]

export interface Column<Row> {
  /** Key of the row, camelCase: the name in JSON and in the header of CSV. It stays the same between releases. */
  key: keyof Row & string
  /** Header in a table. Default: the key as `CURRENT-OFFSET`. */
  title?: string
  /** Default: `right` for numbers. */
  align?: 'left' | 'right'
  /** How a cell of a table stands out. */
  style?: (row: Row) => Style | undefined
  /** Left out of a table, whose heading says it. */
  inHeading?: boolean
  /** Left out of a table where no row has a value. */
  mayBeEmpty?: boolean
}

export interface RowsSpec<Item extends object, Row extends object = Item> {
  columns: readonly Column<Row>[]
  /** The flat rows of an item. Default: the item itself. */
  rows?: (item: Item) => Iterable<Row>
  /** Lines above the rows of an item; a table is then drawn for each item, with a blank line between them. */
  heading?: (item: Item) => string[]
}

export interface Rows<Item> {
  /** A promise to await before adding more, where the reader is slow. */
  add(item: Item): Promise<void> | undefined
  /** Writes what there is of a form that comes in pieces; a promise where the reader is slow. */
  flush(): Promise<void> | undefined
  /** Writes what is left. Nothing may be added after it. */
  end(): Promise<void>
}

/** One form of output: text for each item, and for the end. */
export interface Form<Item> {
  add(item: Item): string
  end(): string | Promise<string>
}

/** Small pieces are gathered to about this many characters before they are written. */
const pieceLength = 64 * 1024

export function createRows<Item extends object, Row extends object>(
  spec: RowsSpec<Item, Row>,
  output: { form: OutputForm; stream: Writable; colour: boolean },
): Rows<Item> {
  const form = createForm(spec, output.form, output.colour)
  let text = ''
  return {
    add(item) {
      text += form.add(item)
      if (text.length < pieceLength) return undefined
      const piece = text
      text = ''
      return write(output.stream, piece)
    },
    flush() {
      const piece = text
      text = ''
      return piece === '' ? undefined : write(output.stream, piece)
    },
    async end() {
      text += await form.end()
      if (text !== '') await write(output.stream, text)
    },
  }
}

function createForm<Item extends object, Row extends object>(
  spec: RowsSpec<Item, Row>,
  form: OutputForm,
  colour: boolean,
): Form<Item> {
  switch (form) {
    case 'tsv':
      return tsvForm(spec)
    case 'csv':
      return csvForm(spec)
    case 'json':
      return jsonForm()
    case 'jsonl':
      return jsonLinesForm()
    case 'yaml':
      return collected(async (items) => (await import('./yaml.ts')).yamlText(items))
    case 'table':
      // A header over nothing says nothing.
      return collected(async (items) =>
        items.length === 0 ? '' : (await import('./table.ts')).tableText(spec, items, colour),
      )
  }
}

/** A form that needs all items before it can write the first one, and a library that is loaded only then. */
function collected<Item>(text: (items: readonly Item[]) => Promise<string>): Form<Item> {
  const items: Item[] = []
  return {
    add(item) {
      items.push(item)
      return ''
    },
    end: () => text(items),
  }
}
