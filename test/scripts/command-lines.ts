// The command lines in a Markdown document: those of its `sh` and `console` blocks, and code in the text that begins with
// the program's name.

export interface CommandLine {
  /** For messages: FILE:LINE. */
  place: string
  /** The words after the program's name. */
  words: string[]
  /** Of a console block: what the document says that it prints. */
  output: string[]
  /** From the running text, where a command may be named without what it takes. */
  isMention: boolean
}

/** All simple commands in `text` that call `program`. */
export function commandLines(name: string, text: string, program: string): CommandLine[] {
  const found: CommandLine[] = []
  const add = (line: string, index: number, { output = [] as string[], isMention = false } = {}) => {
    for (const [first, ...words] of simpleCommands(line)) {
      if (first === program) found.push({ place: `${name}:${index + 1}`, words, output, isMention })
    }
  }
  const lines = text.split('\n')
  let block: string | undefined
  for (const [index, line] of lines.entries()) {
    const fence = /^```(\w*)$/.exec(line)
    if (fence !== null) block = block === undefined ? fence[1] : undefined
    else if (block === 'sh') add(line, index)
    else if (block === 'console' && line.startsWith('$ ')) {
      const end = lines.findIndex((other, at) => at > index && (other.startsWith('$ ') || other === '```'))
      add(line.slice(2), index, { output: lines.slice(index + 1, end) })
    } else if (block === undefined) {
      for (const [, code] of line.matchAll(/`([^`]+)`/g)) {
        // In a table a bar inside of code is escaped.
        if (code.startsWith(`${program} `)) add(code.replaceAll('\\|', '|'), index, { isMention: true })
      }
    }
  }
  return found
}

/** Words with their quotes taken off, in the order of a shell line; what separates commands splits them. */
export function simpleCommands(line: string): string[][] {
  const commands: string[][] = [[]]
  const tokens = line.matchAll(
    /\s+|#.*|<<<|[<>](?!\()|[<>]?\(|[|&;)]+|(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s|&;()<>'"\\])+/gs,
  )
  let isRedirected = false
  for (const [token] of tokens) {
    if (/^\s|^#/.test(token)) continue
    const command = commands[commands.length - 1]
    if (/^(<<<|[<>])$/.test(token)) isRedirected = true
    else if (/^[<>]?\($|^[|&;)]+$/.test(token)) commands.push([])
    else if (isRedirected) isRedirected = false
    // Settings of the environment before the command's name.
    else if (command.length > 0 || !/^\w+=/.test(token)) command.push(unquoted(token))
  }
  return commands.filter((command) => command.length > 0)
}

function unquoted(word: string): string {
  return word.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs, (_, single, double, char) => {
    if (single !== undefined) return single
    return char ?? double.replace(/\\(["\\$`])/g, '$1')
  })
}
