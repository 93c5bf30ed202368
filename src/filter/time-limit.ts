// Regular expressions in bounded time. V8 tries one way through an expression after the other, which for `(a+)+$` are more
// than anyone can wait for; records come from the cluster, so anybody may write the one that takes them all. Two bounds:
//
//   V8's second engine   follows all ways at once, in time that grows with the record's length only. It is switched on for
//                        what backtracked too often, so that the rest runs as it always did.
//   TimeLimit            for what that engine does not know: backreferences, (?=), (?!), counts beyond 16, the flags i, u, v.
//                        A watchdog in another thread ends the work between two waits.

import { UsageError } from '../errors.ts'
import type { RecordView } from '../records/view.ts'

let isSecondEngineOn = false

/**
 * Whether matching takes time in proportion to what is matched. Has to be asked before the expression is made for the
 * first time: V8 decides on its engines then, and remembers.
 */
export function takesLinearTime(source: string, flags: string): boolean {
  if (!isSecondEngineOn) {
    // Only where there is an expression: loading the module takes time.
    const { setFlagsFromString } = process.getBuiltinModule('node:v8')
    // Both: without the first V8 has no flag `l`, which refuses what the engine can't do.
    setFlagsFromString('--enable-experimental-regexp-engine')
    setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
    isSecondEngineOn = true
  }
  // Without repetitions there are as many ways as the expression spells out.
  if (!/[*+{]/.test(source)) return true
  try {
    new RegExp(source, `${flags}l`)
    return true
  } catch {
    return false
  }
}

const WITHIN_MS = 10_000

/** Ends work on records that takes too long. A watchdog costs as much as many records: work should be on many. */
export class TimeLimit {
  private readonly ms: number
  private readonly scope: { work: () => unknown }
  private readonly start: () => unknown

  constructor(ms = WITHIN_MS) {
    const { Script, createContext } = process.getBuiltinModule('node:vm')
    this.ms = ms
    this.scope = { work: () => undefined }
    const context = createContext(this.scope)
    const script = new Script('work()')
    this.start = () => script.runInContext(context, { timeout: ms })
  }

  /** What `work` returns, which must not wait for anything; `view` is the record that it is at. Throws a UsageError. */
  run<Result>(work: () => Result, view: RecordView): Result {
    this.scope.work = work
    try {
      return this.start() as Result
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      const { topic, partition, cursor } = view
      throw new UsageError(
        `the regular expression takes more than ${this.ms / 1_000} s at offset ${cursor.offset} of partition ${partition} of ${topic}`,
        {
          hint: 'repetitions within repetitions do, unless it has no flags i, u, v, no (?=) or (?!), no \\1 and no count beyond 16',
          cause: error,
        },
      )
    }
  }
}
