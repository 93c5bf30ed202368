// Whether a stream gets colour: --no-color, then FORCE_COLOR, then NO_COLOR, then whether it is a terminal.

import type { Style } from '../output/paint.ts'

/** Puts colour on a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string

export const plain: Paint = (_style, text) => text

/** The colours are loaded only where they are wanted. */
export async function painter(wanted: boolean): Promise<Paint> {
  return wanted ? (await import('../output/paint.ts')).paint : plain
}

export function wantsColour(
  noColor: boolean,
  { FORCE_COLOR: force, NO_COLOR: no, TERM: terminal }: NodeJS.ProcessEnv,
  stream: { isTTY?: boolean },
): boolean {
  if (noColor) return false
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  if (no !== undefined && no !== '') return false
  return stream.isTTY === true && terminal !== 'dumb'
}
