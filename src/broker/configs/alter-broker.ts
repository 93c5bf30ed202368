// Which values a running broker may be given, in the words of Kafka's DynamicBrokerConfig.

import { ApiError } from '../api-error.ts'
import { type BrokerConfigs, brokerDefinition, brokerDefinitions } from './broker-configs.ts'
import { ConfigError, normalize } from './definition.ts'
import type { Overrides } from './topic-configs.ts'

/** Key material is set for one listener. */
const SECURITY = /^ssl\.(?:key\.password|(?:keystore|truststore)\..+)$/
/** Numbers of threads change by no more than a factor of two at once. */
const THREAD_POOLS = [
  'num.io.threads',
  'num.network.threads',
  'num.replica.fetchers',
  'num.recovery.threads.per.data.dir',
  'background.threads',
]
const MIN_IN_SYNC = 'min.insync.replicas'
const ELR = 'eligible.leader.replicas.version'

/** Throws an ApiError unless the broker of this id (none: all brokers) may have these values. */
export function checkBrokerValues(
  resourceName: string,
  values: Overrides,
  owner: { readonly configs: BrokerConfigs; readonly image: { readonly features: ReadonlyMap<string, number> } },
): void {
  const names = [...values.keys()]
  const fixed = names.filter((name) => brokerDefinitions.has(name) && brokerDefinitions.get(name)?.update === undefined)
  refuse(fixed, 'Cannot update these configs dynamically')
  refuse(
    names.filter((name) => SECURITY.test(name)),
    'These security configs can be dynamically updated only per-listener using the listener prefix',
  )
  for (const [name, value] of values) checkType(name, value)
  const forAll = resourceName === ''
  if (forAll) {
    refuse(
      names.filter((name) => brokerDefinition(name)?.update === 'per-broker'),
      'Cannot update these configs at default cluster level, broker id must be specified',
    )
  }
  for (const name of THREAD_POOLS) checkThreads(name, values.get(name), owner.configs)
  if ((owner.image.features.get(ELR) ?? 0) > 0) checkMinInSync(forAll, values)
}

function refuse(names: readonly string[], problem: string): void {
  if (names.length > 0) throw new ApiError('INVALID_REQUEST', `${problem}: [${names.join(', ')}]`)
}

function checkType(name: string, value: string): void {
  const definition = brokerDefinition(name)
  if (definition === undefined) return
  try {
    normalize(definition, value)
  } catch (error) {
    if (error instanceof ConfigError) throw new ApiError('INVALID_REQUEST', error.message)
    throw error
  }
}

function checkThreads(name: string, value: string | undefined, configs: BrokerConfigs): void {
  if (value === undefined) return
  const current = configs.number(name)
  const wanted = Number(value)
  if (wanted === current) return
  const problem =
    wanted < current / 2
      ? `value should be at least half the current value ${current}`
      : wanted > current * 2
        ? `value should not be greater than double the current value ${current}`
        : undefined
  if (problem === undefined) return
  throw new ApiError(
    'INVALID_REQUEST',
    'Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for ' +
      `${name}=${wanted}, ${problem} for configuration Invalid dynamic configuration`,
  )
}

/** With eligible leader replicas (KIP-966) the whole cluster has one value, and has it always. */
function checkMinInSync(forAll: boolean, values: Overrides): void {
  if (forAll && !values.has(MIN_IN_SYNC)) {
    throw new ApiError('INVALID_CONFIG', `Cluster-level ${MIN_IN_SYNC} cannot be removed while ELR is enabled.`)
  }
  if (!forAll && values.has(MIN_IN_SYNC)) {
    throw new ApiError('INVALID_CONFIG', `Broker-level ${MIN_IN_SYNC} cannot be altered while ELR is enabled.`)
  }
}
