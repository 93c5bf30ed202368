// What a config is: name, type, default, rule, and how a value given as text is parsed and checked, with the messages of
// Kafka's ConfigDef. The tables beside this file are generated from Kafka's own definitions.

export type ConfigType = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD'

export interface ConfigRule {
  min?: number
  max?: number
  /** A value that is allowed although it lies outside min and max. */
  or?: number
  oneOf?: readonly string[]
  ignoreCase?: boolean
  /** Values that the elements of a list may have; any where this is empty. */
  list?: readonly string[]
  notEmpty?: boolean
  nullable?: boolean
  nonEmpty?: boolean
}

export interface ConfigDefinition {
  readonly name: string
  readonly type: ConfigType
  /** As text; null where there is none. */
  readonly default: string | null
  readonly rule?: ConfigRule
  /** Not shown to clients unless set. */
  readonly internal?: true
  /** Broker configs that give the value, best first; for a broker's own config those beside itself. */
  readonly synonyms?: readonly string[]
  /** How a running broker can be given another value; absent where it can't. */
  readonly update?: string
}

/** Type numbers of DescribeConfigs. */
export const CONFIG_TYPE_IDS: Readonly<Record<ConfigType, number>> = {
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
}

/** A value that is not what the config takes. */
export class ConfigError extends Error {}

export function byName(table: readonly ConfigDefinition[]): ReadonlyMap<string, ConfigDefinition> {
  return new Map(table.map((definition) => [definition.name, definition]))
}

const INTEGER_LIMITS: Partial<Record<ConfigType, readonly [bigint, bigint]>> = {
  SHORT: [-(2n ** 15n), 2n ** 15n - 1n],
  INT: [-(2n ** 31n), 2n ** 31n - 1n],
  LONG: [-(2n ** 63n), 2n ** 63n - 1n],
}

/** Checks a value and returns it in the form in which Kafka shows it. Throws a ConfigError. */
export function normalize(definition: ConfigDefinition, value: string): string {
  const text = value.trim()
  switch (definition.type) {
    case 'BOOLEAN': {
      const lower = text.toLowerCase()
      if (lower !== 'true' && lower !== 'false') {
        throw invalid(definition, value, 'Expected value to be either true or false')
      }
      return lower
    }
    case 'SHORT':
    case 'INT':
    case 'LONG': {
      const [least, most] = INTEGER_LIMITS[definition.type] as readonly [bigint, bigint]
      const number = /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : undefined
      if (number === undefined || number < least || number > most) {
        throw invalid(definition, value, `Not a number of type ${definition.type}`)
      }
      checkRange(definition, Number(number), String(number))
      return String(number)
    }
    case 'DOUBLE': {
      const number = text === '' ? Number.NaN : Number(text)
      if (Number.isNaN(number)) throw invalid(definition, value, 'Not a number of type DOUBLE')
      checkRange(definition, number, doubleText(number))
      return doubleText(number)
    }
    case 'LIST':
      return checkList(definition, text === '' ? [] : text.split(/\s*,\s*/)).join(',')
    case 'PASSWORD':
      return value
    default:
      checkString(definition, text)
      return text
  }
}

function checkRange(definition: ConfigDefinition, number: number, text: string): void {
  const { min, max, or } = definition.rule ?? {}
  if (number === or) return
  if (or !== undefined && (number < (min as number) || number > (max as number))) {
    throw invalid(definition, text, `Value must be between ${min} and ${max} or equal to ${or}`)
  }
  if (min !== undefined && number < min) throw invalid(definition, text, `Value must be at least ${min}`)
  if (max !== undefined && number > max) throw invalid(definition, text, `Value must be no more than ${max}`)
}

function checkString(definition: ConfigDefinition, text: string): void {
  const { oneOf, ignoreCase, nonEmpty } = definition.rule ?? {}
  if (nonEmpty && text === '') throw invalid(definition, text, 'String must be non-empty')
  if (oneOf === undefined) return
  const known = ignoreCase ? oneOf.some((each) => each.toLowerCase() === text.toLowerCase()) : oneOf.includes(text)
  if (!known) {
    throw invalid(
      definition,
      text,
      `String must be one of${ignoreCase ? ' (case insensitive)' : ''}: ${oneOf.join(', ')}`,
    )
  }
}

function checkList(definition: ConfigDefinition, values: string[]): string[] {
  const { name, rule } = definition
  if (rule?.list === undefined) return values
  if (values.length === 0 && rule.notEmpty) {
    const known = rule.list.length === 0 ? 'any non-empty value' : `[${rule.list.join(', ')}]`
    throw new ConfigError(`Configuration '${name}' must not be empty. Valid values include: ${known}`)
  }
  for (const value of values) {
    if (value === '') throw new ConfigError(`Configuration '${name}' values must not be empty.`)
    if (rule.list.length > 0 && !rule.list.includes(value)) {
      throw invalid(definition, value, `String must be one of: ${rule.list.join(', ')}`)
    }
  }
  return [...new Set(values)]
}

/** As Java's Double.toString shows the numbers that configs hold. */
function doubleText(number: number): string {
  return Number.isInteger(number) ? number.toFixed(1) : String(number)
}

function invalid(definition: ConfigDefinition, value: string, problem: string): ConfigError {
  return new ConfigError(`Invalid value ${value} for configuration ${definition.name}: ${problem}`)
}
