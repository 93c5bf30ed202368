// What `ktool produce` says of records that are not written.

import type { KtoolError } from '../errors.ts'
import type { Context } from './command.ts'

/** Failures are named one by one up to this number, then counted. */
const NAMED_FAILURES = 10

/** Reports records that were not written: the first failures with the numbers of their records, then how many more. */
export class ProduceFailures {
  private readonly context: Context
  private readonly onFailure: () => void
  private failures = 0
  private records = 0

  constructor(context: Context, onFailure: () => void) {
    this.context = context
    this.onFailure = onFailure
  }

  /** A record of the input that is wrong. */
  wrong(error: KtoolError): void {
    this.records++
    if (this.isNamed()) this.context.fail(error)
  }

  /** Records that the brokers do not take. */
  refused(origins: ArrayLike<number>, error: KtoolError): void {
    this.records += origins.length
    if (!this.isNamed()) return
    this.context.fail(error)
    this.context.warn(`not written: ${origins.length === 1 ? 'record' : 'records'} ${ranges(origins)}`)
  }

  private isNamed(): boolean {
    this.onFailure()
    return this.failures++ < NAMED_FAILURES
  }

  report(): void {
    if (this.failures > NAMED_FAILURES) this.context.warn(`not written: ${this.records} records in all`)
  }
}

/** `3, 5-9, 12`; of many, the first few. */
function ranges(numbers: ArrayLike<number>): string {
  const texts: string[] = []
  for (let i = 0; i < numbers.length; ) {
    let last = i
    while (numbers[last + 1] === numbers[last] + 1) last++
    if (texts.length === NAMED_FAILURES)
      return `${texts.join(', ')} … ${numbers[numbers.length - 1]} (${numbers.length} in all)`
    texts.push(last === i ? `${numbers[i]}` : `${numbers[i]}-${numbers[last]}`)
    i = last + 1
  }
  return texts.join(', ')
}
