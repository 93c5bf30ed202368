// Subjects and versions as arguments: SUBJECT, SUBJECT@VERSION, SUBJECT@latest, or an id.

import { UsageError } from '../../errors.ts'
import { defineFlags } from '../command.ts'

export interface SubjectVersion {
  subject: string
  /** Undefined where the argument names none. */
  version: number | 'latest' | undefined
}

export function parseSubject(text: string): SubjectVersion {
  const match = /^(.+)@(\d{1,10}|latest)$/.exec(text)
  if (match === null) return { subject: text, version: undefined }
  return { subject: match[1], version: match[2] === 'latest' ? 'latest' : Number(match[2]) }
}

/** Throws a UsageError where there is a version. */
export function parseSubjectAlone(text: string): string {
  const { subject, version } = parseSubject(text)
  if (version === undefined) return subject
  throw new UsageError(`${text} names a version, and a whole subject is wanted`, { hint: `write it as ${subject}` })
}

export const sourceFlags = defineFlags({
  type: {
    value: 'TYPE',
    choices: ['AVRO', 'JSON', 'PROTOBUF'],
    category: 'Schemas',
    defaultDoc: 'by the end of the name: .avsc, .json, .proto',
    doc: "Type of the file's schema",
  },
  normalize: { category: 'Schemas', doc: 'Compare and keep it in its normal form' },
})
