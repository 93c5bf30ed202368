// Whether a stream gets colour: --no-color, then FORCE_COLOR, then NO_COLOR, then whether it is a terminal.

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
