// CEL expressions on records (https://cel.dev): `value.amount > 100 && headers.type == "refund"`. A library parses and
// evaluates them; here are the names that they may use.

import { Environment, type EvaluationError, type ParseError, type TypeCheckResult } from '@marcbachmann/cel-js'
import { UsageError } from '../errors.ts'
import type { RecordCursor } from '../records/cursor.ts'
import { type RecordView, timestampTypeOf } from '../records/view.ts'
import { parseJsonExact } from '../util/json.ts'
import type { RecordTest } from './record-filter.ts'
import { takesLinearTime } from './time-limit.ts'

/** The value of a key or a value; null where it is null. */
export type Decode = (view: RecordView, part: 'key' | 'value') => unknown

/** Records for which the expression could not be evaluated, such as those without a field that it names. */
export interface Unevaluated {
  count: number
  /** Of the first of them. */
  reason: string
  where: string
}

export interface Expression {
  test: RecordTest
  /** Whether it takes time in proportion to the record: regular expressions may even come out of a record. */
  readonly isBounded: boolean
  readonly unevaluated: Unevaluated
}

/** What each name stands for in a record. */
const names: Record<string, { type: string; value: (view: RecordView, decode: Decode) => unknown }> = {
  topic: { type: 'string', value: ({ topic }) => topic },
  partition: { type: 'int', value: ({ partition }) => BigInt(partition) },
  offset: { type: 'int', value: ({ cursor }) => BigInt(cursor.offset) },
  timestamp: { type: 'google.protobuf.Timestamp', value: ({ cursor }) => new Date(cursor.timestamp) },
  timestampType: { type: 'string', value: timestampTypeOf },
  key: { type: 'dyn', value: (view, decode) => decode(view, 'key') },
  value: { type: 'dyn', value: (view, decode) => decode(view, 'value') },
  headers: { type: 'map<string, dyn>', value: ({ cursor }) => headersOf(cursor) },
}

/** Throws a UsageError that shows where the expression is wrong. */
export function compileExpression(text: string, decode: Decode = decodeBytes): Expression {
  const evaluate = parse(text)
  // Names in a text or in a field's place make it look up more than it needs, no less.
  const used = Object.entries(names).filter(([name]) => new RegExp(`\\b${name}\\b`).test(text))
  const unevaluated: Unevaluated = { count: 0, reason: '', where: '' }
  const scope: Record<string, unknown> = {}
  const isBounded = !/\bmatches\b/.test(text)
  // What the other engine knows ends sooner by it, with an answer.
  if (!isBounded) takesLinearTime('', '')
  return {
    unevaluated,
    isBounded,
    test(view) {
      for (const [name, { value }] of used) scope[name] = value(view, decode)
      let reason: string
      try {
        const result = evaluate(scope)
        if (typeof result === 'boolean') return result
        reason = 'it is not true or false'
      } catch (error) {
        reason = summary(error)
      }
      if (unevaluated.count++ === 0) {
        unevaluated.reason = reason
        unevaluated.where = `offset ${view.cursor.offset} of partition ${view.partition} of ${view.topic}`
      }
      return false
    },
  }
}

function parse(text: string) {
  let checked: TypeCheckResult
  try {
    const expression = environment().parse(text)
    checked = expression.check()
    if (checked.valid && (checked.type === 'bool' || checked.type === 'dyn')) return expression
  } catch (error) {
    throw wrong(text, summary(error), error)
  }
  if (checked.valid) throw wrong(text, `it is ${checked.type}, not true or false`)
  throw wrong(text, summary(checked.error), checked.error)
}

function wrong(text: string, problem: string, cause?: unknown): UsageError {
  return new UsageError(`'${text}' is not a condition: ${problem}`, {
    hint: `names are ${Object.keys(names).join(', ')}, as in 'value.amount > 100 && headers.type == "refund"'`,
    cause,
  })
}

/** The library's messages go on for several lines, with the expression in them. */
function summary(error: unknown): string {
  const { summary: short, message } = error as ParseError | EvaluationError
  return short ?? message.split('\n')[0]
}

function environment(): Environment {
  const env = new Environment({ homogeneousAggregateLiterals: false, enableOptionalTypes: true })
  for (const [name, { type }] of Object.entries(names)) env.registerVariable(name, type)
  // Numbers in JSON are doubles, `value.price * 2` has an int in it, and CEL by itself refuses to mix them.
  for (const [operator, apply] of Object.entries(arithmetic)) {
    for (const [left, right] of [
      ['double', 'int'],
      ['int', 'double'],
    ]) {
      env.registerOperator(`${left} ${operator} ${right}: double`, (a: unknown, b: unknown) =>
        apply(Number(a), Number(b)),
      )
    }
  }
  return env
}

const arithmetic: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}

function decodeBytes({ cursor }: RecordView, part: 'key' | 'value'): unknown {
  const [start, end] = part === 'key' ? [cursor.keyStart, cursor.keyEnd] : [cursor.valueStart, cursor.valueEnd]
  return start < 0 ? null : decodeJson(cursor.bytes, start, end)
}

/** JSON objects and arrays as what they are; everything else is text. */
export function decodeJson(bytes: Buffer, start: number, end: number): unknown {
  const text = bytes.toString('utf8', start, end)
  if (!/^\s*[[{]/.test(text)) return text
  try {
    return parseJsonExact(text)
  } catch {
    return text
  }
}

/** The last value of each name. */
function headersOf(cursor: RecordCursor): Map<string, string | null> {
  const headers = new Map<string, string | null>()
  cursor.rewindHeaders()
  while (cursor.nextHeader()) {
    const { bytes, headerKeyStart, headerKeyEnd, headerValueStart, headerValueEnd } = cursor
    const value = headerValueStart < 0 ? null : bytes.toString('utf8', headerValueStart, headerValueEnd)
    headers.set(bytes.toString('utf8', headerKeyStart, headerKeyEnd), value)
  }
  return headers
}
