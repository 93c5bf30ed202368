// Error codes of the protocol: code, name, whether a retry may help, text; and the errors this layer throws.

import { CorruptError, type ErrorDetails, ExitCode, KtoolError } from '../errors.ts'
import { errorTable } from './error-table.ts'

export type ErrorName = (typeof errorTable)[number][1]

/** Bytes from the other side that are not what the protocol says they should be. */
export class ProtocolError extends CorruptError {}

interface ErrorInfo {
  readonly code: number
  readonly name: ErrorName
  readonly retriable: boolean
  readonly text: string
}

const byCode = new Map<number, ErrorInfo>()
const byName = new Map<string, ErrorInfo>()
for (const [code, name, retriable, text] of errorTable) {
  const info = { code, name, retriable, text }
  byCode.set(code, info)
  byName.set(name, info)
}

/** Name of a code; a code of a newer release is named by its number. */
export function errorName(code: number): ErrorName | `ERROR_${number}` {
  return byCode.get(code)?.name ?? `ERROR_${code}`
}

export function errorCode(name: ErrorName): number {
  return (byName.get(name) as ErrorInfo).code
}

/** Kafka's own text for a code, '' for a code of a newer release. */
export function errorText(code: number): string {
  return byCode.get(code)?.text ?? ''
}

export function isRetriable(code: number): boolean {
  return byCode.get(code)?.retriable ?? false
}

const DENIED = /AUTHORIZATION_FAILED|AUTHENTICATION_FAILED|AUTH_DISABLED/

/** An error code that a broker answered with. */
export class KafkaError extends KtoolError {
  readonly code: number
  readonly errorName: string
  readonly retriable: boolean
  override readonly exitCode: ExitCode

  /** `what` was being done or is concerned; `text` is what the broker said beyond the code. */
  constructor(code: number, what: string, text?: string | null, details?: ErrorDetails) {
    const name = errorName(code)
    super(`${what}: ${name}${explanation(text || errorText(code))}`, details)
    this.code = code
    this.errorName = name
    this.retriable = isRetriable(code)
    this.exitCode = DENIED.test(name) ? ExitCode.denied : ExitCode.failure
  }
}

function explanation(text: string): string {
  return text === '' ? '' : ` (${text.replace(/\.$/, '')})`
}

/** Throws where the code is not NONE. */
export function check(code: number, what: string, text?: string | null): void {
  if (code !== 0) throw new KafkaError(code, what, text)
}
