// YAML: one list. Loaded only when this form is asked for.

import { stringify } from 'yaml'

export function yamlText(items: readonly unknown[]): string {
  return stringify(items, { lineWidth: 0, aliasDuplicateObjects: false })
}
