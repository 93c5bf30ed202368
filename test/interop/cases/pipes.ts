// ktool between other programs: a reader that goes away, a last line without its newline, a pipe that stays open, Ctrl-C.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import test from 'node:test'
import { line, writeLines } from '../data.ts'
import { environment, ktool, program } from '../peers/ktool.ts'
import { guard, run, succeeded } from '../peers/run.ts'
import { createTopic, folder, realKafka } from '../shared.ts'

const quote = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ')

/** Runs `ktool ARGS | HEAD` and returns what came out, and both exit codes. */
async function pipe(args: readonly string[], head: string) {
  const script = `${quote([...program, ...args])} | ${head}; echo "codes \${PIPESTATUS[*]}"`
  const result = await run('bash', ['-c', script], { env: environment, timeout: 30_000 })
  const [text, codes] = result.stdout.split('codes ')
  return { text, codes: codes?.trim(), stderr: result.stderr }
}

test('a reader that goes away ends the run quietly', async (t) => {
  const { bootstrap } = await realKafka()
  await createTopic(bootstrap, 'for-head', 1)
  const input = `${folder}/for-head`
  writeLines(input, 0, 50_000)
  succeeded(await ktool(['produce', 'for-head', '-b', bootstrap], { inputFile: input }), 'ktool produce')
  for (const [name, more] of Object.entries({ 'with -e': ['-e'], 'without -e': [], 'in JSON': ['-e', '--json'] })) {
    await t.test(`consume ${name}`, async () => {
      const { text, codes, stderr } = await pipe(['consume', 'for-head', '-b', bootstrap, ...more], 'head -1')
      assert.deepEqual({ codes, stderr }, { codes: '0 0', stderr: '' })
      if (name === 'in JSON') assert.equal(JSON.parse(text!).value, line(0))
      else assert.equal(text, `${line(0)}\n`)
    })
  }
  await t.test('consume, and the reader reads nothing', async () => {
    const { codes, stderr } = await pipe(['consume', 'for-head', '-b', bootstrap], 'true')
    assert.deepEqual({ codes, stderr }, { codes: '0 0', stderr: '' })
  })
  // A process that is told to exit while V8 compiles may wait for ever; it shows in a few of a hundred runs.
  await t.test('every time', async () => {
    const args = ['consume', 'for-head', '-b', bootstrap]
    for (let round = 0; round < 15; round++) {
      const ended = await Promise.all(Array.from({ length: 4 }, () => pipe(args, 'head -1')))
      for (const { codes, stderr } of ended) assert.deepEqual({ codes, stderr }, { codes: '0 0', stderr: '' })
    }
  })
  await t.test('topics list', async () => {
    const { codes, stderr } = await pipe(['topics', 'list', '-b', bootstrap], 'true')
    assert.deepEqual({ codes, stderr }, { codes: '0 0', stderr: '' })
  })
})

test('the ends of the input', async (t) => {
  const { bootstrap } = await realKafka()
  const sent = async (name: string, input: string, ...more: string[]) => {
    const topic = `input-${name}`
    await createTopic(bootstrap, topic, 1)
    succeeded(await ktool(['produce', topic, '-b', bootstrap, ...more], { input }), 'ktool produce')
    const read = await ktool(['consume', topic, '-b', bootstrap, '-e', '-f', '<%k|%s>'])
    return succeeded(read, 'ktool consume').stdout
  }
  await t.test('a last line without a newline is sent', async () => {
    assert.equal(await sent('unended', 'a\nb'), '<|a><|b>')
  })
  await t.test('a last newline makes no empty record', async () => {
    assert.equal(await sent('ended', 'a\nb\n'), '<|a><|b>')
  })
  await t.test('no input sends nothing', async () => {
    assert.equal(await sent('empty', ''), '')
  })
  await t.test('a line longer than a read', async () => {
    const long = 'x'.repeat(300_000)
    assert.equal(await sent('long', `k:${long}\nl:y`, '-K', ':'), `<k|${long}><l|y>`)
  })
  await t.test('another delimiter', async () => {
    assert.equal(await sent('delimited', 'a\nb;;c;;', '-D', ';;'), '<|a\nb><|c>')
  })
  await t.test('files, each a record', async () => {
    writeLines(`${folder}/one`, 0, 2)
    writeLines(`${folder}/two`, 2, 3)
    const both = await sent('files', '', `${folder}/one`, `${folder}/two`)
    assert.equal(both, `<|${line(0)}\n${line(1)}\n><|${line(2)}\n>`)
  })
})

test('what a pipe that stays open has brought is sent at once, and Ctrl-C ends it', async (t) => {
  const { bootstrap } = await realKafka()
  await createTopic(bootstrap, 'open', 1)
  const args = [program[1], 'produce', 'open', '-b', bootstrap]
  const child = guard(spawn(program[0], args, { env: { ...process.env, ...environment } }))
  t.after(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr!.on('data', (piece: Buffer) => {
    stderr += piece
  })
  child.stdin!.write('one\ntwo\n')
  const read = await ktool(['consume', 'open', '-b', bootstrap, '-c', '2', '-f', '%s '])
  assert.equal(succeeded(read, 'ktool consume').stdout, 'one two ')
  const exited = once(child, 'exit')
  child.kill('SIGINT')
  const [code, signal] = await exited
  assert.deepEqual({ code, signal }, { code: 130, signal: null }, stderr)
})

test('Ctrl-C ends a consume that waits for more', async (t) => {
  const { bootstrap } = await realKafka()
  await createTopic(bootstrap, 'waiting', 1)
  succeeded(await ktool(['produce', 'waiting', '-b', bootstrap], { input: 'one\n' }), 'ktool produce')
  const args = [program[1], 'consume', 'waiting', '-b', bootstrap]
  const child = guard(spawn(program[0], args, { env: { ...process.env, ...environment } }))
  t.after(() => child.kill('SIGKILL'))
  const [piece] = await once(child.stdout!, 'data')
  assert.equal(String(piece), 'one\n')
  const exited = once(child, 'exit')
  child.kill('SIGINT')
  const [code, signal] = await exited
  assert.deepEqual({ code, signal }, { code: 130, signal: null })
})
