// A record to the cluster and back, through a topic made for it. The topic has the broker's time on its records, which
// shows how far the clocks are apart.

import type { Client } from '../../client/client.ts'
import { Position } from '../../client/fetched.ts'
import { Fetcher } from '../../client/fetcher.ts'
import { RecordReader } from '../../client/record-reader.ts'
import { CorruptError, ExitCode, TimeoutError } from '../../errors.ts'
import { Produce } from '../../protocol/apis/00-produce.ts'
import { errorCode, KafkaError } from '../../protocol/errors.ts'
import { BatchBuilder } from '../../records/builder.ts'
import type { Examination, Finding } from './examination.ts'

/** Clocks that are further apart than this are worth a warning. */
const CLOCK_MS = 1000
const POLICY_VIOLATION = errorCode('POLICY_VIOLATION')

const CONFIGS = { 'message.timestamp.type': 'LogAppendTime', 'retention.ms': '3600000' }

/** Resolves to whether the topic is there for the next client to write to. */
export async function makeTopic(examination: Examination, client: Client, topic: string): Promise<boolean> {
  return (await examination.check('make topic', topic, () => make(client, topic))) === true
}

export async function dropTopic(examination: Examination, client: Client, topic: string): Promise<void> {
  await examination.check('delete topic', topic, async () => {
    const error = (await client.admin.deleteTopics([topic])).get(topic)
    if (error) throw error
    return { found: 'gone', value: true }
  })
}

/** Resolves to whether what was written came back. */
export async function examineRoundTrip(examination: Examination, client: Client, topic: string): Promise<boolean> {
  const value = Buffer.from(`written by ktool doctor at ${new Date().toISOString()}`)
  const written = await examination.check('write', topic, () => write(client, topic, value))
  if (written === undefined) return false
  await examination.check('clock', 'broker', async () => clock(written))
  return (await examination.check('read', topic, () => read(client, topic, value))) === true
}

async function make(client: Client, topic: string): Promise<Finding<boolean>> {
  const created = (await client.admin.createTopics([{ name: topic, partitions: 1, configs: CONFIGS }])).get(topic)
  if (!(created instanceof KafkaError))
    return { found: `partitions 1, replicas ${created?.replicationFactor}`, value: true }
  if (created.exitCode !== ExitCode.denied && created.code !== POLICY_VIOLATION) throw created
  return {
    state: 'left-out',
    found: created.message,
    advice: 'without a topic nothing is written and read; that this login may not make one says nothing of the cluster',
    value: false,
  }
}

export interface Written {
  /** By the clock here, before and after. */
  sent: number
  answered: number
  /** By the broker's; -1 where it does not tell. */
  appended: number
}

async function write({ cluster }: Client, topic: string, value: Buffer): Promise<Finding<Written>> {
  const builder = new BatchBuilder(1024)
  builder.tryAppend(Date.now(), value, -1, -1, 0, value.length)
  const records = builder.close()
  const { topicId } = await cluster.topic(topic)
  const { broker } = await cluster.leader(topic, 0)
  await broker.connection()
  const sent = Date.now()
  const answer = await broker.request(Produce, {
    acks: -1,
    timeoutMs: cluster.options.requestTimeoutMs,
    topicData: [{ name: topic, topicId, partitionData: [{ index: 0, records }] }],
  })
  const answered = Date.now()
  const [row] = answer.responses[0].partitionResponses
  if (row.errorCode !== 0) throw new KafkaError(row.errorCode, `partition 0 of ${topic}`, row.errorMessage)
  return {
    found: `by broker ${broker.id}, offset ${row.baseOffset}`,
    value: { sent, answered, appended: row.logAppendTimeMs },
  }
}

/** How far the broker's time lies outside of that between the request and its answer. */
export function clock({ sent, answered, appended }: Written): Finding<boolean> {
  if (appended < 0) {
    return { state: 'left-out', found: "the topic does not take the broker's time", value: true }
  }
  const ahead = appended > answered ? appended - answered : Math.min(0, appended - sent)
  if (Math.abs(ahead) <= CLOCK_MS) return { found: `as here, to ${answered - sent + 1} ms`, value: true }
  return {
    found: `${Math.abs(ahead / 1000).toFixed(1)} s ${ahead > 0 ? 'ahead of' : 'behind'} this machine's`,
    advice: 'set the clocks: offsets by time, retention, and the lives of certificates and tokens go by them',
    value: true,
  }
}

async function read({ cluster }: Client, topic: string, value: Buffer): Promise<Finding<boolean>> {
  const fetcher = new Fetcher(cluster, { patienceMs: cluster.options.apiTimeoutMs }, () => {})
  const reader = new RecordReader({ checkCrcs: true, committedOnly: false })
  const timer = setTimeout(() => fetcher.finish(), cluster.options.apiTimeoutMs)
  try {
    fetcher.add([new Position(topic, 0, 0, 1)])
    for (let answer = await fetcher.next(); answer !== null; answer = await fetcher.next()) {
      for (const fetched of answer.partitions) {
        if (fetched.records === null) continue
        await reader.read(fetched, {
          visit: ({ cursor: { bytes, valueStart, valueEnd } }) => {
            if (!value.equals(bytes.subarray(valueStart, valueEnd)))
              throw new CorruptError('what was read is not what was written')
            return true
          },
        })
        return { found: 'as it was written', value: true }
      }
      answer.done()
    }
    throw new TimeoutError(`the record did not come within ${cluster.options.apiTimeoutMs} ms`)
  } finally {
    clearTimeout(timer)
    fetcher.close()
  }
}
