import assert from 'node:assert/strict'
import test from 'node:test'
import { parseArguments } from '../../src/cli/parse.ts'
import { defineCommand } from '../../src/commands/command.ts'
import { ExitCode, UsageError } from '../../src/errors.ts'
import { integer } from '../../src/util/numbers.ts'

const command = defineCommand({
  path: 'things make',
  summary: 'Make things',
  args: {
    kind: { value: 'KIND', doc: 'Kind', choices: ['big', 'small'] },
    names: { value: 'NAME', doc: 'Names', optional: true, repeatable: true },
  },
  flags: {
    count: { short: 'n', value: 'N', parse: integer({ min: 1 }), doc: 'How many' },
    offset: { short: 'o', value: 'OFFSET', doc: 'Where' },
    tag: { short: 't', value: 'TAG', repeatable: true, doc: 'Tags' },
    colourOfThings: { value: 'COLOUR', choices: ['red', 'blue'], default: 'red', doc: 'Colour' },
    registry: { value: 'URL', doc: 'Registry' },
    noRegistry: { doc: 'No registry' },
    noCommit: { doc: 'No commit' },
    force: { short: 'f', doc: 'Force' },
    set: { value: 'KEY=VALUE', repeatable: true, doc: 'Its own --set' },
  },
  examples: [],
  async run() {
    return undefined
  },
})

const parse = (...tokens: string[]) => parseArguments(command, tokens)
const flags = (...tokens: string[]) => parse('big', ...tokens).flags

function failsWith(
  tokens: string[],
  message: RegExp,
  hint: RegExp = /`ktool things make --help` shows the options/,
): void {
  assert.throws(
    () => parse(...tokens),
    (error: UsageError) => {
      assert.ok(error instanceof UsageError)
      assert.equal(error.exitCode, ExitCode.usage)
      assert.match(error.message, message)
      assert.match(error.hint ?? '', hint)
      return true
    },
  )
}

test('what is not given has its default', () => {
  assert.deepEqual(parse('big'), {
    help: false,
    args: { kind: 'big', names: [] },
    flags: {
      count: undefined,
      offset: undefined,
      tag: [],
      colourOfThings: 'red',
      registry: undefined,
      noRegistry: false,
      noCommit: false,
      force: false,
      set: [],
    },
    globals: {
      bootstrapServer: undefined,
      commandConfig: [],
      profile: undefined,
      resolve: [],
      set: [],
      timeout: undefined,
      output: undefined,
      json: false,
      noColor: false,
      quiet: false,
      verbose: false,
      yes: false,
    },
  })
})

test('values in all the ways to write them', () => {
  assert.equal(flags('-n', '5').count, 5)
  assert.equal(flags('-n5').count, 5)
  assert.equal(flags('--count=5').count, 5)
  assert.equal(flags('-fn', '5').count, 5)
  assert.equal(flags('-n', '5', '-n', '6').count, 6)
  assert.deepEqual(flags('-t', 'a', '--tag', 'b').tag, ['a', 'b'])
  assert.equal(flags('--colour-of-things', 'blue').colourOfThings, 'blue')
  assert.equal(flags('-o', '-5').offset, '-5')
  assert.equal(flags('-o', '--').offset, '--')
  assert.equal(flags('-o', '').offset, '')
})

test('negated options', () => {
  assert.equal(flags('--no-commit').noCommit, true)
  assert.deepEqual([flags('--registry', 'u').registry, flags('--registry', 'u').noRegistry], ['u', false])
  assert.deepEqual([flags('--no-registry').registry, flags('--no-registry').noRegistry], [undefined, true])
})

test("a command's own option takes the long name of a global one, which keeps its letter", () => {
  const { flags, globals } = parse('big', '--set', 'a=1', '-X', 'b=2')
  assert.deepEqual([flags.set, globals.set], [['a=1'], ['b=2']])
})

test('a command may have both names of a global option, which is as if it were absent', () => {
  const taking = defineCommand({
    path: 'x',
    summary: '',
    flags: { set: { short: 'X', value: 'KEY=VALUE', repeatable: true, doc: '' } },
    examples: [],
    async run() {
      return undefined
    },
  })
  const { flags, globals } = parseArguments(taking, ['-X', 'a=1', '--set', 'b=2'])
  assert.deepEqual([flags.set, globals.set], [['a=1', 'b=2'], []])
})

test('global options are known after the name', () => {
  const { globals } = parse('big', '-b', 'h:1', '--json', '-qv', '--timeout', '5s', '--no-color', '--yes')
  assert.equal(globals.bootstrapServer, 'h:1')
  assert.equal(globals.timeout, 5000)
  for (const name of ['json', 'quiet', 'verbose', 'noColor', 'yes']) assert.equal(globals[name], true, name)
})

test('help is found before anything is missed', () => {
  assert.equal(parse('--help').help, true)
  assert.equal(parse('-h').help, true)
  assert.equal(parse('big', '--', '-h').help, false)
})

test('what is wrong is said in one line, and what to do in another', () => {
  failsWith([], /^missing required argument 'KIND'$/)
  failsWith(['huge'], /^KIND: 'huge' is not one of big, small$/)
  failsWith(['big', '-n', 'x', '-n', '5'], /^--count: 'x' is not a whole number$/)
  failsWith(['big', '--cuont', '5'], /^unknown option '--cuont'$/, /^did you mean --count\?$/)
  failsWith(['big', '--zzzzzz'], /^unknown option '--zzzzzz'$/)
  failsWith(['big', '-n'], /^option '-n, --count' needs a value$/)
  failsWith(['big', '-n', 'x'], /^--count: 'x' is not a whole number$/)
  failsWith(['big', '-n', '0'], /^--count: 0 is less than 1$/)
  failsWith(['big', '--colour-of-things', 'green'], /^--colour-of-things: 'green' is not one of red, blue$/)
  failsWith(['big', '--timeout', 'soon'], /^--timeout: 'soon' is not a duration$/, /PT5M/)
  failsWith(['big', '--output', 'xml'], /^--output: 'xml' is not one of table/)
})

test('a required option', () => {
  const strict = defineCommand({
    path: 'x',
    summary: '',
    flags: { total: { value: 'N', parse: integer(), required: true, doc: '' } },
    examples: [],
    async run() {
      return undefined
    },
  })
  assert.throws(() => parseArguments(strict, []), /^UsageError: option '--total' is required$/)
  assert.throws(() => parseArguments(strict, ['--total', '1', 'more']), /too many arguments/)
  assert.equal(parseArguments(strict, ['--total', '1']).flags.total, 1)
})
