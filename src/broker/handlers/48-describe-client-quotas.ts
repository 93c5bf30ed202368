// DescribeClientQuotas: the quotas that a filter finds (KIP-546).

import { DescribeClientQuotas } from '../../protocol/apis/48-describe-client-quotas.ts'
import { answerOf } from '../api-error.ts'
import { defineHandler } from '../handler.ts'
import { entityOf, entityParts, findQuotas } from '../quotas/entities.ts'

export const handler = defineHandler({
  api: DescribeClientQuotas,
  versions: [0, 1],
  handle({ components, strict }, { broker }) {
    try {
      const found = findQuotas(broker.metadata.image.quotas.values(), components, strict)
      const entries = found.map(({ entity, values }) => ({
        entity: entityParts(entityOf(entity)),
        values: [...values].map(([key, value]) => ({ key, value })),
      }))
      return { errorMessage: '', entries }
    } catch (error) {
      return { ...answerOf(error), entries: null }
    }
  },
})
