// All guards by API key: the one list.

import { SaslHandshake } from '../../../protocol/apis/17-sasl-handshake.ts'
import { ApiVersions } from '../../../protocol/apis/18-api-versions.ts'
import { SaslAuthenticate } from '../../../protocol/apis/36-sasl-authenticate.ts'
import { RenewDelegationToken } from '../../../protocol/apis/39-renew-delegation-token.ts'
import { ExpireDelegationToken } from '../../../protocol/apis/40-expire-delegation-token.ts'
import { DescribeDelegationToken } from '../../../protocol/apis/41-describe-delegation-token.ts'
import { GetTelemetrySubscriptions } from '../../../protocol/apis/71-get-telemetry-subscriptions.ts'
import { PushTelemetry } from '../../../protocol/apis/72-push-telemetry.ts'
import type { AnyGuard } from '../guard.ts'
import { clusterGuards } from './cluster.ts'
import { groupGuards } from './groups.ts'
import { recordGuards } from './records.ts'
import { topicGuards } from './topics.ts'
import { transactionGuards } from './transactions.ts'

/** What everybody may ask for. */
export const OPEN_APIS: ReadonlySet<number> = new Set([
  ApiVersions.key,
  SaslHandshake.key,
  SaslAuthenticate.key,
  GetTelemetrySubscriptions.key,
  PushTelemetry.key,
  // Who owns or renews a token may do so; there are none.
  RenewDelegationToken.key,
  ExpireDelegationToken.key,
  DescribeDelegationToken.key,
])

const list: AnyGuard[] = [...recordGuards, ...topicGuards, ...groupGuards, ...transactionGuards, ...clusterGuards]

export const guards: ReadonlyMap<number, AnyGuard> = new Map(list.map((guard) => [guard.api.key, guard]))
