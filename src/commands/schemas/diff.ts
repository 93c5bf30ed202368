// ktool schemas diff: what two versions of a subject differ in.

import { ExitCode } from '../../errors.ts'
import { write } from '../../output/write.ts'
import type { RegisteredSchema } from '../../registry/client.ts'
import { integer } from '../../util/numbers.ts'
import { defineCommand } from '../command.ts'
import { registryFlags, withRegistry } from '../registry-flags.ts'
import { parseSubjectAlone } from './subject.ts'

interface Line {
  /** ` ` in both, `-` in the older, `+` in the newer. */
  sign: ' ' | '-' | '+'
  text: string
}

export const command = defineCommand({
  path: 'schemas diff',
  summary: 'Show what two versions of a subject differ in',
  description:
    'Prints the two versions, a line for each thing in them, with - before what only the first one has and + before what ' +
    'only the second one has; by default the latest two. The exit code is 1 where they differ.',
  args: { subject: { value: 'SUBJECT', doc: 'Subject', complete: 'subject' } },
  flags: {
    from: { value: 'VERSION', parse: integer({ min: 1 }), doc: 'The older version', defaultDoc: 'the one before --to' },
    to: { value: 'VERSION', parse: integer({ min: 1 }), doc: 'The newer version', defaultDoc: 'the latest' },
    deleted: { doc: 'Soft-deleted versions, too' },
    ...registryFlags,
  },
  examples: [
    { line: 'ktool schemas diff orders-value', doc: 'What the latest change was' },
    { line: 'ktool schemas diff orders-value --from 1 --to 3', doc: 'Two others' },
  ],
  async run(context, { subject: text }, { from, to, deleted, registry }) {
    const subject = parseSubjectAlone(text)
    return withRegistry(context, registry, async (client) => {
      const versions = await client.versions(subject, { deleted })
      const newer = to ?? versions[versions.length - 1]
      const older = from ?? versions.findLast((version) => version < newer) ?? newer
      const [before, after] = [
        await client.version(subject, older, { deleted }),
        await client.version(subject, newer, { deleted }),
      ]
      if (older === newer) context.note(`${subject} has no version before ${newer}`)
      const lines = difference(linesOf(before), linesOf(after))
      if (context.formGiven) {
        const rows = context.rows<Line>({ columns: [{ key: 'sign' }, { key: 'text' }] })
        for (const line of lines) await rows.add(line)
        await rows.end()
      } else {
        const head = `--- ${subject}@${older}\n+++ ${subject}@${newer}\n`
        await write(context.stdout, head + lines.map((line) => `${line.sign} ${line.text}\n`).join(''))
      }
      return lines.some(({ sign }) => sign !== ' ') ? ExitCode.failure : ExitCode.ok
    })
  },
})

/** JSON with a line for each thing in it, .proto as it is. */
function linesOf({ schemaType, schema }: RegisteredSchema): string[] {
  if (schemaType === 'PROTOBUF') return schema.trimEnd().split('\n')
  return JSON.stringify(JSON.parse(schema), null, 2).split('\n')
}

/** Their time and memory grow with the product of the lines. */
const MOST_PAIRS = 16 << 20

/** What both begin and end with stays, and of the rest the longest common sequence. */
function difference(before: readonly string[], after: readonly string[]): Line[] {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  let end = 0
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++
  const same = (lines: readonly string[]): Line[] => lines.map((text) => ({ sign: ' ', text }))
  const middle = [before, after].map((lines) => lines.slice(start, lines.length - end))
  return [...same(before.slice(0, start)), ...changes(middle[0], middle[1]), ...same(before.slice(before.length - end))]
}

function changes(before: readonly string[], after: readonly string[]): Line[] {
  if (before.length * after.length > MOST_PAIRS) {
    return [...before.map((text): Line => ({ sign: '-', text })), ...after.map((text): Line => ({ sign: '+', text }))]
  }
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i][j] =
        before[i] === after[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1])
    }
  }
  const lines: Line[] = []
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ sign: ' ', text: before[i] })
      i++
      j++
    } else if (j >= after.length || (i < before.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
      lines.push({ sign: '-', text: before[i++] })
    } else lines.push({ sign: '+', text: after[j++] })
  }
  return lines
}
