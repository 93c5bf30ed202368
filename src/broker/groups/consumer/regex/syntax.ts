// The syntax of RE2 (Kafka: google/re2j), in which members give the topics that they want, taken apart into a tree. Topic
// names are ASCII, so a set of characters is one of ASCII characters, whatever else the expression names.
//
//   alternatives  concat | concat …          atom  x  .  [a-z]  [^…]  \d \pL \x41 \Q…\E  ^ $ \A \z \b \B
//   concat        repeat repeat …                  (…)  (?:…)  (?P<name>…)  (?flags)  (?flags:…)
//   repeat        atom, then one of  * + ? {n} {n,} {n,m},  each with ? after it as well

export class RegexError extends Error {}

export type Node =
  | { type: 'set'; set: CharacterSet }
  | { type: 'begin' | 'end' | 'boundary' | 'notBoundary' }
  | { type: 'concat' | 'alternatives'; parts: Node[] }
  | { type: 'repeat'; part: Node; least: number; most: number }

/** Whether each ASCII character is in the set. */
export type CharacterSet = readonly boolean[]

const MOST_REPEATS = 1000
/** Groups inside each other; the parser goes into itself as deep. */
const DEEPEST = 1000
const ASCII = 128

/** Throws a RegexError with re2j's description. */
export function parseRegex(pattern: string): Node {
  return new Parser(pattern).parse()
}

interface Flags {
  ignoreCase: boolean
  dotAll: boolean
}

class Parser {
  /** Code points. */
  private readonly text: string[]
  private at = 0
  private depth = 0
  private flags: Flags = { ignoreCase: false, dotAll: false }
  private readonly names = new Set<string>()

  constructor(pattern: string) {
    this.text = [...pattern]
  }

  parse(): Node {
    const node = this.alternatives()
    if (this.at < this.text.length) throw new RegexError('regexp/syntax: internal error')
    return node
  }

  private alternatives(): Node {
    const parts = [this.concat()]
    while (this.take('|')) parts.push(this.concat())
    return parts.length === 1 ? parts[0] : { type: 'alternatives', parts }
  }

  private concat(): Node {
    const parts: Node[] = []
    let wasRepeat = false
    while (this.at < this.text.length && this.text[this.at] !== '|' && this.text[this.at] !== ')') {
      const repeat = this.repetition()
      if (repeat === undefined) {
        // A brace that is no count is taken for one here, by re2j.
        wasRepeat = this.text[this.at] === '{'
        this.atom(parts)
        continue
      }
      const part = parts.pop()
      if (part === undefined) throw new RegexError('missing argument to repetition operator')
      if (wasRepeat) throw new RegexError('invalid nested repetition operator')
      parts.push({ type: 'repeat', part, ...repeat })
      wasRepeat = true
    }
    return { type: 'concat', parts }
  }

  private repetition(): { least: number; most: number } | undefined {
    const repeat = this.simpleRepetition() ?? (this.text[this.at] === '{' ? this.countedRepetition() : undefined)
    // Which of the possible matches is preferred does not matter to whether there is one.
    if (repeat !== undefined) this.take('?')
    return repeat
  }

  private simpleRepetition(): { least: number; most: number } | undefined {
    if (this.take('*')) return { least: 0, most: Number.POSITIVE_INFINITY }
    if (this.take('+')) return { least: 1, most: Number.POSITIVE_INFINITY }
    if (this.take('?')) return { least: 0, most: 1 }
    return undefined
  }

  /** Braces that hold no count stand for themselves. */
  private countedRepetition(): { least: number; most: number } | undefined {
    const ahead = this.text.slice(this.at, this.at + 32).join('')
    const found = /^\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/.exec(ahead)
    if (found === null) return undefined
    const [whole, first, comma, second] = found
    const least = Number(first)
    const most = comma === undefined ? least : second === undefined ? Number.POSITIVE_INFINITY : Number(second)
    if (least > MOST_REPEATS || (second !== undefined && most > MOST_REPEATS) || least > most) {
      throw new RegexError('invalid repeat count')
    }
    this.at += whole.length
    return { least, most }
  }

  private atom(parts: Node[]): void {
    const character = this.text[this.at]
    switch (character) {
      case '(':
        this.group(parts)
        break
      case '[':
        parts.push({ type: 'set', set: this.characterClass() })
        break
      case '.':
        this.at++
        parts.push(setOf((code) => this.flags.dotAll || code !== 10))
        break
      case '^':
        this.at++
        parts.push({ type: 'begin' })
        break
      case '$':
        this.at++
        parts.push({ type: 'end' })
        break
      case '\\':
        this.escaped(parts)
        break
      default:
        this.at++
        parts.push(this.literal(character.codePointAt(0) as number))
    }
  }

