// Colour for text on terminals.

import { Chalk } from 'chalk'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

// Whether a stream takes colour was decided before (cli/colour.ts); here it is only put on.
const chalk = new Chalk({ level: 1 })

export function paint(style: Style, text: string): string {
  return chalk[style](text)
}
