// The demo: starts the bundled broker, has ktool do its main job on it with the orders of demo/orders.tsv, and checks each
// step. Every command is printed as it can be typed, and run as it is printed: by a shell in which `ktool` is this
// checkout's program.
//
//   node scripts/demo.ts [--keep]      --keep: the broker goes on, with the topic in it, until Ctrl-C

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { styleText } from 'node:util'

const root = join(import.meta.dirname, '..')
const dataFile = 'demo/orders.tsv'
/** Of an output, so many lines are shown. */
const linesShown = 6
const stepTimeoutMs = 30_000
const stopTimeoutMs = 10_000

interface Demo {
  /** `-b` of every command. */
  bootstrap: string
  env: NodeJS.ProcessEnv
}

interface Result {
  code: number | null
  stdout: string
  stderr: string
}

async function main(keep: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-demo-'))
  symlinkSync(join(root, 'bin/ktool.js'), join(folder, 'ktool'))
  const env = { ...process.env, PATH: [folder, dirname(process.execPath), process.env['PATH']].join(delimiter) }
  introduce(keep)
  const serve = 'ktool serve --listen 127.0.0.1:0 --memory'
  const broker = new Background(serve, env)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => broker.stop())
  try {
    const listening = await broker.firstLine()
    show(serve, { code: null, stdout: listening, stderr: '' })
    explain('A broker on a free port of this machine, which keeps nothing when it ends. It goes on in the background.')
    const bootstrap = /^listening on ([^\s,]+)/.exec(listening)?.[1]
    if (bootstrap === undefined) throw new Error(`no address in what the broker says: ${listening}`)
    await tour({ bootstrap, env }, readFileSync(join(root, dataFile), 'utf8'), keep)
    if (keep) {
      say(`\nThe broker goes on at ${bootstrap} until Ctrl-C. Every command above works, with -b or after`)
      say(`  export KTOOL_BOOTSTRAP=${bootstrap}`)
    } else broker.stop()
    const code = await broker.ended
    check(code === 0, `the broker ends with 0, not ${code}`)
  } finally {
    broker.stop()
    await broker.ended
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A command that runs until it is told to stop, out of reach of the terminal's Ctrl-C: it is told once, and by stop(). */
class Background {
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  private readonly child: ChildProcess
  private readonly lines: Interface
  private errors = ''
  private isStopping = false

  constructor(command: string, env: NodeJS.ProcessEnv) {
    const [program, ...words] = command.split(' ')
    const child = spawn(program, words, { env, cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text
    })
    this.child = child
    this.lines = createInterface(child.stdout)
    this.ended = new Promise((resolve, reject) => {
      child.on('close', (code, signal) => resolve(code ?? signal))
      child.on('error', reject)
    })
  }

  async firstLine(): Promise<string> {
    const first = await Promise.race([once(this.lines, 'line'), this.ended])
    if (Array.isArray(first)) return `${first[0]}\n`
    throw new Error(`the broker ended with ${first} before it listened\n${this.errors}`)
  }

  stop(): void {
    if (this.isStopping) return
    this.isStopping = true
    this.child.kill('SIGTERM')
    setTimeout(() => this.child.kill('SIGKILL'), stopTimeoutMs).unref()
  }
}

function introduce(keep: boolean): void {
  say('ktool and its broker, with the 3,000 orders of a shop: demo/orders.tsv, a line an order, `customer TAB order`.')
  say('To type along, in another terminal in this folder:  alias ktool="$PWD/bin/ktool.js"')
  if (!keep) say('The broker ends with the demo; `npm run demo -- --keep` leaves it running.')
}

/** The main job: create, produce, describe, consume in several ways, a slip, delete. */
async function tour(demo: Demo, orders: string, keep: boolean): Promise<void> {
  const lines = orders.split('\n').slice(0, -1)

  const created = await step(demo, 'ktool topics create orders -p 6')
  check(created.startsWith('orders\tcreated\t6\t1\t'), 'the topic has 6 partitions')
  explain(
    'A topic of six partitions, one replica. A pipe gets tab-separated text without a header, a terminal a table.',
  )

  await step(demo, `ktool produce orders -K '\\t' < ${dataFile}`)
  explain(
    '3,000 records: what stands before the first tab is the key. It ends when the broker has acknowledged them all.',
  )

  const described = await step(demo, 'ktool topics describe orders --output table')
  check(/^6 partitions, replication factor 1, id /m.test(described), 'describe shows the partitions')
  explain('--output asks for a form: table, tsv, csv, json, jsonl or yaml.')

  const all = await step(demo, "ktool consume orders -e -f '%k\\t%s\\n'")
  checkCopy(orders, all)
  explain(
    '-e ends at the end. All 3,000 came back unchanged, and those of each customer in the order they were written.',
  )

  const last = await step(demo, "ktool consume orders -o -1 -e -f 'partition %p, offset %o: %k at %d{iso}\\n'")
  const offsets = [...last.matchAll(/offset (\d+)/g)].map((match) => Number(match[1]))
  check(offsets.length === 6, 'each of the six partitions has a last record')
  check(offsets.reduce((sum, offset) => sum + offset + 1, 0) === lines.length, 'the offsets add up to all records')
  explain('The last record of each partition, in a format of your own.')

  const one = await step(demo, 'ktool consume orders -p 0 -c 1 --json')
  const { topic, partition, offset, key, value } = JSON.parse(one)
  check(topic === 'orders' && partition === 0 && offset === 0, '--json shows the first record of partition 0')
  check(lines.includes(`${key}\t${value}`), 'the record in JSON is one that was written')
  explain('One record with all that Kafka knows of it, an object on a line, for jq and programs.')

  const returned = await step(demo, `ktool consume orders -e | grep -c '"state":"returned"'`)
  const expected = lines.filter((line) => line.includes('"state":"returned"')).length
  check(Number(returned) === expected, `${expected} orders were returned`)
  explain('Only data goes to stdout, so that pipes are safe.')

  const slip = await attempt(demo, 'ktool consume ordres -e')
  show(withServer(demo, 'ktool consume ordres -e'), slip)
  check(slip.code === 1 && slip.stderr.includes('orders'), 'a misspelt topic fails with the nearest name')
  explain('An error is a line saying what and a line saying what to do, on stderr, and an exit code: 1 here.')

  if (keep) return
  const deleted = await step(demo, 'ktool topics delete orders --yes')
  check(deleted === 'orders\tdeleted\n', 'the topic is deleted')
  check((await step(demo, 'ktool topics list')) === '', 'no topic is left')
  explain('Gone. On a terminal, delete asks first unless --yes is given.')
}

/** Runs a command that has to succeed, shows it and returns what it wrote to stdout. */
async function step(demo: Demo, command: string): Promise<string> {
  const result = await attempt(demo, command)
  show(withServer(demo, command), result)
  if (result.code !== 0) throw new Error(`the command ended with ${result.code}`)
  return result.stdout
}

async function attempt(demo: Demo, command: string): Promise<Result> {
  const child = spawn(withServer(demo, command), { env: demo.env, cwd: root, shell: true, timeout: stepTimeoutMs })
  const result = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      result[name] += text
    })
  }
  child.stdin.end()
  const [code] = await once(child, 'close')
  return { code, ...result }
}

