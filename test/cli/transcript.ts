// Command lines with what the real program prints for them, held against a golden text.

import { assertGolden } from '../golden.ts'
import { ktool } from './run.ts'

/** What differs from run to run: ports, temporary folders, sizes of disks, times. */
const varying: readonly [RegExp, string][] = [
  [/127\.0\.0\.1:\d+/g, 'HOST:PORT'],
  [/(127\.0\.0\.1[\t ]+)\d{4,5}\b/g, '$1PORT'],
]

/**
 * Runs the lines (words, or words in single quotes) one after the other and compares all of it with test/golden/NAME.
 * stdout comes first, then stderr, then an exit code other than 0.
 */
export async function assertTranscript(
  name: string,
  env: Record<string, string>,
  lines: readonly string[],
  more: readonly [RegExp, string][] = [],
): Promise<void> {
  let text = ''
  for (const line of lines) {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2])
    const { code, stdout, stderr } = await ktool(words, { env })
    text += `$ ktool ${line}\n${stdout}${stderr}${code === 0 ? '' : `exit code ${code}\n`}`
  }
  for (const [pattern, replacement] of [...varying, ...more]) text = text.replace(pattern, replacement)
  assertGolden(name, text)
}
