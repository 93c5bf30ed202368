// Text with backslash escapes, as users write delimiters and formats: \n \r \t \0 \\ \e \xNN, and kcat's \NNN (decimal,
// or octal with a leading 0).

import { UsageError } from '../errors.ts'

const SINGLE: Record<string, number> = {
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  e: 0x1b,
  '\\': 0x5c,
  '%': 0x25,
  '"': 0x22,
  "'": 0x27,
}

/** The bytes that `text` stands for. Throws a UsageError that names the escape. */
export function unescapeBytes(text: string): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < text.length; ) {
    const backslash = text.indexOf('\\', at)
    if (backslash < 0) {
      pieces.push(Buffer.from(text.slice(at)))
      break
    }
    pieces.push(Buffer.from(text.slice(at, backslash)))
    const [byte, length] = escapeAt(text, backslash + 1)
    pieces.push(Buffer.from([byte]))
    at = backslash + 1 + length
  }
  return Buffer.concat(pieces)
}

/** The byte of the escape whose character after the backslash is at `at`, and how many characters it takes. */
function escapeAt(text: string, at: number): [byte: number, length: number] {
  const hex = /^x([0-9a-fA-F]{1,2})/.exec(text.slice(at, at + 3))
  if (hex) return [Number.parseInt(hex[1], 16), hex[0].length]
  const digits = /^\d{1,3}/.exec(text.slice(at, at + 3))?.[0]
  if (digits !== undefined) {
    const value = Number.parseInt(digits, digits.startsWith('0') ? 8 : 10)
    if (value <= 255) return [value, digits.length]
  }
  const single = SINGLE[text[at] ?? '']
  if (single === undefined) {
    throw new UsageError(`'${text.slice(at - 1, at + 3)}' is not an escape`, {
      hint: 'known are \\n \\r \\t \\0 \\e \\\\ \\xNN and \\NNN',
    })
  }
  return [single, 1]
}
