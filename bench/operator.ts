// The commands of an operator beside Kafka's own tools: one process each, on the same cluster with the same content.

import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from '../src/client/client.ts'
import { type GroupListing, Groups } from '../src/client/groups.ts'
import { openTransaction } from '../test/client/open-transaction.ts'
import { type Kafka, type KafkaTool, startKafka } from '../test/interop/peers/kafka.ts'
import { ktool, program } from '../test/interop/peers/ktool.ts'
import { succeeded } from '../test/interop/peers/run.ts'
import type { Row } from './rows.ts'

/** 20 topics of 50 partitions; each of 200 groups has committed in all partitions of one of them. */
const TOPICS = 20
const PARTITIONS = 50
const GROUPS = 200

/** On a command line: `#` is another number for each run and contestant, `%` the same below 50. */
const FRESH = /[#%]/
const DELETABLE = 50

/** Command lines without `ktool` and `kafka-`; and ktool's wall time over the tool's, at most (default: 1/8). */
type Pair = readonly [name: string, ours: string, theirs: string, wall?: number]

const pairs: readonly Pair[] = [
  ['topics list', 'topics list', 'topics --list'],
  ['topics describe', 'topics describe op-0', 'topics --describe --topic op-0'],
  ['topics describe, all', 'topics describe', 'topics --describe'],
  ['topics create', 'topics create new-# -p 1', 'topics --create --topic new-# --partitions 1'],
  ['topics add-partitions', 'topics add-partitions more --total #', 'topics --alter --topic more --partitions #'],
  ['topics delete', 'topics delete del-% --if-exists', 'topics --delete --topic del-% --if-exists'],
  [
    'topics alter-configs',
    'topics alter-configs op-x --set retention.ms=7200000',
    'configs --alter --topic op-x --add-config retention.ms=3600000',
  ],
  ['configs describe topic', 'configs describe topic op-x --all', 'configs --describe --topic op-x --all'],
  ['configs describe broker', 'configs describe broker 1 --all', 'configs --describe --broker 1 --all'],
  [
    'configs alter broker',
    'configs alter broker 1 --set log.cleaner.backoff.ms=14000',
    'configs --alter --broker 1 --add-config log.cleaner.backoff.ms=13000',
  ],
  ['offsets list', 'offsets list op-0', 'get-offsets --topic op-0'],
  ['offsets list, 1000 partitions', 'offsets list op-*', 'get-offsets --topic op-.*'],
  ['offsets list --at TIME', 'offsets list op-0 --at @1000', 'get-offsets --topic op-0 --time 1000'],
  ['records delete', 'records delete op-x:0 --before 1 --execute', 'delete-records --offset-json-file RECORDS'],
  ['groups list', 'groups list', 'consumer-groups --list --state --type'],
  ['groups list, all types', 'groups list --type classic', 'groups --list --group-type classic'],
  ['groups describe', 'groups describe g-0', 'consumer-groups --describe --group g-0'],
  ['groups describe --state', 'groups describe g-0 --state', 'consumer-groups --describe --group g-0 --state'],
  ['groups describe --members', 'groups describe g-0 --members', 'consumer-groups --describe --group g-0 --members'],
  [
    'groups describe --lag',
    'groups describe g-0 --lag 10 --fail-if-lag 10',
    'consumer-groups --describe --group g-0 --offsets',
  ],
  [
    'groups describe: 200 groups, 1000 partitions',
    'groups describe',
    'consumer-groups --describe --all-groups --offsets',
    1 / 3,
  ],
  [
    'groups reset-offsets, a plan',
    'groups reset-offsets g-0 -t op-0 --to-earliest',
    'consumer-groups --reset-offsets --group g-0 --topic op-0 --to-earliest --dry-run',
  ],
  [
    'groups reset-offsets --execute',
    'groups reset-offsets g-1 -t op-1 --to-earliest --execute',
    'consumer-groups --reset-offsets --group g-1 --topic op-1 --to-earliest --execute',
  ],
  [
    'groups export',
    'groups export g-0',
    'consumer-groups --reset-offsets --group g-0 --all-topics --to-current --export --dry-run',
  ],
  [
    'groups delete-offsets',
    'groups delete-offsets g-2 -t op-2:%',
    'consumer-groups --delete-offsets --group g-3 --topic op-3:%',
  ],
  // The last of the rows on groups: these are gone then.
  ['groups delete', 'groups delete g-% --if-exists', 'consumer-groups --delete --group g-%'],
  ['cluster describe', 'cluster describe', 'cluster list-endpoints'],
  ['cluster features', 'cluster features', 'features describe'],
  ['cluster quorum', 'cluster quorum', 'metadata-quorum describe --status'],
  ['cluster api-versions', 'cluster api-versions', 'broker-api-versions'],
  ['cluster health', 'cluster health --check under-replicated', 'topics --describe --under-replicated-partitions'],
  ['brokers list', 'brokers list', 'cluster list-endpoints --include-fenced-brokers'],
  ['brokers log-dirs', 'brokers log-dirs --partitions', 'log-dirs --describe'],
  ['transactions list', 'transactions list', 'transactions list'],
  ['transactions describe', 'transactions describe op-id', 'transactions describe --transactional-id op-id'],
  [
    'transactions producers',
    'transactions producers op-x:0',
    'transactions describe-producers --topic op-x --partition 0',
  ],
  ['transactions find-hanging', 'transactions find-hanging', 'transactions find-hanging --broker-id 1'],
  [
    'partitions elect-leaders',
    'partitions elect-leaders op-0:0 --execute',
    'leader-election --election-type preferred --topic op-0 --partition 0',
  ],
  [
    'partitions reassign, a plan',
    'partitions reassign op-0',
    'reassign-partitions --generate --topics-to-move-json-file MOVE --broker-list 1',
  ],
  [
    'partitions reassign --verify',
    'partitions reassign --from-file PLAN --verify',
    'reassign-partitions --verify --reassignment-json-file PLAN',
  ],
  ['partitions reassignments', 'partitions reassignments', 'reassign-partitions --list'],
  ['quotas describe', 'quotas describe', 'configs --describe --entity-type clients'],
  [
    'quotas alter',
    'quotas alter --client etl --set producer_byte_rate=1048576',
    'configs --alter --client etl --add-config producer_byte_rate=2097152',
  ],
  ['users list', 'users list', 'configs --describe --entity-type users'],
  ['acls list', 'acls list', 'acls --list'],
  [
    'acls add',
    'acls add --topic op-# --operation read --allow-principal alice',
    'acls --add --topic op-# --operation Read --allow-principal User:alice',
  ],
]

let made = 2

export const operatorRows: readonly Row[] = pairs.map(([name, ours, theirs, wall = 1 / 8]) => ({
  name: `operator: ${name}`,
  limits: [{ peer: 'java', wall }],
  async runs() {
    const { kafka, files } = await operatorKafka()
    const fresh = (sign: string) => String(sign === '%' ? made++ % DELETABLE : made++)
    const words = (line: string) => line.split(' ').map((word) => files[word] ?? word.replace(FRESH, fresh))
    const command = [...program, ...words(ours), '-b', kafka.bootstrap]
    const server = ['--bootstrap-server', kafka.bootstrap]
    const [tool, ...own] = words(theirs)
    // This tool alone wants the server behind its own words.
    const args = tool === 'cluster' ? [...own, ...server] : [...server, ...own]
    return {
      ktool: { command },
      java: { command: kafka.command(tool as KafkaTool, args) },
    }
  },
}))

interface OperatorKafka {
  kafka: Kafka
  /** Paths by the words that stand for them on the command lines. */
  files: Record<string, string>
}

let started: Promise<OperatorKafka> | undefined

/** The cluster of these rows, made when the first of them is measured. */
function operatorKafka(): Promise<OperatorKafka> {
  started ??= start()
  return started
}

/** Takes the cluster away, if there is one. */
export async function wipeOperatorKafka(): Promise<void> {
  const { kafka, files } = (await started?.catch(() => undefined)) ?? {}
  await kafka?.wipe()
  for (const path of Object.values(files ?? {})) rmSync(path, { force: true })
}

async function start(): Promise<OperatorKafka> {
  const kafka = await startKafka({
    properties: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    },
  })
  try {
    return { kafka, files: await fill(kafka) }
  } catch (error) {
    await kafka.wipe()
    throw error
  }
}

