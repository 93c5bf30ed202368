// JSON: one array, or one object a line. Keys come in the order of the item.

import type { Form } from './rows.ts'

export function jsonForm<Item>(): Form<Item> {
  let before = '['
  return {
    add(item) {
      const text = `${before}\n  ${JSON.stringify(item, null, 2).replaceAll('\n', '\n  ')}`
      before = ','
      return text
    },
    end: () => (before === '[' ? '[]\n' : '\n]\n'),
  }
}

export function jsonLinesForm<Item>(): Form<Item> {
  return { add: (item) => `${JSON.stringify(item)}\n`, end: () => '' }
}
