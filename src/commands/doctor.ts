// ktool doctor: why does it not work?

import { randomBytes } from 'node:crypto'
import type { Client } from '../client/client.ts'
import { ExitCode } from '../errors.ts'
import { name } from '../util/address.ts'
import { type Context, defineCommand } from './command.ts'
import { examineBootstrap, sameCluster } from './doctor/bootstrap.ts'
import { examineBrokers } from './doctor/brokers.ts'
import { type Check, type CheckState, Examination } from './doctor/examination.ts'
import { dropTopic, examineRoundTrip, makeTopic } from './doctor/round-trip.ts'
import { examineSecondClient, unknownToSecondClient } from './doctor/second-client.ts'

const COLOURS = { ok: 'green', warning: 'yellow', failed: 'red', 'left-out': 'dim' } as const satisfies Record<
  CheckState,
  string
>

export const command = defineCommand({
  path: 'doctor',
  summary: 'Find out what keeps a cluster from being used from here',
  description:
    'Goes the whole way step by step and says what to do where it ends: the names of the bootstrap servers, their ports, ' +
    'TLS, the login, the versions; the metadata, and each broker under the address that it advertises; a record to the ' +
    'cluster and back through a topic of its own, which is deleted again, and the clocks. Then the same settings go ' +
    'through kafkajs, an independent client: where both fail it is the cluster, the network or the settings.',
  flags: {
    readOnly: { doc: 'Make no topic and write nothing' },
  },
  examples: [
    { line: 'ktool doctor -b broker-1:9092', doc: 'Everything' },
    { line: 'ktool doctor --profile staging --read-only', doc: 'Without a trace in the cluster' },
    { line: 'ktool doctor --json | jq \'.[] | select(.state == "failed")\'', doc: 'What is wrong, for a program' },
  ],
  finishesOnSignal: true,
  async run(context, _, { readOnly }) {
    const rows = context.rows<Check>({
      columns: [
        { key: 'check' },
        { key: 'target' },
        { key: 'state', style: ({ state }) => COLOURS[state] },
        { key: 'ms' },
        { key: 'found' },
        // As a column of a table it would be wider than any terminal.
        ...(context.form === 'table' ? [] : [{ key: 'advice', mayBeEmpty: true } as const]),
      ],
    })
    const advised: Check[] = []
    const progress = context.progress('looking at')
    const report = (check: Check) => {
      if (check.advice !== null) advised.push(check)
      return rows.add(check)
    }
    const begins = (what: string) => progress.update(() => what)
    const own = new Examination(report, begins)
    const second = new Examination(report, begins)
    const topic = readOnly ? undefined : `ktool-doctor-${randomBytes(4).toString('hex')}`
    const client = await context.client()
    const { works, secondWorks } = await examineBoth(context, own, second, client, topic)
    progress.done()
    await rows.end()
    if (context.signal.aborted) return undefined
    if (context.form === 'table')
      for (const { check, target, advice } of advised) context.note(`${check} ${target}: ${advice}`)
    context.note(verdict(works, secondWorks, own.codes.size > 0))
    const codes = own.codes.size > 0 ? own.codes : second.codes
    if (codes.size === 0) return undefined
    return codes.size === 1 ? [...codes][0] : ExitCode.failure
  },
})

/** With ktool's own client, then with the other one, while the topic is there. Resolves to whether each did what it should. */
async function examineBoth(
  context: Context,
  own: Examination,
  second: Examination,
  client: Client,
  topic: string | undefined,
) {
  const { cluster } = client
  const { signal } = context
  const ids = new Map<string, string | null>()
  for (const address of cluster.options.bootstrapServers) {
    if (signal.aborted) break
    const id = await examineBootstrap(own, cluster.options, address)
    if (id !== undefined) ids.set(name(address), id)
  }
  if (ids.size > 1) await own.check('cluster', 'bootstrap servers', async () => oneCluster(ids))
  let hasTopic = false
  try {
    let works = ids.size > 0 && !signal.aborted && (await examineBrokers(own, cluster))
    if (works && topic !== undefined && !signal.aborted) {
      hasTopic = await makeTopic(own, client, topic)
      if (hasTopic && !signal.aborted) works = await examineRoundTrip(own, client, topic)
    }
    const unknown = unknownToSecondClient(cluster.options)
    if (unknown !== undefined) {
      const found = `it knows no ${unknown}`
      await second.check('kafkajs', 'connect', async () => ({ state: 'left-out', found, value: true }))
      return { works, secondWorks: works }
    }
    const secondWorks =
      !signal.aborted && (await examineSecondClient(second, cluster.options, hasTopic ? topic : undefined))
    return { works, secondWorks }
  } finally {
    if (hasTopic && topic !== undefined) await dropTopic(own, client, topic)
  }
}

function oneCluster(ids: ReadonlyMap<string, string | null>) {
  sameCluster(ids)
  return { found: 'all of the same cluster', value: true }
}

function verdict(works: boolean, secondWorks: boolean, hasFailures: boolean): string {
  if (works && secondWorks) return hasFailures ? 'the cluster can be used, but look at what failed' : 'all is well'
  if (works) return 'ktool gets along with this cluster, kafkajs does not'
  if (secondWorks) return 'kafkajs gets along with this cluster, ktool does not: look at what failed'
  return 'both clients fail: it is the cluster, the network or the settings'
}
