// Help, from the data of the manifest and of a command. Commander wraps the text.

import { Help } from 'commander'
import type { Flag } from '../commands/command.ts'
import type { Paint } from './colour.ts'
import { type Located, nextWords } from './locate.ts'
import { manifest, nouns } from './manifest.ts'
import { type NamedFlag, type Syntax, shownFlags, usage } from './syntax.ts'

export interface HelpOptions {
  /** Columns to wrap at. */
  width: number
  paint: Paint
}

/** Columns to wrap at: those of the terminal, as far as lines stay readable. */
export function pageWidth(terminal: { columns?: number } | undefined): number {
  return Math.min(terminal?.columns ?? 80, 120)
}

/** The program as help and parsing see it when no command is named. */
export const program: Syntax = {
  path: '',
  description: 'ktool: Kafka on the command line, and a Kafka broker to try it on.',
  flags: { version: { doc: 'Show the version', category: 'Everywhere' } },
}

/** Headings of options, in their order; headings of a command's own come after `Options`. */
const lastHeadings = ['Connection', 'Output', 'Everywhere']

/** The page on what the words name: a command, a noun, or without words the program. */
export async function helpOn({ words, entry }: Located, options: HelpOptions): Promise<string> {
  return entry === undefined ? indexHelp(words, options) : commandHelp((await entry.load()).command, options)
}

export function commandHelp(syntax: Syntax, options: HelpOptions): string {
  const examples = (syntax.examples ?? []).map(({ line, doc }) => `  # ${doc}\n  ${line}`)
  return page(options, {
    usage: `ktool ${syntax.path} ${usage(syntax)}`,
    description: syntax.description,
    sections: [
      [
        'Arguments',
        Object.values(syntax.args ?? {}).map(({ value, doc, choices }) => [value, withExtras(doc, { choices })]),
      ],
      ...optionSections(syntax),
    ],
    end: examples.length === 0 ? undefined : ['Examples', examples.join('\n')],
  })
}

/** Help on the program (no words) or on a noun: what may follow. */
export function indexHelp(words: readonly string[], options: HelpOptions): string {
  const path = ['ktool', ...words].join(' ')
  const commands = nextWords(words).map((word): [string, string] => [word, summaryOf([...words, word].join(' '))])
  return page(options, {
    usage: `${path} COMMAND [options]`,
    description: words.length === 0 ? program.description : `${nouns[words.join(' ')]}.`,
    sections: [['Commands', commands], ...(words.length === 0 ? optionSections(program) : [])],
    end: ['More', `  ${path} COMMAND --help`],
  })
}

function summaryOf(path: string): string {
  return manifest.find((entry) => entry.path === path)?.summary ?? nouns[path]
}

type Items = [term: string, text: string][]

function optionSections(syntax: Syntax): [heading: string, items: Items][] {
  const sections = new Map<string, Items>()
  const add = (heading: string, item: [string, string]) => {
    sections.set(heading, [...(sections.get(heading) ?? []), item])
  }
  for (const named of shownFlags(syntax)) add(named.flag.category ?? 'Options', [term(named), flagText(named.flag)])
  add('Everywhere', ['-h, --help', 'Show this help'])
  const order = (heading: string) => lastHeadings.indexOf(heading)
  return [...sections].sort(([a], [b]) => order(a) - order(b))
}

/** `-p, --partitions PARTITIONS`, with room where there is no letter. */
export function term({ short, long, flag }: NamedFlag): string {
  const names = long === undefined ? short : `${short === undefined ? '    ' : `${short}, `}${long}`
  return flag.value === undefined ? `${names}` : `${names} ${flag.value}`
}

/** What an option does, its values and its default. */
export function flagText(flag: Flag): string {
  const value = flag.defaultDoc ?? (flag.default === undefined ? undefined : String(flag.default))
  return withExtras(flag.doc, { ...flag, default: value })
}

export function withExtras(
  doc: string,
  extras: { choices?: readonly string[]; required?: boolean; repeatable?: boolean; default?: string },
): string {
  const parts = [
    extras.choices && `one of ${extras.choices.join(', ')}`,
    extras.required && 'required',
    extras.repeatable && 'repeatable',
    extras.default && `default: ${extras.default}`,
  ].filter((part) => part)
  return parts.length === 0 ? doc : `${doc} (${parts.join('; ')})`
}

interface Page {
  usage: string
  description?: string
  sections: [heading: string, items: Items][]
  end?: [heading: string, text: string]
}

function page({ width, paint }: HelpOptions, { usage, description, sections, end }: Page): string {
  const help = new Help()
  help.prepareContext({ helpWidth: width })
  help.minWidthToWrap = 20
  const title = (text: string) => paint('bold', text)
  const shown = sections.filter(([, items]) => items.length > 0)
  const widest = Math.max(...shown.flatMap(([, items]) => items.map(([term]) => term.length)))
  const blocks = [`${title('Usage:')} ${usage}`]
  if (description !== undefined) blocks.push(help.boxWrap(description, width))
  for (const [heading, items] of shown) {
    const lines = items.map(([term, text]) => help.formatItem(term, widest, text, help))
    blocks.push([title(`${heading}:`), ...lines].join('\n'))
  }
  if (end !== undefined) blocks.push(`${title(`${end[0]}:`)}\n${end[1]}`)
  return `${blocks.join('\n\n')}\n`
}
