import assert from 'node:assert/strict'
import test from 'node:test'
import type { Broker } from '../../src/client/broker.ts'
import type { Cluster } from '../../src/client/cluster.ts'
import { Coordinator, findCoordinators } from '../../src/client/coordinator.ts'
import { defaultOptions } from '../../src/client/options.ts'
import { UnreachableError } from '../../src/errors.ts'
import { Heartbeat } from '../../src/protocol/apis/12-heartbeat.ts'
import { errorCode, KafkaError } from '../../src/protocol/errors.ts'
import { code } from './group/fake-coordinator.ts'
import { withBroker } from './with-broker.ts'

type Found = { nodeId: number } | { errorCode: number }

/** Two brokers; the script says where the coordinator is each time somebody asks, and what it answers to heartbeats. */
function twoBrokers(where: Found[], heartbeats: (object | Error)[], version = 6) {
  const log: string[] = []
  let refreshed = 0
  const broker = (id: number) =>
    ({
      id,
      connection: async () => undefined,
      supports: (_api: unknown, wanted: number) => version >= wanted,
      request: async (api: { name: string }, body: Record<string, unknown>) => {
        if (api.name === 'FindCoordinator') {
          const keys = (body['coordinatorKeys'] ?? [body['key']]) as string[]
          log.push(`find ${keys}`)
          const found = { errorCode: 0, errorMessage: null, ...(where.shift() as Found) }
          return version >= 4 ? { coordinators: keys.map((key) => ({ key, ...found })) } : found
        }
        log.push(`${api.name} at ${id}`)
        const answer = heartbeats.shift() ?? { errorCode: 0 }
        if (answer instanceof Error) throw answer
        return answer
      },
    }) as unknown as Broker
  const brokers = [broker(0), broker(1)]
  const cluster = {
    options: { ...defaultOptions, retryBackoffMs: 1, retryBackoffMaxMs: 2 },
    any: async () => brokers[0],
    broker: async (id: number) => brokers[id],
    fetchMetadata: async () => {
      refreshed++
    },
  } as unknown as Cluster
  return { cluster, log, refreshed: () => refreshed }
}

const beat = (coordinator: Coordinator) => coordinator.request(Heartbeat, {}, ({ errorCode }) => [errorCode])

test('the coordinator is looked for once, and again when it is elsewhere', async () => {
  const lost = new UnreachableError('the connection was lost')
  const where = [{ nodeId: 0 }, { nodeId: 1 }, { nodeId: 0 }]
  const { cluster, log } = twoBrokers(where, [{ errorCode: 0 }, code('NOT_COORDINATOR'), { errorCode: 0 }, lost])
  const coordinator = new Coordinator(cluster, 'g')
  await Promise.all([beat(coordinator), beat(coordinator)].map((promise) => promise.catch(() => {})))
  await beat(coordinator)
  await assert.rejects(beat(coordinator), lost)
  await beat(coordinator)
  assert.deepEqual(log, [
    ...['find g', 'Heartbeat at 0', 'Heartbeat at 0'],
    ...['find g', 'Heartbeat at 1', 'Heartbeat at 1'],
    ...['find g', 'Heartbeat at 0'],
  ])
})

test('a broker that has left the cluster is not asked any more', async () => {
  const { cluster, log } = twoBrokers([{ nodeId: 0 }, { nodeId: 1 }], [])
  const coordinator = new Coordinator(cluster, 'g')
  await beat(coordinator)
  const { broker } = cluster
  cluster.broker = async (id) => {
    if (id === 0) throw new UnreachableError('not in the metadata')
    return broker(id)
  }
  await assert.rejects(beat(coordinator), /not in the metadata/)
  await beat(coordinator)
  assert.deepEqual(log, ['find g', 'Heartbeat at 0', 'find g', 'Heartbeat at 1'])
})

test('nothing is asked of a closed one', async () => {
  const { cluster, log } = twoBrokers([code('COORDINATOR_NOT_AVAILABLE')], [])
  const coordinator = new Coordinator(cluster, 'g')
  coordinator.close()
  await assert.rejects(beat(coordinator), /is over/)
  assert.deepEqual(log, [])
})

test('a coordinator that reads its log is kept; codes of other kinds are left to the caller', async () => {
  const answers = [code('COORDINATOR_LOAD_IN_PROGRESS'), code('UNKNOWN_MEMBER_ID')]
  const { cluster, log } = twoBrokers([{ nodeId: 1 }], answers)
  const coordinator = new Coordinator(cluster, 'g')
  await assert.rejects(beat(coordinator), (error) => error instanceof KafkaError && error.retriable)
  assert.equal((await beat(coordinator)).errorCode, errorCode('UNKNOWN_MEMBER_ID'))
  assert.deepEqual(log, ['find g', 'Heartbeat at 1', 'Heartbeat at 1'])
})

test('no coordinator yet: it is asked for again, with fresh metadata', async () => {
  const where = [code('COORDINATOR_NOT_AVAILABLE'), code('COORDINATOR_NOT_AVAILABLE'), { nodeId: 1 }]
  const { cluster, log, refreshed } = twoBrokers(where, [])
  await beat(new Coordinator(cluster, 'g'))
  assert.equal(log.length, 4)
  assert.equal(refreshed(), 2)
})

test('no right to the group is the end of it', async () => {
  const { cluster } = twoBrokers([code('GROUP_AUTHORIZATION_FAILED')], [])
  await assert.rejects(beat(new Coordinator(cluster, 'g')), /GROUP_AUTHORIZATION_FAILED/)
})

for (const version of [3, 6]) {
  test(`several keys, FindCoordinator version ${version}`, async () => {
    const where = [{ nodeId: 1 }, code('GROUP_AUTHORIZATION_FAILED')]
    const { cluster, log } = twoBrokers(where, [], version)
    const found = await findCoordinators(cluster, ['a', 'b'])
    assert.deepEqual(log, version < 4 ? ['find a', 'find b'] : ['find a,b'])
    assert.equal(found.get('a'), 1)
    assert.ok(version >= 4 || found.get('b') instanceof KafkaError)
  })
}

test('a real one', async (t) => {
  const { client } = await withBroker(t)
  const found = await findCoordinators(client.cluster, ['a', 'b'])
  assert.deepEqual([...found.keys()], ['a', 'b'])
  assert.ok([...found.values()].every((id) => typeof id === 'number'))
})