async function fill(kafka: Kafka): Promise<Record<string, string>> {
  const run = async (args: string[], input?: string) =>
    succeeded(await ktool([...args, '-b', kafka.bootstrap], { input }), args.join(' '))
  const topics = Array.from({ length: TOPICS }, (_, i) => `op-${i}`)
  const small = ['more', ...Array.from({ length: DELETABLE }, (_, i) => `del-${i}`)]
  await run(['topics', 'create', ...topics, '-p', String(PARTITIONS)])
  await run(['topics', 'create', ...small, '-p', '1'])
  await run(['topics', 'create', 'op-x', '-p', '1', '-c', 'retention.ms=3600000'])
  await run(['quotas', 'alter', '--client', 'etl', '--set', 'producer_byte_rate=1048576'])
  await run(['acls', 'add', '--topic', 'op-x', '--operation', 'read', '--allow-principal', 'alice'])
  const client = new Client({ bootstrapServers: [{ host: '127.0.0.1', port: kafka.port }] })
  try {
    // The controller has made them; the broker hears of it a little later.
    while ((await client.cluster.allTopics()).length < TOPICS + small.length + 1) await pause(100)
    await run(['produce', 'op-x'], 'a\nb\nc\n')
    for (const topic of topics) {
      await run(['produce', topic, '--partitioner', 'round-robin'], 'record\n'.repeat(20 * PARTITIONS))
    }
    const groups = new Groups(client.cluster)
    for (let i = 0; i < GROUPS; i++) {
      const group: GroupListing = {
        groupId: `g-${i}`,
        type: 'classic',
        protocolType: '',
        state: 'Empty',
        coordinator: -1,
      }
      const offsets = Array.from({ length: PARTITIONS }, (_, partition) => ({
        topic: topics[i % TOPICS],
        partition,
        offset: 10,
        leaderEpoch: -1,
        metadata: null,
      }))
      await groups.setOffsets(group, offsets)
    }
    await openTransaction(client, 'op-id', { topic: 'op-x', partition: 0 })
  } finally {
    client.close()
  }
  const files: Record<string, string> = {}
  const file = (word: string, content: unknown) => {
    files[word] = join(tmpdir(), `ktool-bench-${process.pid}-${word.toLowerCase()}.json`)
    writeFileSync(files[word], JSON.stringify(content))
  }
  file('RECORDS', { version: 1, partitions: [{ topic: 'op-x', partition: 0, offset: 1 }] })
  file('MOVE', { version: 1, topics: [{ topic: 'op-0' }] })
  file('PLAN', { version: 1, partitions: [{ topic: 'op-0', partition: 0, replicas: [1] }] })
  return files
}
