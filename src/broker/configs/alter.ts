// Changes of configs: what operations make of a resource's values, and whether it may have those. Refusals have the codes and
// texts of Kafka's brokers and controllers (ConfigAdminManager, DynamicBrokerConfig, ConfigurationControlManager).

import type { AlterableConfig } from '../../protocol/apis/44-incremental-alter-configs.ts'
import { ApiError } from '../api-error.ts'
import { type MetadataImage, ResourceType } from '../metadata-image.ts'
import { topicNameProblem } from '../topic-names.ts'
import { checkBrokerValues } from './alter-broker.ts'
import type { BrokerConfigs } from './broker-configs.ts'
import { brokerDefinition } from './broker-configs.ts'
import { checkClientMetrics, clientMetricsDefinitions } from './client-metrics.ts'
import { ConfigError } from './definition.ts'
import { checkGroupConfigs, groupDefinitions } from './group-configs.ts'
import { checkTopicConfigs, type Overrides, topicDefinitions } from './topic-configs.ts'

export const Operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const
const OPERATION_NAMES = ['SET', 'DELETE', 'APPEND', 'SUBTRACT']

export interface Resource {
  readonly resourceType: number
  readonly resourceName: string
}

export interface ConfigOwner {
  readonly nodeId: number
  readonly image: MetadataImage
  readonly configs: BrokerConfigs
}

/** Throws an ApiError where a request names a config twice, or sets one to null. */
export function checkOperations(operations: readonly AlterableConfig[]): void {
  if (new Set(operations.map(({ name }) => name)).size < operations.length) {
    throw new ApiError('INVALID_REQUEST', 'Error due to duplicate config keys')
  }
  const nulls = operations.filter((each) => each.configOperation !== Operation.delete && each.value === null)
  if (nulls.length > 0) {
    const names = nulls.map(({ name }) => name).join(',')
    throw new ApiError('INVALID_REQUEST', `Null value not supported for : ${names}`)
  }
}

/** What the operations make of the current values. Throws an ApiError. */
export function applyOperations(
  resourceType: number,
  current: Overrides,
  operations: readonly AlterableConfig[],
): Map<string, string> {
  const values = new Map(current)
  for (const { name, configOperation, value } of operations) {
    if (configOperation === Operation.set) values.set(name, value as string)
    else if (configOperation === Operation.delete) values.delete(name)
    else if (configOperation === Operation.append || configOperation === Operation.subtract) {
      values.set(name, changedList(resourceType, name, values.get(name), configOperation, value as string))
    } else throw new ApiError('UNKNOWN_SERVER_ERROR')
  }
  return values
}

function changedList(
  resourceType: number,
  name: string,
  current: string | undefined,
  operation: number,
  value: string,
): string {
  const definition = definitionOf(resourceType, name)
  if (definition?.type !== 'LIST') {
    const problem = `Can't ${OPERATION_NAMES[operation]} to key ${name} because its type is not LIST.`
    throw new ApiError('INVALID_CONFIG', problem)
  }
  const before = elements(current ?? definition.default ?? '')
  const given = elements(value)
  const after =
    operation === Operation.append
      ? [...before, ...given.filter((each) => !before.includes(each))]
      : before.filter((each) => !given.includes(each))
  return after.join(',')
}

function elements(list: string): string[] {
  return list.trim() === '' ? [] : list.split(',').map((each) => each.trim())
}

function definitionOf(resourceType: number, name: string) {
  switch (resourceType) {
    case ResourceType.topic:
      return topicDefinitions.get(name)
    case ResourceType.broker:
      return brokerDefinition(name)
    case ResourceType.group:
      return groupDefinitions.get(name)
    default:
      return clientMetricsDefinitions.get(name)
  }
}

/** Throws an ApiError unless the resource may have these values. */
export function checkValues(resource: Resource, values: Overrides, owner: ConfigOwner): void {
  try {
    check(resource, values, owner)
  } catch (error) {
    if (error instanceof ConfigError) throw new ApiError('INVALID_CONFIG', error.message)
    throw error
  }
}

function check({ resourceType, resourceName: name }: Resource, values: Overrides, owner: ConfigOwner): void {
  const { image, configs } = owner
  switch (resourceType) {
    case ResourceType.topic: {
      if (name === '') throw new ApiError('INVALID_REQUEST', 'Default topic resources are not allowed.')
      const problem = topicNameProblem(name)
      if (problem !== undefined) throw new ApiError('INVALID_TOPIC_EXCEPTION', problem)
      checkTopicConfigs(values, configs)
      if (!image.topics.has(name)) {
        throw new ApiError('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
      }
      break
    }
    case ResourceType.broker:
      if (name !== '') checkNode(name, owner.nodeId)
      checkBrokerValues(name, values, owner)
      break
    case ResourceType.clientMetrics:
      if (name === '') throw new ApiError('INVALID_REQUEST', "Subscription name can't be empty")
      checkClientMetrics(values)
      break
    case ResourceType.group:
      if (name === '') throw new ApiError('INVALID_REQUEST', 'Default group resources are not allowed.')
      checkGroupConfigs(values, configs)
      break
    default:
      throw new ApiError('INVALID_REQUEST', `Unknown resource type ${resourceType}`)
  }
}

function checkNode(name: string, nodeId: number): void {
  if (!/^[+-]?\d+$/.test(name)) {
    throw new ApiError('INVALID_REQUEST', `Node id must be an integer, but it is: ${name}`)
  }
  if (Number(name) !== nodeId) {
    throw new ApiError('INVALID_REQUEST', `Unexpected broker id, expected ${nodeId}, but received ${name}`)
  }
}

/** The changes that make these values of the current ones; null takes one away. */
export function changesBetween(current: Overrides, values: Overrides): Map<string, string | null> {
  const changes = new Map<string, string | null>()
  for (const name of current.keys()) if (!values.has(name)) changes.set(name, null)
  for (const [name, value] of values) if (current.get(name) !== value) changes.set(name, value)
  return changes
}

const LEVELS = ['DEBUG', 'ERROR', 'FATAL', 'INFO', 'TRACE', 'WARN']

/** Levels of loggers: their form is checked, and there is no logger to be changed. Throws an ApiError. */
export function checkLoggers(
  resourceName: string,
  operations: readonly AlterableConfig[],
  { nodeId }: ConfigOwner,
): void {
  if (!/^[+-]?\d+$/.test(resourceName)) {
    throw new ApiError('INVALID_REQUEST', `Node id must be an integer, but it is: ${resourceName}`)
  }
  if (Number(resourceName) !== nodeId) {
    throw new ApiError('INVALID_REQUEST', `Unexpected node id. Expected ${nodeId}, but received ${resourceName}`)
  }
  for (const { name, configOperation, value } of operations) {
    if (configOperation === Operation.append || configOperation === Operation.subtract) {
      const problem = `${OPERATION_NAMES[configOperation]} operation is not allowed for the BROKER_LOGGER resource`
      throw new ApiError('INVALID_REQUEST', problem)
    }
    if (configOperation === Operation.set && !LEVELS.includes(value as string)) {
      throw new ApiError(
        'INVALID_CONFIG',
        `Cannot set the log level of ${name} to ${value} as it is not a supported log level. ` +
          `Valid log levels are ${LEVELS.join(', ')}`,
      )
    }
    throw new ApiError('INVALID_CONFIG', `Logger ${name} does not exist!`)
  }
}
