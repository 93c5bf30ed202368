// ConsumerGroupHeartbeat: a member of a consumer group joins, says that it is alive and what it has, hears what it shall have,
// and leaves (KIP-848). Version 1 regular expressions, and ids that members make themselves.

import { AclOperation, AclResource } from '../../protocol/acl.ts'
import { ConsumerGroupHeartbeat } from '../../protocol/apis/68-consumer-group-heartbeat.ts'
import { errorCode } from '../../protocol/errors.ts'
import { answerOf } from '../api-error.ts'
import { hasConsumerGroups } from '../features.ts'
import { defineHandler } from '../handler.ts'

export const handler = defineHandler({
  api: ConsumerGroupHeartbeat,
  versions: [0, 1],
  async handle(request, { access, broker, clientId, connection, version }) {
    if (!hasConsumerGroups(broker)) return { errorCode: errorCode('UNSUPPORTED_VERSION') }
    const maySee = access && ((topic: string) => access.allows(AclOperation.describe, AclResource.topic, topic))
    const client = { id: clientId ?? '', host: `/${connection.remoteAddress}`, maySee }
    try {
      return await broker.groups.consumerHeartbeat(request, version, client)
    } catch (error) {
      return answerOf(error)
    }
  },
})
