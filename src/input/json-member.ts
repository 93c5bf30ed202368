// A member of a JSON object as the text that it is. JSON.parse would round its numbers, and put names that are numbers first.

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** The text of the value of the member `name` in `json`, valid JSON of an object; of the last one, as JSON.parse takes it. */
export function memberText(json: string, name: string): string | undefined {
  let found: string | undefined
  for (let at = afterSpace(json, json.indexOf('{') + 1); json[at] !== '}'; ) {
    if (json[at] === ',') at = afterSpace(json, at + 1)
    const nameEnd = stringEnd(json, at)
    const isWanted = JSON.parse(json.slice(at, nameEnd)) === name
    const start = afterSpace(json, json.indexOf(':', nameEnd) + 1)
    const end = valueEnd(json, start)
    if (isWanted) found = json.slice(start, end)
    at = afterSpace(json, end)
  }
  return found
}

function afterSpace(json: string, at: number): number {
  while (isSpace(json.charCodeAt(at))) at++
  return at
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
}

/** The end of the string that begins at `at`. */
function stringEnd(json: string, at: number): number {
  for (at++; ; at++) {
    const code = json.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (code === BACKSLASH) at++
  }
}

/** The end of the value that begins at `at`. */
function valueEnd(json: string, at: number): number {
  if (json[at] === '"') return stringEnd(json, at)
  if (json[at] !== '{' && json[at] !== '[') {
    while (json[at] !== ',' && json[at] !== '}' && !isSpace(json.charCodeAt(at))) at++
    return at
  }
  for (let depth = 0; ; ) {
    const char = json[at]
    if (char === '"') {
      at = stringEnd(json, at)
      continue
    }
    at++
    if (char === '{' || char === '[') depth++
    else if ((char === '}' || char === ']') && --depth === 0) return at
  }
}
