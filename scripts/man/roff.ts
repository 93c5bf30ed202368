// Text for man(7), the macros that groff and mandoc both know.

/** Text as it is: nothing of it is a request, and quotes and dashes stay those that a shell takes. */
export function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll(
      /[^\n -~]/gu,
      (char) => `\\[u${(char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replaceAll(/^\./gm, '\\&.')
}

/** Prose, a sentence a line as roff wants it, and no line long; what is between backticks is bold. */
export function prose(text: string): string {
  return text
    .replaceAll(/(?<=[a-z)`]\.) (?=[A-Z])/g, '\n')
    .replaceAll(/(?=.{61}).{20,60}(?= )/g, '$&\n')
    .replaceAll('\n ', '\n')
    .split('`')
    .map((part, index) => (index % 2 === 0 ? escaped(part) : bold(part)))
    .join('')
}

export function bold(text: string): string {
  return `\\fB${escaped(text)}\\fP`
}

export function italic(text: string): string {
  return `\\fI${escaped(text)}\\fP`
}

/** A term with its text. */
export function item(term: string, text: string): string {
  return `.TP\n${term}\n${text}`
}

/** Lines that are shown as they are. */
export function verbatim(lines: readonly string[]): string {
  return ['.PP', '.RS 4', '.nf', ...lines.map(escaped), '.fi', '.RE'].join('\n')
}