  private group(parts: Node[]): void {
    const outside = this.flags
    if (this.text[this.at + 1] === '?') {
      if (!this.groupName() && !this.groupFlags()) return
    } else this.at++
    if (++this.depth > DEEPEST) throw new RegexError('expression nests too deeply')
    parts.push(this.alternatives())
    if (!this.take(')')) throw new RegexError('missing closing )')
    this.depth--
    this.flags = outside
  }

  /** `(?P<name>` or `(?<name>`. */
  private groupName(): boolean {
    const opening = /^\(\?P?</.exec(this.text.slice(this.at, this.at + 4).join(''))
    if (opening === null) return false
    const end = this.text.indexOf('>', this.at)
    const name = end < 0 ? '' : this.text.slice(this.at + opening[0].length, end).join('')
    if (!/^\w+$/.test(name)) throw new RegexError('invalid named capture')
    if (this.names.has(name)) throw new RegexError('duplicate capture group name')
    this.names.add(name)
    this.at = end + 1
    return true
  }

  /** `(?flags:` opens a group; `(?flags)` holds from there on and is none. */
  private groupFlags(): boolean {
    const found = /^\(\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(this.text.slice(this.at, this.at + 64).join(''))
    if (found === null) throw new RegexError('invalid or unsupported Perl syntax')
    const [whole, on, off = '', last] = found
    const state = (flag: string, before: boolean) => (off.includes(flag) ? false : before || on.includes(flag))
    this.flags = {
      ignoreCase: state('i', this.flags.ignoreCase),
      dotAll: state('s', this.flags.dotAll),
    }
    this.at += whole.length
    return last === ':'
  }

  private escaped(parts: Node[]): void {
    const next = this.text[this.at + 1]
    const simple = ESCAPED_NODES.get(next)
    if (simple !== undefined) {
      this.at += 2
      parts.push(simple)
    } else if (next === 'Q') this.quoted(parts)
    else {
      const set = this.escapedClass()
      parts.push(set === undefined ? this.literal(this.escapedCharacter()) : { type: 'set', set })
    }
  }

  /** All up to `\E`, or to the end, stands for itself. */
  private quoted(parts: Node[]): void {
    this.at += 2
    while (this.at < this.text.length) {
      if (this.text[this.at] === '\\' && this.text[this.at + 1] === 'E') {
        this.at += 2
        return
      }
      parts.push(this.literal(this.text[this.at++].codePointAt(0) as number))
    }
  }

  /** `\d` and its like, `\pL`, `\p{Greek}`. */
  private escapedClass(): CharacterSet | undefined {
    const letter = this.text[this.at + 1]
    const perl = PERL_CLASSES.get(letter?.toLowerCase())
    if (perl !== undefined) {
      this.at += 2
      return this.classSet(perl, letter !== letter.toLowerCase())
    }
    if (letter !== 'p' && letter !== 'P') return undefined
    this.at += 2
    let name = this.text[this.at++]
    if (name === '{') {
      const end = this.text.indexOf('}', this.at)
      if (end < 0) throw new RegexError('invalid character class range')
      name = this.text.slice(this.at, end).join('')
      this.at = end + 1
    }
    const isNegated = (letter === 'P') !== (name?.startsWith('^') ?? false)
    return this.classSet(unicodeClass(name?.replace('^', '') ?? ''), isNegated)
  }

  private escapedCharacter(): number {
    const character = this.text[this.at + 1]
    if (character === undefined) throw new RegexError('trailing backslash at end of expression')
    const rest = this.text.slice(this.at + 1, this.at + 16).join('')
    const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest)
    const hexadecimal = /^x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]+)\})/.exec(rest)
    const control = CONTROLS.get(character)
    this.at += 2
    if (octal !== null) {
      this.at += octal[0].length - 1
      return Number.parseInt(octal[0], 8)
    }
    if (hexadecimal !== null) {
      this.at += hexadecimal[0].length - 1
      const code = Number.parseInt(hexadecimal[1] ?? hexadecimal[2], 16)
      if (code <= 0x10ffff) return code
    } else if (control !== undefined) return control
    else if (character < '\x80' && !/[0-9a-zA-Z]/.test(character)) return character.charCodeAt(0)
    throw new RegexError('invalid escape sequence')
  }

  private characterClass(): CharacterSet {
    this.at++
    const isNegated = this.take('^')
    const set: boolean[] = new Array(ASCII).fill(false)
    const add = (more: CharacterSet) => {
      for (let code = 0; code < ASCII; code++) if (more[code]) set[code] = true
    }
    for (let isFirst = true; isFirst || this.text[this.at] !== ']'; isFirst = false) {
      if (this.at >= this.text.length) throw new RegexError('missing closing ]')
      const named = this.posixClass() ?? (this.text[this.at] === '\\' ? this.escapedClass() : undefined)
      if (named !== undefined) {
        add(named)
        continue
      }
      const low = this.classCharacter()
      let high = low
      if (this.text[this.at] === '-' && this.at + 1 < this.text.length && this.text[this.at + 1] !== ']') {
        this.at++
        high = this.classCharacter()
        if (high < low) throw new RegexError('invalid character class range')
      }
      add(this.folded((code) => code >= low && code <= high))
    }
    this.at++
    return isNegated ? set.map((each) => !each) : set
  }

  private posixClass(): CharacterSet | undefined {
    if (this.text[this.at] !== '[' || this.text[this.at + 1] !== ':') return undefined
    const found = /^\[:(\^?)(.*?):\]/s.exec(this.text.slice(this.at).join(''))
    if (found === null) return undefined
    const [whole, negation, name] = found
    const inClass = POSIX_CLASSES.get(name)
    if (inClass === undefined) throw new RegexError('invalid character class range')
    this.at += [...whole].length
    return this.classSet(inClass, negation !== '')
  }

  private classCharacter(): number {
    if (this.at >= this.text.length) throw new RegexError('missing closing ]')
    if (this.text[this.at] === '\\') return this.escapedCharacter()
    return this.text[this.at++].codePointAt(0) as number
  }

  /** Upper and lower case come in before the negation. */
  private classSet(inClass: RegExp, isNegated: boolean): CharacterSet {
    const set = this.folded((code) => inClass.test(String.fromCodePoint(code)))
    return isNegated ? set.map((each) => !each) : set
  }

  private literal(wanted: number): Node {
    return { type: 'set', set: this.folded((code) => code === wanted) }
  }

  private folded(isIn: (code: number) => boolean): CharacterSet {
    const { ignoreCase } = this.flags
    return setOf((code) => isIn(code) || (ignoreCase && foldsOf(code).some(isIn))).set
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }
}

