// The examples of the documents on schemas, run one after the other in a fresh folder, as a new user would: what they print is
// what the documents say. `$ cat FILE` is how a document gives a file.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import test, { after } from 'node:test'
import { binary } from './run.ts'
import { served } from './served.ts'

const folder = mkdtempSync(join(tmpdir(), 'ktool-docs-'))
const { env } = served('--data', join(folder, 'kafka-data'))

after(() => rmSync(folder, { recursive: true }))

const programs = join(folder, 'bin')
mkdirSync(programs)
writeFileSync(join(programs, 'ktool'), `#!/bin/sh\nexec '${process.execPath}' '${binary}' "$@"\n`)
chmodSync(join(programs, 'ktool'), 0o755)

interface Step {
  command: string
  output: string[]
}

/** The console blocks of a page, or of one of its sections. */
function steps(page: string, section?: string): Step[] {
  let text = readFileSync(join(import.meta.dirname, '../../docs', page), 'utf8')
  if (section !== undefined) {
    text = text.slice(text.indexOf(`\n## ${section}\n`) + 1)
    text = text.slice(0, text.indexOf('\n## '))
  }
  const found: Step[] = []
  for (const [, block] of text.matchAll(/^```console\n(.*?)^```$/gms)) {
    for (const line of block.split('\n').slice(0, -1)) {
      if (line.startsWith('$ ')) found.push({ command: line.slice(2), output: [] })
      else found.at(-1)?.output.push(line)
    }
  }
  return found
}

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
const withoutBash = has('bash') ? false : 'the examples are for bash'
const withoutJq = !has('jq')

/** Lines without their order (stdout and stderr are apart here), spaces, headers of tables, and what differs each time. */
function comparable(lines: readonly string[]): string[] {
  return lines
    .map((line) =>
      line
        .replaceAll(env['KTOOL_REGISTRY'] ?? '?', 'http://127.0.0.1:8081')
        .replaceAll(/(CreateTime: |"timestamp":)\d{13}/g, '$1TIME')
        .replaceAll(/(crc: |producerId: )\d+/g, '$1N')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
    .map((line) => line.replace(/^(\w+ created .*) [\w-]{22}$/, '$1 ID'))
    .filter((line) => line !== '' && !/^[A-Z-]+( [A-Z-]+)+$/.test(line))
    .sort()
}

function replay(found: readonly Step[]): void {
  for (const { command, output } of found) {
    const file = /^cat (\S+)$/.exec(command)?.[1]
    if (file !== undefined && !existsSync(join(folder, file))) {
      writeFileSync(join(folder, file), `${output.join('\n')}\n`)
      continue
    }
    if (withoutJq && command.includes('jq')) continue
    const { stdout, stderr } = spawnSync('bash', ['-c', command], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: `${programs}${delimiter}${process.env['PATH']}`, HOME: folder, ...env },
    })
    assert.deepEqual(comparable(`${stdout}\n${stderr}`.split('\n')), comparable(output), command)
  }
}

test('docs/avro.md and docs/schemas.md', { skip: withoutBash }, () => {
  replay(steps('avro.md'))
  replay(steps('schemas.md'))
})

test('docs/dump.md: By schemas', { skip: withoutBash }, () => {
  const clear = ['ktool topics delete orders --yes -q', 'ktool schemas delete orders-value --yes -q']
  replay(clear.map((command) => ({ command: `${command} > clear`, output: [] })))
  const first = steps('avro.md')
  replay(first.slice(0, first.findIndex(({ command }) => command.startsWith('ktool avro consume')) + 1))
  replay(steps('dump.md', 'By schemas'))
})
