// The cluster and brokers commands of the real program against the bundled broker.

import assert from 'node:assert/strict'
import test from 'node:test'
import { ktool } from './run.ts'
import { served } from './served.ts'
import { assertTranscript } from './transcript.ts'

const { env } = served('-X', 'node.id=1')

const varying: [RegExp, string][] = [
  [/(cluster |"clusterId":\s*"|^)[\w-]{22}(?=["\n\t])/gm, '$1ID'],
  [/("(?:port)":\s*)\d+/g, '$1PORT'],
  [/"epoch":\d+/g, '"epoch":N'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/\b\d{13}\b/g, 'TIME'],
  [/("(?:totalBytes|usableBytes)":\s*)\d+/g, '$1N'],
  [/("(?:logEndOffset|highWatermark)":\s*)\d+/g, '$1N'],
  [/(high watermark|leader {1,}) ?\d+/g, '$1 N'],
  [/(\t\/[^\t]+\t-\t\d\t\d+\t)\d+\t\d+/g, '$1N\tN'],
  [/\/[\w/.-]+ktool-[\w/.-]+/g, 'DIRECTORY'],
]

test('cluster and brokers', async () => {
  assert.equal((await ktool(['topics', 'create', 'orders', 'plain', '-p', '2'], { env })).code, 0)
  assert.equal((await ktool(['produce', 'orders', '-p', '1'], { env, stdin: 'a\n' })).code, 0)
  await assertTranscript(
    'cli/cluster.txt',
    env,
    [
      'cluster describe --output table',
      'cluster describe --json',
      'cluster describe',
      'cluster features --output jsonl',
      'cluster quorum --output table',
      'cluster quorum --json',
      'cluster api-versions 3',
      'brokers list --output table',
      'brokers list --json',
      'brokers log-dirs',
      'brokers log-dirs 1 --topic orders --json',
      'brokers log-dirs --partitions --topic or* --output csv',
      'brokers log-dirs --partitions --topic orders --output jsonl',
      'brokers log-dirs one',
    ],
    varying,
  )
})

test('health is an exit code', async () => {
  await assertTranscript(
    'cli/health.txt',
    env,
    [
      'cluster health --output table',
      'topics create tight -c min.insync.replicas=2 -p 12 --output jsonl',
      'cluster health --output table',
      'cluster health --check under-min-isr --check brokers --output jsonl',
      'cluster health --check under-replicated',
      'cluster health --check everything',
      'topics delete tight',
      'cluster health',
    ],
    [[/"topicId":"[\w-]{22}"/g, '"topicId":"ID"']],
  )
})

test('requests with their versions', async () => {
  const { code, stdout } = await ktool(['cluster', 'api-versions', '1', '--output', 'jsonl'], { env })
  assert.equal(code, 0)
  const rows = stdout.trimEnd().split('\n')
  assert.ok(rows.includes('{"broker":1,"key":1,"api":"Fetch","min":4,"max":18,"usable":18}'), stdout)
  assert.ok(rows.every((row) => JSON.parse(row).usable !== null))
})

test('brokers are completed from the cluster', async () => {
  const { stdout } = await ktool(['__complete', 'broker'], { env })
  assert.equal(stdout, '1\n')
})
