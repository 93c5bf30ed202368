// The answer to a producer whose epoch is over: PRODUCER_FENCED for those that know it, else INVALID_PRODUCER_EPOCH (KIP-588).

import { errorCode } from '../protocol/errors.ts'
import { ApiError, answerOf } from './api-error.ts'

export function producerErrorCode(error: unknown, knowsFenced: boolean): number {
  if (!knowsFenced && error instanceof ApiError && error.error === 'PRODUCER_FENCED') {
    return errorCode('INVALID_PRODUCER_EPOCH')
  }
  return answerOf(error).errorCode
}
