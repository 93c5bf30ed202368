// ApiVersions: what the handlers declare, and the features (KIP-584).

import { ApiVersions } from '../../protocol/apis/18-api-versions.ts'
import { errorCode } from '../../protocol/errors.ts'
import { FEATURES, finalizedLevel } from '../features.ts'
import { advertised, defineHandler } from '../handler.ts'

/** A client's name and version, as Kafka accepts them. */
const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

export const handler = defineHandler({
  api: ApiVersions,
  versions: [0, 4],
  handle({ clientSoftwareName, clientSoftwareVersion }, { broker, connection, handlers, version }) {
    if (version >= 3 && !(SOFTWARE.test(clientSoftwareName) && SOFTWARE.test(clientSoftwareVersion))) {
      return { errorCode: errorCode('INVALID_REQUEST') }
    }
    if (version >= 3) broker.telemetry.introduce(connection, clientSoftwareName, clientSoftwareVersion)
    const { image } = broker.metadata
    const finalized = FEATURES.map(({ name }) => ({ name, level: finalizedLevel(image, name) }))
    return {
      apiKeys: [...handlers.values()].filter(({ isHidden }) => !isHidden).map(advertised),
      // Kafka hides features that begin at level 0 from clients that can't read them (KAFKA-17011).
      supportedFeatures: FEATURES.filter(({ min }) => version >= 4 || min > 0).map(({ name, min, max }) => ({
        name,
        minVersion: min,
        maxVersion: max,
      })),
      finalizedFeaturesEpoch: broker.metadata.endOffset - 1,
      finalizedFeatures: finalized
        .filter(({ level }) => level > 0)
        .map(({ name, level }) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
    }
  },
})
