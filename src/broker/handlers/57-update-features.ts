// UpdateFeatures: finalizes other levels of features, all or none (KIP-584; Kafka: FeatureControlManager). Up to version 1 each
// feature has a result.

import { UpdateFeatures } from '../../protocol/apis/57-update-features.ts'
import { ApiError, answerOf } from '../api-error.ts'
import { checkFeatureUpdate } from '../features.ts'
import { defineHandler } from '../handler.ts'
import { RecordType } from '../metadata-image.ts'

/** Up to version 0 a flag says that a level may be lowered. */
const UPGRADE = 1
const SAFE_DOWNGRADE = 2

export const handler = defineHandler({
  api: UpdateFeatures,
  versions: [0, 2],
  async handle({ featureUpdates, validateOnly }, { broker, version }) {
    const { metadata, nodeId } = broker
    try {
      for (const update of featureUpdates) {
        const downgrade = update.allowDowngrade ? SAFE_DOWNGRADE : UPGRADE
        const upgradeType = version === 0 ? downgrade : update.upgradeType
        checkFeatureUpdate(metadata.image, { ...update, upgradeType }, nodeId)
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const problem = 'The update failed for all features since the following feature had an error'
      return answerOf(new ApiError(error.error, `${problem}: ${error.message}`))
    }
    const changes = featureUpdates.filter(
      ({ feature, maxVersionLevel }) => (metadata.image.features.get(feature) ?? 0) !== maxVersionLevel,
    )
    if (!validateOnly) {
      metadata.append(
        changes.map(({ feature, maxVersionLevel }) => ({
          type: RecordType.featureLevel,
          version: 0,
          value: { name: feature, featureLevel: maxVersionLevel },
        })),
      )
      await metadata.flush()
    }
    const results = version <= 1 ? featureUpdates.map(({ feature }) => ({ feature, errorMessage: 'NONE' })) : []
    return { errorMessage: null, results }
  },
})
