import assert from 'node:assert/strict'
import test from 'node:test'
import { locate, nextWords } from '../../src/cli/locate.ts'
import { UsageError } from '../../src/errors.ts'

function found(line: string) {
  const { words, entry, before, rest } = locate(line.split(' ').filter(Boolean))
  return { words: words.join(' '), path: entry?.path, before: before.join(' '), rest: rest.join(' ') }
}

test('the command, and the options before and after its name', () => {
  const nothing = { words: '', path: undefined, before: '', rest: '' }
  assert.deepEqual(found(''), nothing)
  assert.deepEqual(found('topics'), { ...nothing, words: 'topics' })
  assert.deepEqual(found('topics list a -q b'), {
    words: 'topics list',
    path: 'topics list',
    before: '',
    rest: 'a -q b',
  })
  assert.deepEqual(found('-q topics -b topics list x'), {
    words: 'topics list',
    path: 'topics list',
    before: '-q -b topics',
    rest: 'x',
  })
  for (const before of [
    '-bhost',
    '-qb host',
    '--set=a=b',
    '--set topics',
    '-X topics',
    '--json -v',
    '--timeout topics',
  ]) {
    assert.equal(found(`${before} topics list`).path, 'topics list', before)
    assert.equal(found(`${before} topics list`).before, before)
  }
  assert.deepEqual(found('-v -- topics list'), { ...nothing, before: '-v', rest: '-- topics list' })
})

test('a word that is no command', () => {
  const fails = (line: string, message: string, hint: string) =>
    assert.throws(
      () => found(line),
      (error: UsageError) => {
        assert.ok(error instanceof UsageError)
        assert.deepEqual([error.message, error.hint], [message, hint])
        return true
      },
    )
  fails('topcs list', "unknown command 'topcs'", "did you mean 'topics'?")
  fails('topics lst', "unknown command 'topics lst'", "did you mean 'topics list'?")
  fails('qqq', "unknown command 'qqq'", '`ktool --help` lists the commands')
  fails('topics qqq', "unknown command 'topics qqq'", '`ktool topics --help` lists the commands')
})

test('hidden commands are found but not offered', () => {
  assert.equal(found('__complete topic').path, '__complete')
  assert.ok(!nextWords([]).includes('__complete'))
  assert.ok(nextWords(['topics']).includes('create'))
  assert.deepEqual(nextWords(['topics', 'create']), [])
})