function setOf(isIn: (code: number) => boolean): { type: 'set'; set: CharacterSet } {
  return { type: 'set', set: Array.from({ length: ASCII }, (_, code) => isIn(code)) }
}

/** What is the same as an ASCII letter but for its case: beside the other case the long s and the Kelvin sign. */
function foldsOf(code: number): number[] {
  const letter = String.fromCharCode(code).toLowerCase()
  if (!/[a-z]/.test(letter)) return []
  const folds = [letter.charCodeAt(0), letter.toUpperCase().charCodeAt(0)]
  if (letter === 's') folds.push(0x17f)
  if (letter === 'k') folds.push(0x212a)
  return folds
}

function unicodeClass(name: string): RegExp {
  if (name === 'Any') return /[\s\S]/u
  const forms = /^[A-Z][a-z]?$/.test(name) ? [`gc=${name}`] : []
  if (/^[A-Z][a-z]+(?:_[A-Z][a-z]+)*$/.test(name)) forms.push(`Script=${name}`)
  for (const form of forms) {
    try {
      return new RegExp(`\\p{${form}}`, 'u')
    } catch {
      // Not known by this name.
    }
  }
  throw new RegexError('invalid character class range')
}

const ESCAPED_NODES: ReadonlyMap<string, Node> = new Map<string, Node>([
  ['A', { type: 'begin' }],
  ['z', { type: 'end' }],
  ['b', { type: 'boundary' }],
  ['B', { type: 'notBoundary' }],
])

/** The capital letters stand for what is not in the class. */
const PERL_CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['d', /[0-9]/],
  ['s', /[\t\n\f\r ]/],
  ['w', /[0-9A-Za-z_]/],
])

const POSIX_CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /[0-9A-Za-z]/],
  ['alpha', /[A-Za-z]/],
  ['ascii', /[\0-\x7f]/],
  ['blank', /[\t ]/],
  ['cntrl', /[\0-\x1f\x7f]/],
  ['digit', /[0-9]/],
  ['graph', /[!-~]/],
  ['lower', /[a-z]/],
  ['print', /[ -~]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['space', /[\t\n\v\f\r ]/],
  ['upper', /[A-Z]/],
  ['word', /[0-9A-Za-z_]/],
  ['xdigit', /[0-9A-Fa-f]/],
])

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
])
