// All guards by API key: the one list.

import { SaslHandshake } from '../../../protocol/apis/17-sasl-handshake.ts'
import { ApiVersions } from '../../../protocol/apis/18-api-versions.ts'
import { SaslAuthenticate } from '../../../protocol/apis/36-sasl-authenticate.ts'
import type { AnyGuard } from '../guard.ts'
import { clusterGuards } from './cluster.ts'
import { groupGuards } from './groups.ts'
import { recordGuards } from './records.ts'
import { topicGuards } from './topics.ts'
import { transactionGuards } from './transactions.ts'

/** What everybody may ask for. */
export const OPEN_APIS: ReadonlySet<number> = new Set([ApiVersions.key, SaslHandshake.key, SaslAuthenticate.key])

const list: AnyGuard[] = [...recordGuards, ...topicGuards, ...groupGuards, ...transactionGuards, ...clusterGuards]

export const guards: ReadonlyMap<number, AnyGuard> = new Map(list.map((guard) => [guard.api.key, guard]))
