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

interface Pair {
  name: string
  ours: string
  tool: KafkaTool
  theirs: string
  /** ktool's wall time over the tool's, at most. Default: 1/8. */
  wall?: number
}

const pairs: readonly Pair[] = [
  { name: 'topics list', ours: 'topics list', tool: 'topics', theirs: '--list' },
  { name: 'topics describe', ours: 'topics describe op-0', tool: 'topics', theirs: '--describe --topic op-0' },
  { name: 'topics describe, all', ours: 'topics describe', tool: 'topics', theirs: '--describe' },
  {
    name: 'topics create',
    ours: 'topics create new-# -p 1',
    tool: 'topics',
    theirs: '--create --topic new-# --partitions 1',
  },
  {
    name: 'topics add-partitions',
    ours: 'topics add-partitions more --total #',
    tool: 'topics',
    theirs: '--alter --topic more --partitions #',
  },
  {
    name: 'topics delete',
    ours: 'topics delete del-% --if-exists',
    tool: 'topics',
    theirs: '--delete --topic del-% --if-exists',
  },
  {
    name: 'topics alter-configs',
    ours: 'topics alter-configs op-x --set retention.ms=7200000',
    tool: 'configs',
    theirs: '--alter --topic op-x --add-config retention.ms=3600000',
  },
  {
    name: 'configs describe topic',
    ours: 'configs describe topic op-x --all',
    tool: 'configs',
    theirs: '--describe --topic op-x --all',
  },
  {
    name: 'configs describe broker',
    ours: 'configs describe broker 1 --all',
    tool: 'configs',
    theirs: '--describe --broker 1 --all',
  },
  {
    name: 'configs alter broker',
    ours: 'configs alter broker 1 --set log.cleaner.backoff.ms=14000',
    tool: 'configs',
    theirs: '--alter --broker 1 --add-config log.cleaner.backoff.ms=13000',
  },
  { name: 'offsets list', ours: 'offsets list op-0', tool: 'get-offsets', theirs: '--topic op-0' },
  {
    name: 'offsets list, 1000 partitions',
    ours: 'offsets list op-*',
    tool: 'get-offsets',
    theirs: '--topic op-.*',
  },
  {
    name: 'offsets list --at TIME',
    ours: 'offsets list op-0 --at @1000',
    tool: 'get-offsets',
    theirs: '--topic op-0 --time 1000',
  },
  {
    name: 'records delete',
    ours: 'records delete op-x:0 --before 1 --execute',
    tool: 'delete-records',
    theirs: '--offset-json-file RECORDS',
  },
  { name: 'groups list', ours: 'groups list', tool: 'consumer-groups', theirs: '--list --state --type' },
  {
    name: 'groups list, all types',
    ours: 'groups list --type classic',
    tool: 'groups',
    theirs: '--list --group-type classic',
  },
  {
    name: 'groups describe',
    ours: 'groups describe g-0',
    tool: 'consumer-groups',
    theirs: '--describe --group g-0',
  },
  {
    name: 'groups describe --state',
    ours: 'groups describe g-0 --state',
    tool: 'consumer-groups',
    theirs: '--describe --group g-0 --state',
  },
  {
    name: 'groups describe --members',
    ours: 'groups describe g-0 --members',
    tool: 'consumer-groups',
    theirs: '--describe --group g-0 --members',
  },
  {
    name: 'groups describe --lag',
    ours: 'groups describe g-0 --lag 10 --fail-if-lag 10',
    tool: 'consumer-groups',
    theirs: '--describe --group g-0 --offsets',
  },
  {
    name: 'groups describe: 200 groups, 1000 partitions',
    ours: 'groups describe',
    tool: 'consumer-groups',
    theirs: '--describe --all-groups --offsets',
    wall: 1 / 3,
  },
  {
    name: 'groups reset-offsets, a plan',
    ours: 'groups reset-offsets g-0 -t op-0 --to-earliest',
    tool: 'consumer-groups',
    theirs: '--reset-offsets --group g-0 --topic op-0 --to-earliest --dry-run',
  },
  {
    name: 'groups reset-offsets --execute',
    ours: 'groups reset-offsets g-1 -t op-1 --to-earliest --execute',
    tool: 'consumer-groups',
    theirs: '--reset-offsets --group g-1 --topic op-1 --to-earliest --execute',
  },
  {
    name: 'groups export',
    ours: 'groups export g-0',
    tool: 'consumer-groups',
    theirs: '--reset-offsets --group g-0 --all-topics --to-current --export --dry-run',
  },
  {
    name: 'groups delete-offsets',
    ours: 'groups delete-offsets g-2 -t op-2:%',
    tool: 'consumer-groups',
    theirs: '--delete-offsets --group g-3 --topic op-3:%',
  },
  {
    name: 'groups delete',
    // The last of the rows on groups: these are gone then.
    ours: 'groups delete g-% --if-exists',
    tool: 'consumer-groups',
    theirs: '--delete --group g-%',
  },
  { name: 'cluster describe', ours: 'cluster describe', tool: 'cluster', theirs: 'list-endpoints' },
  { name: 'cluster features', ours: 'cluster features', tool: 'features', theirs: 'describe' },
  { name: 'cluster quorum', ours: 'cluster quorum', tool: 'metadata-quorum', theirs: 'describe --status' },
  { name: 'cluster api-versions', ours: 'cluster api-versions', tool: 'broker-api-versions', theirs: '' },
  {
    name: 'cluster health',
    ours: 'cluster health --check under-replicated',
    tool: 'topics',
    theirs: '--describe --under-replicated-partitions',
  },
  { name: 'brokers list', ours: 'brokers list', tool: 'cluster', theirs: 'list-endpoints --include-fenced-brokers' },
  { name: 'brokers log-dirs', ours: 'brokers log-dirs --partitions', tool: 'log-dirs', theirs: '--describe' },
  { name: 'transactions list', ours: 'transactions list', tool: 'transactions', theirs: 'list' },
  {
    name: 'transactions describe',
    ours: 'transactions describe op-id',
    tool: 'transactions',
    theirs: 'describe --transactional-id op-id',
  },
  {
    name: 'transactions producers',
    ours: 'transactions producers op-x:0',
    tool: 'transactions',
    theirs: 'describe-producers --topic op-x --partition 0',
  },
  {
    name: 'transactions find-hanging',
    ours: 'transactions find-hanging',
    tool: 'transactions',
    theirs: 'find-hanging --broker-id 1',
  },
  {
    name: 'partitions elect-leaders',
    ours: 'partitions elect-leaders op-0:0 --execute',
    tool: 'leader-election',
    theirs: '--election-type preferred --topic op-0 --partition 0',
  },
  {
    name: 'partitions reassign, a plan',
    ours: 'partitions reassign op-0',
    tool: 'reassign-partitions',
    theirs: '--generate --topics-to-move-json-file MOVE --broker-list 1',
  },
  {
    name: 'partitions reassign --verify',
    ours: 'partitions reassign --from-file PLAN --verify',
    tool: 'reassign-partitions',
    theirs: '--verify --reassignment-json-file PLAN',
  },
  {
    name: 'partitions reassignments',
    ours: 'partitions reassignments',
    tool: 'reassign-partitions',
    theirs: '--list',
  },
  { name: 'quotas describe', ours: 'quotas describe', tool: 'configs', theirs: '--describe --entity-type clients' },
  {
    name: 'quotas alter',
    ours: 'quotas alter --client etl --set producer_byte_rate=1048576',
    tool: 'configs',
    theirs: '--alter --client etl --add-config producer_byte_rate=2097152',
  },
  { name: 'users list', ours: 'users list', tool: 'configs', theirs: '--describe --entity-type users' },
  { name: 'acls list', ours: 'acls list', tool: 'acls', theirs: '--list' },
  {
    name: 'acls add',
    ours: 'acls add --topic op-# --operation read --allow-principal alice',
    tool: 'acls',
    theirs: '--add --topic op-# --operation Read --allow-principal User:alice',
  },
]

let made = 2

export const operatorRows: readonly Row[] = pairs.map(({ name, ours, tool, theirs, wall = 1 / 8 }) => ({
  name: `operator: ${name}`,
  limits: [{ peer: 'java', wall }],
  async runs() {
    const { kafka, files } = await operatorKafka()
    const fresh = (sign: string) => String(sign === '%' ? made++ % DELETABLE : made++)
    const words = (line: string) =>
      line === '' ? [] : line.split(' ').map((word) => files[word] ?? word.replace(FRESH, fresh))
    const command = [...program, ...words(ours), '-b', kafka.bootstrap]
    const server = ['--bootstrap-server', kafka.bootstrap]
    // This tool alone wants the server behind its own words.
    const args = tool === 'cluster' ? [...words(theirs), ...server] : [...server, ...words(theirs)]
    return {
      ktool: { command },
      java: { command: kafka.command(tool, args) },
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
