// The partitions commands of the real program against the bundled broker, which has one node: plans, refusals, files.
// Partitions that do move are in test/interop/cases/partitions.ts.

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { ktool } from './run.ts'
import { served } from './served.ts'
import { assertTranscript } from './transcript.ts'

const { env } = served('-X', 'node.id=1')

test('plans, elections and reassignments', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ktool-partitions-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, value?: unknown) => {
    const path = join(folder, name)
    if (value !== undefined) writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
    return path
  }
  const partition = { topic: 'orders', partition: 0, replicas: [1] }
  const stay = file('stay.json', { version: 1, partitions: [partition] })
  const move = file('move.json', {
    version: 1,
    partitions: [
      { ...partition, replicas: [1, 2], log_dirs: ['any', 'any'] },
      { ...partition, partition: 1 },
      { ...partition, partition: 7 },
    ],
  })
  const wrong = {
    text: 'no json',
    version: { version: 2, partitions: [partition] },
    none: { version: 1 },
    topic: { partitions: [{ ...partition, topic: 3 }] },
    number: { partitions: [{ ...partition, partition: -1 }] },
    replicas: { partitions: [{ ...partition, replicas: [] }] },
    broker: { partitions: [{ ...partition, replicas: [1, 1] }] },
    twice: { partitions: [partition, partition] },
    dirs: { partitions: [{ ...partition, log_dirs: ['/data'] }] },
  }
  assert.equal((await ktool(['topics', 'create', 'orders', 'plain', '-p', '2'], { env })).code, 0)
  const saved = file('saved.json')
  await assertTranscript(
    'cli/partitions.txt',
    env,
    [
      'partitions reassign orders',
      'partitions reassign orders plain:1 --to-brokers 1 -r 1 --output table',
      'partitions reassign orders -r 2',
      'partitions reassign orders --to-brokers 1,4',
      'partitions reassign orders:5 nothing',
      `partitions reassign --from-file ${stay}`,
      `partitions reassign --from-file ${stay} --verify --output table`,
      `partitions reassign --from-file ${move} --save ${saved} --output table`,
      `partitions reassign --from-file ${move} --save ${saved}`,
      `partitions reassign --from-file ${move} --verify --json`,
      `partitions reassign --from-file ${move} --execute --undo ${file('undo.json')}`,
      'partitions reassign',
      `partitions reassign orders --from-file ${stay}`,
      'partitions reassign orders --verify',
      'partitions reassign orders --throttle 1k',
      'partitions reassign orders --execute --throttle 1k',
      `partitions reassign --from-file ${stay} --execute --throttle 0`,
      `partitions reassign --from-file ${file('absent.json')}`,
      ...Object.entries(wrong).map(([name, value]) => `partitions reassign --from-file ${file(`${name}.json`, value)}`),
      'partitions reassignments',
      'partitions reassignments --json',
      'partitions reassignments nothing',
      'partitions cancel',
      'partitions cancel orders --execute',
      'partitions elect-leaders',
      'partitions elect-leaders orders --execute --output table',
      'partitions elect-leaders --type unclean --execute --json',
      'partitions elect-leaders --type dirty',
    ],
    [[new RegExp(`${folder}/`, 'g'), 'FOLDER/']],
  )
  assert.deepEqual(JSON.parse(readFileSync(saved, 'utf8')), {
    version: 1,
    partitions: [{ topic: 'orders', partition: 0, replicas: [1, 2] }],
  })
  // Nothing was done, so there is nothing to go back from.
  assert.ok(!existsSync(file('undo.json')))
})
