import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { wantsColour } from '../../src/cli/colour.ts'
import { errorText, exitCodeOf, Interrupted } from '../../src/cli/report.ts'
import { DeniedError, ExitCode, KtoolError, TimeoutError, UnreachableError, UsageError } from '../../src/errors.ts'

test('a line saying what, a line saying what to do', () => {
  assert.equal(errorText(new KtoolError('it broke', { hint: 'mend it' })), 'ktool: it broke\n  mend it\n')
  assert.equal(errorText(new KtoolError('it broke')), 'ktool: it broke\n')
  assert.equal(errorText(new KtoolError('it broke'), { item: 'a.txt' }), 'ktool: a.txt: it broke\n')
  assert.equal(errorText(new KtoolError('a.txt: it broke'), { item: 'a.txt' }), 'ktool: a.txt: it broke\n')
})

test('verbose adds what it came from', () => {
  const error = new KtoolError('it broke', { cause: new Error('deep', { cause: new KtoolError('deeper') }) })
  assert.equal(
    errorText(error, { verbose: true }),
    'ktool: it broke\n  because: internal error: Error: deep\n  because: deeper\n',
  )
})

test('an error of the operating system is no bug', () => {
  try {
    readFileSync('/nowhere/at-all')
    assert.fail()
  } catch (error) {
    assert.equal(errorText(error, { verbose: true }), 'ktool: no such file: /nowhere/at-all\n')
    assert.equal(exitCodeOf(error), ExitCode.failure)
  }
})

test('anything else is a bug: how to report it, and with verbose the stack', () => {
  const error = new TypeError('x is not a function')
  assert.match(
    errorText(error),
    /^ktool: internal error: TypeError: x is not a function\n {2}this is a bug in ktool: .* -v .*\n$/,
  )
  assert.match(errorText(error, { verbose: true }), /report\.test\.ts/)
  assert.match(errorText('thrown text'), /internal error: thrown text/)
})

test('a message cannot steer the terminal or look like several', () => {
  assert.equal(errorText(new KtoolError('a\n\u001b[31mb\rc')), 'ktool: a [31mb c\n')
})

test('exit codes', () => {
  const codes = [
    [new KtoolError(''), 1],
    [new UsageError(''), 2],
    [new UnreachableError(''), 3],
    [new TimeoutError(''), 3],
    [new DeniedError(''), 4],
    [new Interrupted(''), 130],
    [new Error(''), 1],
    [undefined, 1],
  ] as const
  for (const [error, code] of codes) assert.equal(exitCodeOf(error), code)
})

test('colour: --no-color, FORCE_COLOR, NO_COLOR, terminal', () => {
  const terminal = { isTTY: true }
  assert.equal(wantsColour(false, {}, terminal), true)
  assert.equal(wantsColour(false, {}, {}), false)
  assert.equal(wantsColour(false, { TERM: 'dumb' }, terminal), false)
  assert.equal(wantsColour(false, { NO_COLOR: '1' }, terminal), false)
  assert.equal(wantsColour(false, { NO_COLOR: '' }, terminal), true)
  assert.equal(wantsColour(false, { FORCE_COLOR: '1' }, {}), true)
  assert.equal(wantsColour(false, { FORCE_COLOR: '1', NO_COLOR: '1' }, {}), true)
  assert.equal(wantsColour(false, { FORCE_COLOR: '0' }, terminal), false)
  assert.equal(wantsColour(true, { FORCE_COLOR: '1' }, terminal), false)
})
