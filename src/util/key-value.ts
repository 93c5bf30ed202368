// `KEY=VALUE`, as options take it.

import { UsageError } from '../errors.ts'

/** Splits at the first `=`; the value may be empty, the key not. */
export function keyValue(text: string): [key: string, value: string] {
  const at = text.indexOf('=')
  // The text may hold a secret, so the message doesn't repeat it.
  if (at < 1) throw new UsageError('expected KEY=VALUE', { hint: 'write the name, an equals sign, and the value' })
  return [text.slice(0, at).trim(), text.slice(at + 1)]
}
