// AlterClientQuotas: sets quotas and takes them away (KIP-546).

import { AlterClientQuotas } from '../../protocol/apis/49-alter-client-quotas.ts'
import { answerOf } from '../api-error.ts'
import { defineHandler } from '../handler.ts'
import { checkQuotas, entityOf, entityParts } from '../quotas/entities.ts'

export const handler = defineHandler({
  api: AlterClientQuotas,
  versions: [0, 1],
  async handle({ entries: wanted, validateOnly }, { broker }) {
    const entries = []
    for (const { entity: parts, ops } of wanted) {
      const entity = entityOf(parts)
      const shown = entityParts(entity)
      try {
        await checkQuotas(entity, ops)
        if (!validateOnly) broker.controller.changeQuotas(shown, ops)
        entries.push({ errorMessage: null, entity: shown })
      } catch (error) {
        entries.push({ ...answerOf(error), entity: shown })
      }
    }
    await broker.metadata.flush()
    return { entries }
  },
})
