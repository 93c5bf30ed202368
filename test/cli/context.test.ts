import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import test from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { plain } from '../../src/cli/colour.ts'
import { createRun, type Surroundings } from '../../src/cli/context.ts'
import type { GlobalValues } from '../../src/cli/global-flags.ts'
import { parseArguments } from '../../src/cli/parse.ts'
import { resolveSettings } from '../../src/config/settings.ts'
import { DeniedError, KtoolError, UsageError } from '../../src/errors.ts'

function setUp(
  options: string[] = [],
  { terminal = false, env = {} }: { terminal?: boolean; env?: NodeJS.ProcessEnv } = {},
) {
  const cursor = { cursorTo() {}, moveCursor() {}, clearLine() {}, columns: 80 }
  const stream = () => Object.assign(new PassThrough(), { isTTY: terminal, ...cursor })
  const [stdin, stdout, stderr] = [stream(), stream(), stream()]
  const around = { stdin, stdout, stderr, env } as unknown as Surroundings
  const globals = parseArguments({ path: '' }, options).globals as GlobalValues
  const run = createRun(globals, resolveSettings([]).settings, new AbortController().signal, around, plain)
  const text = (one: PassThrough) => (one.read() as Buffer | null)?.toString() ?? ''
  return { ...run, stdin, stderr, out: () => text(stdout), error: () => text(stderr) }
}

test('a terminal gets a table, a pipe tsv, and what is asked for goes first', () => {
  const formOf = (options: string[], terminal: boolean) => {
    const { form, formGiven } = setUp(options, { terminal }).context
    return [form, formGiven]
  }
  assert.deepEqual(formOf([], true), ['table', false])
  assert.deepEqual(formOf([], false), ['tsv', false])
  assert.deepEqual(formOf(['--json'], true), ['json', true])
  assert.deepEqual(formOf(['--output', 'csv'], true), ['csv', true])
  assert.deepEqual(formOf(['--output', 'yaml', '--json'], false), ['yaml', true])
})

test('notes are for those who want them, warnings for all', () => {
  const loud = setUp()
  loud.context.note('n')
  loud.context.warn('w')
  assert.equal(loud.error(), 'n\nwarning: w\n')
  const quiet = setUp(['-q'])
  quiet.context.note('n')
  quiet.context.warn('w')
  assert.equal(quiet.error(), 'warning: w\n')
  assert.equal(loud.out() + quiet.out(), '')
})

test('the exit code of failed items is theirs where they agree, else 1', () => {
  const run = setUp(['-q'])
  assert.equal(run.failureCode(), 0)
  run.context.fail(new DeniedError('no'), 'topic a')
  assert.equal(run.error(), 'ktool: topic a: no\n')
  assert.equal(run.failureCode(), 4)
  run.context.fail(new DeniedError('no'))
  assert.equal(run.failureCode(), 4)
  run.context.fail(new KtoolError('broken'))
  assert.equal(run.failureCode(), 1)
})

test('--yes is an answer', async () => {
  const { context, error } = setUp(['--yes'], { terminal: true })
  assert.equal(await context.confirm('Sure?', { required: true }), true)
  assert.equal(error(), '')
})

test('nobody to ask: what was named goes on, what a pattern chose does not', async () => {
  const { context } = setUp()
  assert.equal(await context.confirm('Sure?'), true)
  await assert.rejects(
    context.confirm('Sure?', { required: true }),
    (error: UsageError) => error instanceof UsageError && /--yes/.test(error.hint ?? ''),
  )
})

test('a terminal is asked, on stderr', async () => {
  for (const [answer, expected] of [
    ['y\n', true],
    ['YES\n', true],
    ['n\n', false],
    ['\n', false],
    ['yeah\n', false],
    ['', false],
  ] as const) {
    const { context, stdin, out, error } = setUp([], { terminal: true })
    const asked = context.confirm('Sure?', { required: true })
    if (answer === '') stdin.end()
    else stdin.write(answer)
    assert.equal(await asked, expected, JSON.stringify(answer))
    assert.match(error(), /Sure\? \[y\/N\] /)
    assert.equal(out(), '')
  }
})

test('progress is silent in a pipe and with --quiet', async () => {
  const piped = setUp()
  const progress = piped.context.progress('copying')
  progress.update(() => '50 %')
  progress.done('copied')
  assert.equal(piped.error(), 'copied\n')
  const quiet = setUp(['-q'], { terminal: true })
  quiet.context.progress('copying').done('copied')
  assert.equal(quiet.error(), '')
})

test('progress of quick work leaves no trace on a terminal', async () => {
  const { context, error } = setUp([], { terminal: true })
  const progress = context.progress('copying')
  progress.update(() => '50 %')
  progress.done()
  await turn()
  assert.equal(error(), '')
})

test('progress of long work is drawn on stderr and taken away', async () => {
  const { TERM, CI } = process.env
  process.env.TERM = 'xterm'
  delete process.env.CI
  try {
    const { context, stderr, out } = setUp([], { terminal: true })
    let drawn = ''
    const seen = new Promise<void>((resolve) => {
      stderr.on('data', (chunk: Buffer) => {
        drawn += chunk
        if (drawn.includes('copying 50 %')) resolve()
      })
    })
    const progress = context.progress('copying')
    progress.update(() => '50 %')
    await seen
    progress.done('copied')
    await turn()
    assert.match(drawn, /copied\n$/)
    assert.equal(out(), '')
  } finally {
    if (TERM !== undefined) process.env.TERM = TERM
    if (CI !== undefined) process.env.CI = CI
  }
})
