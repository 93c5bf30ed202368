// The completion scripts in real shells, on a terminal of their own: TAB gives the names of the groups that a running
// broker has, quoted so that the shell takes them as they are.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import test, { after, type TestContext } from 'node:test'
import { environment, ktool, program, serve } from '../peers/ktool.ts'
import { end, guard, run, succeeded } from '../peers/run.ts'
import { folder } from '../shared.ts'

const completions = resolve(import.meta.dirname, '../../../completions')
const broker = await serve({ args: ['--topic', 'orders:1'] })
after(() => broker.wipe())

/** What a stranger may have named a group; the second would make a file if a shell ran it. */
const trap = join(folder, 'trap')
const groups = ['billing', 'billing-eu', `strange $(touch ${trap}) 'name'`, 'team:shipping', 'warehouse']
for (const group of groups) {
  const args = ['groups', 'reset-offsets', group, '-t', 'orders', '--to-earliest', '--execute', '-b', broker.bootstrap]
  succeeded(await ktool(args), 'a group')
}

const home = join(folder, 'completing')
await mkdir(home, { recursive: true })
await writeFile(join(home, 'ktool'), `#!/bin/sh\nexec ${program.join(' ')} "$@"\n`)
await chmod(join(home, 'ktool'), 0o755)
const env = {
  ...process.env,
  ...environment,
  HOME: home,
  PATH: `${home}:${process.env['PATH']}`,
  KTOOL_BOOTSTRAP: broker.bootstrap,
  TERM: 'dumb',
  LC_ALL: 'C.UTF-8',
}

/** A shell on a terminal; what is typed is answered as a user would see it. */
class Terminal {
  private readonly child: ChildProcess
  private screen = ''

  constructor(command: string) {
    // The terminal is that of script(1).
    this.child = guard(spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'], env }))
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.screen += text
    })
  }

  /** Types the text and resolves with what came from then on, once it matches. */
  async type(text: string, expected: RegExp): Promise<string> {
    const from = this.screen.length
    this.child.stdin?.write(text)
    const timer = AbortSignal.timeout(30_000)
    while (!expected.test(this.screen.slice(from))) {
      await new Promise<void>((resolve, reject) => {
        const failed = () => reject(new Error(`no ${expected} after ${JSON.stringify(text)}:\n${this.screen}`))
        timer.addEventListener('abort', failed, { once: true })
        this.child.once('exit', failed)
        this.child.stdout?.once('data', () => {
          timer.removeEventListener('abort', failed)
          this.child.off('exit', failed)
          resolve()
        })
      })
    }
    return this.screen.slice(from)
  }

  close(): Promise<void> {
    return end(this.child, 'SIGKILL')
  }
}

/** Look-ups go to the real program; every other line shows the words that the shell has made of it. */
const shown = `ktool() {
  if [ "$1" = __complete ]; then command ktool "$@"; else printf 'SO:'; printf '<%s>' "$@"; printf ':END\\n'; fi
}`

const setUps = {
  bash: {
    command: 'bash --norc --noprofile -i',
    lines: ["bind 'set enable-bracketed-paste off'", `source ${join(completions, 'ktool.bash')}`],
  },
  zsh: {
    command: 'zsh -f -i',
    lines: ['setopt no_beep', `fpath=(${completions} $fpath)`, 'autoload -Uz compinit && compinit -u -D'],
  },
}

for (const [shell, { command, lines }] of Object.entries(setUps)) {
  test(`${shell} completes groups of a running broker`, async (t) => {
    const terminal = new Terminal(command)
    t.after(() => terminal.close())
    const file = join(home, `set-up.${shell}`)
    await writeFile(file, `${[...lines, shown].join('\n')}\n`)
    await terminal.type(`. ${file} && echo set-up=$((20 + 3))\n`, /set-up=23/)
    await t.test('all of them', async () => {
      const names = new RegExp(['billing', 'billing-eu', 'strange', 'team:shipping', 'warehouse'].join('[^]*'))
      await terminal.type('ktool groups describe \t\t', names)
      // The line goes away, and the list under it.
      await terminal.type('\u0015echo empty=$((20 + 4))\n', /empty=24/)
    })
    await words(t, terminal, {
      'ktool groups describe war\t': ['groups', 'describe', 'warehouse'],
      'ktool groups describe bil\t-e\t': ['groups', 'describe', 'billing-eu'],
      'ktool groups describe team:sh\t': ['groups', 'describe', 'team:shipping'],
      'ktool groups describe str\t': ['groups', 'describe', groups[2]!],
      [`ktool groups -b ${broker.bootstrap} reset-offsets war\t-t ord\t`]: [
        ...['groups', '-b', broker.bootstrap, 'reset-offsets', 'warehouse', '-t', 'orders'],
      ],
      'ktool gro\tdescr\tteam\t--fail-if\t': ['groups', 'describe', 'team:shipping', '--fail-if-lag'],
    })
    assert.ok(!existsSync(trap), 'the name of a group was run as a command')
  })
}

async function words(t: TestContext, terminal: Terminal, cases: Record<string, string[]>) {
  for (const [line, expected] of Object.entries(cases)) {
    await t.test(JSON.stringify(line), async () => {
      const screen = await terminal.type(`${line}\n`, /SO:.*:END\r?\n/)
      assert.equal(/SO:(.*):END/.exec(screen)?.[1], expected.map((word) => `<${word}>`).join(''))
    })
  }
}

test('fish completes groups of a running broker', async () => {
  const offered = async (line: string) => {
    const script = `source ${join(completions, 'ktool.fish')}; complete -C ${JSON.stringify(line)}`
    const { stdout } = succeeded(await run('fish', ['--no-config', '-c', script], { env }), 'fish')
    return stdout
      .split('\n')
      .filter((word) => word !== '')
      .map((word) => word.split('\t')[0]!)
  }
  assert.deepEqual((await offered('ktool groups describe ')).sort(), [...groups].sort())
  assert.deepEqual(await offered('ktool groups describe war'), ['warehouse'])
  assert.deepEqual(await offered(`ktool groups -b ${broker.bootstrap} describe --topic ord`), ['orders'])
  assert.deepEqual(await offered('ktool groups describe --fail'), ['--fail-if-lag'])
  assert.ok(!existsSync(trap), 'the name of a group was run as a command')
})