/** The command with `-b` where its options end: before a pipe or a redirection. */
function withServer({ bootstrap }: Demo, command: string): string {
  return command.replace(/(?= [|<] |$)/, ` -b ${bootstrap}`)
}

/** Throws where the lines are not all there, unchanged and only once, with those of each key in their order. */
export function checkCopy(sent: string, received: string): void {
  const [before, after] = [byKey(sent), byKey(received)]
  check(after.size === before.size, `${before.size} keys came back, not ${after.size}`)
  for (const [key, lines] of before) {
    check(after.get(key)?.join('\n') === lines.join('\n'), `the records of ${key} came back whole and in order`)
  }
}

function byKey(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const key = line.slice(0, line.indexOf('\t'))
    const lines = found.get(key)
    if (lines === undefined) found.set(key, [line])
    else lines.push(line)
  }
  return found
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`this did not hold: ${what}`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function explain(text: string): void {
  say(styleText('dim', `# ${text}`))
}

/** Prints a command and what it wrote, of many lines the first ones. */
function show(command: string, { stdout, stderr }: Result): void {
  say(`\n${styleText('bold', `$ ${command}`)}`)
  const lines = `${stdout}${stderr}`.split('\n').slice(0, -1)
  const shown = lines.length > linesShown + 4 ? lines.slice(0, linesShown) : lines
  for (const line of shown) say(line.length > 160 ? `${line.slice(0, 159)}…` : line)
  if (shown.length < lines.length) say(`… ${(lines.length - shown.length).toLocaleString('en')} more lines`)
}

if (import.meta.main) {
  const [flag, ...more] = process.argv.slice(2)
  if (more.length > 0 || (flag !== undefined && flag !== '--keep')) {
    console.error('usage: node scripts/demo.ts [--keep]')
    process.exitCode = 2
  } else {
    try {
      await main(flag === '--keep')
      say('\nAll checks passed.')
    } catch (error) {
      console.error(`demo: ${(error as Error).message}`)
      process.exitCode = 1
    }
  }
}
