// AddRaftVoter: refused, as voters are static.

import { AddRaftVoter, type Listener } from '../../protocol/apis/80-add-raft-voter.ts'
import { ApiError, answerOf } from '../api-error.ts'
import { defineHandler } from '../handler.ts'
import { checkVoter, refuseChange } from '../voters.ts'

export const handler = defineHandler({
  api: AddRaftVoter,
  versions: [0, 1],
  handle(request, { broker }) {
    try {
      checkVoter(request, broker, 'Add')
      checkEndpoint(request.listeners, broker.configs.get('controller.listener.names') || 'CONTROLLER')
      return refuseChange('adding')
    } catch (error) {
      return answerOf(error)
    }
  },
})

function checkEndpoint(listeners: readonly Listener[], wanted: string): void {
  if (listeners.some(({ name }) => name === wanted)) return
  const endpoints = listeners.map(({ name, host, port }) => `ListenerName(${name})=${host}/<unresolved>:${port}`)
  throw new ApiError(
    'INVALID_REQUEST',
    `Add voter request didn't include the endpoint (Endpoints(endpoints={${endpoints.join(', ')}})) for the default ` +
      `listener ListenerName(${wanted})`,
  )
}
