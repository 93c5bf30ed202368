import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { completionScripts } from '../../scripts/generate-completions.ts'

const folder = join(import.meta.dirname, '../../completions')

test('the completion scripts are those that the data of the commands gives', async () => {
  for (const [name, text] of await completionScripts()) {
    assert.equal(readFileSync(join(folder, name), 'utf8'), text, `completions/${name} is old: npm run generate`)
  }
})

/** What bash offers at the end of a line; `ktool` itself is a function that answers look-ups of topics. */
function offered(line: string): string[] {
  const script = `
    source "${join(folder, 'ktool.bash')}"
    ktool() {
      local IFS=_
      [[ "$*" == "__complete_topic_--timeout_1s"* ]] && printf '%s\\n' orders "looked-up-with:\${*:5}"
    }
    COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=($1)
    _ktool
    printf '%s\\n' "\${COMPREPLY[@]}"
  `
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', line], { encoding: 'utf8', cwd: folder })
  assert.deepEqual([status, stderr], [0, ''], line)
  return stdout
    .split('\n')
    .filter((word) => word !== '')
    .sort()
}

const hasBash = spawnSync('bash', ['--version']).status === 0

test('bash completes commands, options, values and names', { skip: !hasBash }, () => {
  assert.ok(offered('ktool ').includes('topics'))
  assert.ok(!offered('ktool ').includes('__complete'))
  const cases: Record<string, string[]> = {
    'ktool to': ['topics'],
    'ktool topics d': ['delete', 'describe'],
    'ktool help topics d': ['delete', 'describe'],
    'ktool -b a:1 topics -q d': ['delete', 'describe'],
    'ktool topics list --int': ['--internal'],
    'ktool topics list --output js': ['json', 'jsonl'],
    'ktool topics list --output=js': ['json', 'jsonl'],
    'ktool --output y': ['yaml'],
    'ktool completion ': ['bash', 'fish', 'zsh'],
    'ktool -F ktool.': ['ktool.bash', 'ktool.fish'],
    'ktool topics create ': [],
    'ktool topics delete ord': ['orders'],
    'ktool topics delete -b a:1 -X x=y look': ['looked-up-with:-b_a:1_-X_x=y'],
    'ktool topics delete gone ord': ['orders'],
    'ktool topics add-partitions x ord': [],
    'ktool produce ord': ['orders'],
    'ktool produce orders ktool.f': ['ktool.fish'],
    'ktool produce -k ord ord': ['orders'],
  }
  for (const [line, words] of Object.entries(cases)) assert.deepEqual(offered(line), words.sort(), line)
})
