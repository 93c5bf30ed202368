// From the subject of a client's certificate to the name of its user (Kafka: ssl.principal.mapping.rules, KIP-371): the first
// rule whose pattern is the whole subject gives the name. DEFAULT takes the subject as it is.
//
//   RULE:pattern/replacement/[LU], …, DEFAULT        L, U: in small letters, in capitals

import { UsageError } from '../../errors.ts'

export type PrincipalRules = (subject: string) => string | undefined

const SPLITTER = /\s*(DEFAULT|RULE:((?:\\.|[^\\/])*)\/((?:\\.|[^\\/])*)\/([LU]?)|[^,]*?)\s*(?:,\s*|$)/gy

/** Throws a UsageError for what is no list of rules. A subject that no rule takes has no name: undefined. */
export function principalRules(text: string): PrincipalRules {
  const rules: PrincipalRules[] = []
  for (const [, whole, pattern, replacement, letters] of (text.trim() || 'DEFAULT').matchAll(SPLITTER)) {
    if (whole === '') continue
    if (whole === 'DEFAULT') rules.push((subject) => subject)
    else if (pattern === undefined) {
      throw new UsageError(`'${whole}' of ssl.principal.mapping.rules is no rule`, {
        hint: 'write RULE:pattern/replacement/[LU] or DEFAULT',
      })
    } else rules.push(rule(pattern, replacement, letters))
  }
  return (subject) => {
    for (const each of rules) {
      const name = each(subject)
      if (name !== undefined) return name
    }
    return undefined
  }
}

function rule(pattern: string, replacement: string, letters: string): PrincipalRules {
  let all: RegExp
  try {
    all = new RegExp(`^(?:${pattern})$`, 'su')
  } catch (error) {
    throw new UsageError(`the pattern ${pattern} of ssl.principal.mapping.rules is no regular expression`, {
      cause: error,
    })
  }
  return (subject) => {
    const match = all.exec(subject)
    if (match === null) return undefined
    const name = filled(replacement, match)
    return letters === 'L' ? name.toLowerCase() : letters === 'U' ? name.toUpperCase() : name
  }
}

/** As Java's replaceAll: $1 is a group, \\ takes what follows as it is; a group that is not there is no group. */
function filled(replacement: string, match: RegExpExecArray): string {
  return replacement.replaceAll(/\\(.)|\$(\d+)/gs, (text, literal: string | undefined, digits: string | undefined) => {
    if (literal !== undefined) return literal
    let number = digits as string
    while (number.length > 1 && Number(number) >= match.length) number = number.slice(0, -1)
    return Number(number) < match.length
      ? (match[Number(number)] ?? '') + (digits as string).slice(number.length)
      : text
  })
}
