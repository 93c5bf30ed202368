// What the doctor looks at, one check after the other: each a row, with what to do where it is not well.

import { type ExitCode, KtoolError } from '../../errors.ts'

/** `left-out`: it could not be looked at, which says nothing of the cluster. */
export type CheckState = 'ok' | 'warning' | 'failed' | 'left-out'

/** A row; the JSON is this. */
export interface Check {
  check: string
  target: string
  state: CheckState
  ms: number
  found: string
  advice: string | null
}

/** What a check has found. With advice it is a warning, unless another state is given. */
export interface Finding<T> {
  found: string
  advice?: string
  state?: CheckState
  value: T
}

export class Examination {
  /** Exit codes of what failed. */
  readonly codes = new Set<ExitCode>()
  private readonly report: (check: Check) => Promise<void> | undefined
  private readonly begins: (what: string) => void

  constructor(report: (check: Check) => Promise<void> | undefined, begins: (what: string) => void) {
    this.report = report
    this.begins = begins
  }

  /** Runs a check and reports it. Resolves to its value, undefined where it failed. */
  async check<T>(check: string, target: string, run: () => Promise<Finding<T>>): Promise<T | undefined> {
    this.begins(`${check} ${target}`)
    const began = performance.now()
    const row = (state: CheckState, found: string, advice: string | undefined) =>
      this.report({ check, target, state, ms: elapsed(began), found, advice: advice ?? null })
    try {
      const { found, advice, state, value } = await run()
      await row(state ?? (advice === undefined ? 'ok' : 'warning'), found, advice)
      return value
    } catch (error) {
      if (!(error instanceof KtoolError)) throw error
      this.codes.add(error.exitCode)
      await row('failed', error.message, error.hint)
      return undefined
    }
  }
}

function elapsed(began: number): number {
  return Math.round((performance.now() - began) * 10) / 10
}
