// JSON whose numbers are not changed on the way: JavaScript's own would be rounded beyond 2^53, and 1.0 is 1 to it.

/** How newer JavaScripts parse: the text of a number comes with it. Their types do not know it yet. */
interface ExactJson {
  parse(text: string, reviver: (key: string, value: unknown, context?: { source?: string }) => unknown): unknown
  rawJSON(text: string): object
}

const exact = JSON as unknown as ExactJson

/** Numbers that would be written differently become raw JSON, which JSON.stringify writes as it was read. */
export function parseJsonKeepingNumbers(text: string): unknown {
  return exact.parse(text, (_key, value, context) => {
    const source = context?.source
    if (typeof value !== 'number' || source === undefined || String(value) === source) return value
    return exact.rawJSON(source)
  })
}

/** JSON from parseJsonKeepingNumbers with JavaScript's numbers. */
export function plainJson(json: unknown): unknown {
  return json === undefined ? undefined : JSON.parse(JSON.stringify(json))
}

/** Only numbers beyond 2^53 need the slower way: they have so many digits. */
const LONG_NUMBER = 16

/** Whether so many digits follow on each other anywhere. One place out of so many is looked at. */
function hasLongNumber(text: string): boolean {
  const { length } = text
  for (let i = LONG_NUMBER - 1; i < length; i += LONG_NUMBER) {
    if (!isDigit(text, i)) continue
    let start = i
    while (start > 0 && isDigit(text, start - 1)) start--
    let end = i + 1
    while (end < length && isDigit(text, end)) end++
    if (end - start >= LONG_NUMBER) return true
  }
  return false
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0x30 && code <= 0x39
}

/** Whole numbers beyond 2^53 become bigints. */
export function parseJsonExact(text: string): unknown {
  return hasLongNumber(text) ? exact.parse(text, exactIntegers) : JSON.parse(text)
}

function exactIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value
  return /^-?\d+$/.test(source) ? BigInt(source) : value
}

/** For JSON.stringify: bigints as the numbers that they are. */
export function bigintsAsRaw(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? exact.rawJSON(String(value)) : value
}
