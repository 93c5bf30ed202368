// ListTransactions: the transactional ids that filters leave. Versions: 1 by duration; 2 by a pattern of ids (KIP-1152).

import { runInNewContext } from 'node:vm'
import { ListTransactions } from '../../protocol/apis/66-list-transactions.ts'
import { errorCode } from '../../protocol/errors.ts'
import { defineHandler } from '../handler.ts'
import { STATES } from '../transactions/transaction.ts'

/** In a context of its own a match can be broken off: a client's pattern may take forever. */
const MATCH = "const whole = new RegExp('^(?:' + pattern + ')$'); ids.filter((id) => whole.test(id))"
const LONGEST_MATCH_MS = 100

export const handler = defineHandler({
  api: ListTransactions,
  versions: [0, 2],
  handle({ stateFilters, producerIdFilters, durationFilter, transactionalIdPattern }, { broker }) {
    const { transactions } = broker.transactions
    const matched = transactionalIdPattern ? matching([...transactions.keys()], transactionalIdPattern) : null
    if (matched === undefined) return { errorCode: errorCode('INVALID_REGULAR_EXPRESSION') }
    const known = new Set<string>(STATES)
    const states = new Set(stateFilters.filter((state) => known.has(state)))
    const startedBefore = Date.now() - durationFilter
    const found = [...transactions.values()].filter(({ id, data }) => {
      if (data.state === 'Dead') return false
      if (stateFilters.length > 0 && !states.has(data.state)) return false
      if (producerIdFilters.length > 0 && !producerIdFilters.includes(data.producerId)) return false
      if (durationFilter >= 0 && data.startedAt >= startedBefore) return false
      return matched === null || matched.has(id)
    })
    return {
      unknownStateFilters: stateFilters.filter((state) => !known.has(state)),
      transactionStates: found.map(({ id, data }) => ({
        transactionalId: id,
        producerId: data.producerId,
        transactionState: data.state,
      })),
    }
  },
})

/** The ids that a pattern matches whole; undefined where it is no pattern, or takes too long. */
function matching(ids: readonly string[], pattern: string): ReadonlySet<string> | undefined {
  try {
    return new Set(runInNewContext(MATCH, { ids, pattern }, { timeout: LONGEST_MATCH_MS }))
  } catch {
    return undefined
  }
}
