// Java's sasl.jaas.config: `MODULE required NAME="VALUE" NAME='VALUE' NAME=VALUE;`

import { UsageError } from '../errors.ts'

export interface Jaas {
  /** The class, without its package. */
  module: string
  options: Readonly<Record<string, string>>
}

const WORD = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"'=;]+))/y

/** Throws a UsageError, which does not repeat the text. */
export function parseJaas(text: string): Jaas {
  let at = 0
  const word = (): string | undefined => {
    WORD.lastIndex = at
    const match = WORD.exec(text)
    if (match === null) return undefined
    at = WORD.lastIndex
    return match[3] ?? (match[1] ?? match[2]).replaceAll(/\\(.)/gs, '$1')
  }
  const sign = (wanted: string): boolean => {
    const rest = text.slice(at)
    const found = rest.trimStart().startsWith(wanted)
    if (found) at += rest.indexOf(wanted) + 1
    return found
  }
  const wrong = () =>
    new UsageError('sasl.jaas.config makes no sense', {
      hint: 'write it as org.apache.kafka.common.security.plain.PlainLoginModule required username="…" password="…";',
    })
  const module = word()
  const flag = word()
  if (module === undefined || !/^(required|requisite|sufficient|optional)$/i.test(flag ?? '')) throw wrong()
  const options: Record<string, string> = {}
  for (let key = word(); key !== undefined; key = word()) {
    const value = sign('=') ? word() : undefined
    if (value === undefined) throw wrong()
    options[key] = value
  }
  if (!sign(';') || text.slice(at).trim() !== '') throw wrong()
  return { module: module.split('.').at(-1) as string, options }
}
