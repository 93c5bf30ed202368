// FindCoordinator: always this node. Versions: 1 key types; 4 several keys at once; 6 share groups.

import { FindCoordinator } from '../../protocol/apis/10-find-coordinator.ts'
import { type ErrorName, errorCode, errorText } from '../../protocol/errors.ts'
import { ApiError } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'
import { GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC } from '../topic-names.ts'

/** The topic that a coordinator keeps its state in, by key type: group, transaction. */
const STATE_TOPICS = [GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC]
const SHARE = 2
const NOWHERE = { nodeId: -1, host: '', port: -1 }

export const handler = defineHandler({
  api: FindCoordinator,
  versions: [0, 6],
  async handle({ keyType, coordinatorKeys }, { broker, connection, version }) {
    const error = coordinatorProblem(broker, keyType)
    await broker.metadata.flush()
    const found = error === undefined ? { nodeId: broker.nodeId, ...broker.addressFor(connection) } : NOWHERE
    const code = error === undefined ? 0 : errorCode(error)
    if (version < 4) {
      return { ...found, errorCode: code, errorMessage: error === undefined ? 'NONE' : errorText(code) }
    }
    const errorMessage = error === 'INVALID_REQUEST' ? errorText(code) : ''
    return { coordinators: coordinatorKeys.map((each) => ({ key: each, ...found, errorCode: code, errorMessage })) }
  },
})

/** The topic that the coordinator keeps its state in is made on first use. */
function coordinatorProblem(broker: Broker, keyType: number): ErrorName | undefined {
  const topic = STATE_TOPICS[keyType]
  if (topic === undefined) return keyType === SHARE ? 'COORDINATOR_NOT_AVAILABLE' : 'INVALID_REQUEST'
  try {
    broker.controller.internalTopic(topic)
    return undefined
  } catch (error) {
    if (error instanceof ApiError) return error.error
    throw error
  }
}
