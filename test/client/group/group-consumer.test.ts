// Members of a group on a broker, each with a client of its own: what they read, what they commit, and what is read again.

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { Client } from '../../../src/client/client.ts'
import { type TopicChoice, topicChoice } from '../../../src/client/consumer.ts'
import { Coordinator } from '../../../src/client/coordinator.ts'
import { Fetcher } from '../../../src/client/fetcher.ts'
import { assignorsByName } from '../../../src/client/group/assignors/index.ts'
import { GroupConsumer, type GroupOptions } from '../../../src/client/group/group-consumer.ts'
import { fetchOffsets } from '../../../src/client/group/offsets.ts'
import { RecordReader } from '../../../src/client/record-reader.ts'
import { plainRecord } from '../../../src/records/plain.ts'
import { withBroker } from '../with-broker.ts'
import { write } from './writing.ts'

const PARTITIONS = 4

interface MemberSetup extends Partial<GroupOptions> {
  choice?: TopicChoice
  /** Called for each value; false ends the reading after it. */
  visit?: (value: string, values: string[]) => boolean
  /** Awaited after each piece. */
  pace?: () => Promise<void> | undefined
  settle?: () => Promise<void>
}

/** What all members of a test tell of themselves. */
class Watch {
  private readonly watchers = new Set<() => void>()

  changed(): void {
    for (const watcher of [...this.watchers]) watcher()
  }

  async until(condition: () => boolean): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not in half a minute: ${condition}`)), 30_000)
      const watcher = () => {
        if (!condition()) return
        clearTimeout(timer)
        this.watchers.delete(watcher)
        resolve()
      }
      this.watchers.add(watcher)
    })
  }
}

/** A member that reads in the background. */
class Member {
  readonly values: string[] = []
  readonly said: string[] = []
  readonly consumer: GroupConsumer
  readonly client: Client
  readonly done: Promise<void>
  private readonly watch: Watch

  constructor(port: number, watch: Watch, setup: MemberSetup = {}) {
    this.watch = watch
    this.client = new Client({
      bootstrapServers: [{ host: '127.0.0.1', port }],
      retryBackoffMs: 5,
      retryBackoffMaxMs: 20,
      metadataMaxAgeMs: 50,
    })
    const say = (text: string) => this.say(text)
    const fetcher = new Fetcher(
      this.client.cluster,
      { maxWaitMs: 20, isolation: 1 },
      (_, text) => say(text),
      (_, error) => say(error.message),
    )
    const options: GroupOptions = {
      groupId: 'g',
      protocol: 'classic',
      assignors: assignorsByName(['range']),
      serverAssignor: null,
      instanceId: null,
      rackId: null,
      sessionTimeoutMs: 6_000,
      heartbeatIntervalMs: 10,
      rebalanceTimeoutMs: 10_000,
      commitEveryMs: Number.POSITIVE_INFINITY,
      start: { kind: 'beginning' },
      isolation: 1,
      ...setup,
    }
    const settle = setup.settle ?? (async () => {})
    this.consumer = new GroupConsumer(this.client.cluster, fetcher, setup.choice ?? topicChoice(['t']), options, {
      settle,
      note: say,
      warn: (text) => say(`warning: ${text}`),
    })
    this.done = this.read(setup)
  }

  private async read({ visit = () => true, pace }: MemberSetup): Promise<void> {
    const reader = new RecordReader({ checkCrcs: true, committedOnly: true })
    const { consumer } = this
    for (let piece = await consumer.next(); piece !== null; piece = await consumer.next()) {
      for (const fetched of piece.partitions) {
        const whole = await reader.read(fetched, {
          visit: ({ cursor }) => {
            const value = String(plainRecord(cursor).value)
            this.values.push(value)
            return visit(value, this.values)
          },
        })
        consumer.passed(fetched, whole ? undefined : reader.view.cursor.offset + 1)
        if (!whole) consumer.stop()
      }
      piece.done()
      this.watch.changed()
      await pace?.()
    }
  }

  private say(text: string): void {
    this.said.push(text)
    this.watch.changed()
  }

  /** Resolves when `condition` holds; rejects when the member ends before that. */
  until(condition: (member: this) => boolean): Promise<void> {
    const early = this.done.then(() => {
      if (!condition(this)) throw new Error(`ended before ${condition}\n${this.said.join('\n')}`)
    })
    return Promise.race([this.watch.until(() => condition(this)), early])
  }

  /** The partitions of t that it said it reads: who gets which depends on the ids of the members. */
  get partitions(): number[] {
    const text = this.said.findLast((line) => line.includes(' reads ')) ?? ''
    const ranges = / reads t ([\d,-]+)/.exec(text)?.[1].split(',') ?? []
    return ranges.flatMap((range) => {
      const [from, to = from] = range.split('-').map(Number)
      return Array.from({ length: to - from + 1 }, (_, i) => from + i)
    })
  }

  /** Resolves when it reads two of the four partitions. */
  readsHalf(): Promise<void> {
    return this.until(({ partitions }) => partitions.length === 2)
  }

  reads(text: string): Promise<void> {
    return this.until(
      ({ said }) => said.findLast((line) => line.includes(' reads '))?.includes(` reads ${text} (`) ?? false,
    )
  }

  /** Ends as Ctrl-C does. */
  async stop(): Promise<void> {
    this.consumer.stop()
    await this.done.catch(() => {})
    await this.consumer.close()
    this.client.close()
  }
}

type Protocol = GroupOptions['protocol']

/** A test with the bundled broker's groups of either protocol. */
function testBoth(name: string, run: (t: TestContext, protocol: Protocol) => Promise<void>): void {
  for (const protocol of ['classic', 'consumer'] as const) {
    test(`${name} (${protocol})`, (t) => run(t, protocol))
  }
}

async function group(t: TestContext, protocol: Protocol, partitions = PARTITIONS, sessionTimeoutMs = 6_000) {
  const members: Member[] = []
  const watch = new Watch()
  // Before the broker goes.
  t.after(() => Promise.all(members.map((member) => member.stop())))
  const { broker, client } = await withBroker(t, {
    properties: {
      'group.initial.rebalance.delay.ms': '0',
      'group.min.session.timeout.ms': '100',
      'group.consumer.min.heartbeat.interval.ms': '1',
      'group.consumer.heartbeat.interval.ms': '10',
      'group.consumer.min.session.timeout.ms': '100',
      'group.consumer.session.timeout.ms': String(sessionTimeoutMs),
      'group.consumer.assignment.interval.ms': '0',
    },
  })
  await client.admin.createTopics([{ name: 't', partitions }])
  const [{ port }] = broker.listeners
  const join = (setup: MemberSetup = {}) => {
    const member = new Member(port, watch, { protocol, ...setup })
    member.done.catch(() => {})
    members.push(member)
    return member
  }
  const committed = async (count = partitions) => {
    const names = Array.from({ length: count }, (_, partition) => ({ topic: 't', partition }))
    const offsets = await fetchOffsets(client.cluster, new Coordinator(client.cluster, 'g'), names)
    return offsets.map(({ offset }) => offset)
  }
  /** Resolves when the members have read so many values between them, and perhaps one that they should not have. */
  const seen = (count: number) => watch.until(() => allOf(members).length >= count)
  return { client, join, committed, members, seen }
}

/** A wave of values for each partition. */
function wave(name: string, each = 3, partitions = PARTITIONS): string[][] {
  return Array.from({ length: partitions }, (_, partition) =>
    Array.from({ length: each }, (_, index) => `${name}-${partition}-${index}`),
  )
}

const allOf = (members: Member[]) => members.flatMap(({ values }) => values).sort()

testBoth('a member reads everything and commits it when it goes; the next one reads on', async (t, protocol) => {
  const { client, join, committed } = await group(t, protocol)
  await write(client, 't', wave('a'))
  const first = join()
  await first.until(({ values }) => values.length === 12)
  assert.deepEqual(await committed(), [-1, -1, -1, -1])
  await first.stop()
  assert.deepEqual(await committed(), [3, 3, 3, 3])
  await write(client, 't', wave('b'))
  const second = join()
  await second.until(({ values }) => values.length === 12)
  assert.deepEqual(allOf([second]), wave('b').flat())
})

const ways = [
  ...['range', 'roundrobin', 'sticky', 'cooperative-sticky'].map((name) => ['classic', name] as const),
  ...['uniform', 'range'].map((name) => ['consumer', name] as const),
]

for (const [protocol, assignor] of ways) {
  test(`members come and go, and every record is read once (${protocol}, ${assignor})`, async (t) => {
    const { client, join, members, seen } = await group(t, protocol)
    const assignors = protocol === 'classic' ? { assignors: assignorsByName([assignor]) } : { serverAssignor: assignor }
    const sent: string[] = []
    const send = async (name: string) => {
      await write(client, 't', wave(name))
      sent.push(...wave(name).flat())
    }
    const check = async () => {
      await seen(sent.length)
      assert.deepEqual(allOf(members), [...sent].sort())
    }
    await send('a')
    const first = join(assignors)
    await first.reads('t 0-3')
    await check()
    const second = join(assignors)
    await second.readsHalf()
    await send('b')
    await check()
    const third = join(assignors)
    await third.until(({ partitions }) => partitions.length > 0)
    await send('c')
    await check()
    await first.stop()
    await send('d')
    await check()
    await third.stop()
    await second.reads('t 0-3')
    await send('e')
    await check()
  })
}

testBoth(
  'nothing is committed with null, and partitions that stay are not read twice all the same',
  async (t, protocol) => {
    const { client, join, committed } = await group(t, protocol)
    await write(client, 't', wave('a'))
    const first = join({ commitEveryMs: null })
    await first.until(({ values }) => values.length === 12)
    const second = join({ commitEveryMs: null })
    await second.readsHalf()
    await first.readsHalf()
    await second.until(({ values }) => values.length === 6)
    await write(client, 't', wave('b'))
    await first.until(({ values }) => values.length >= 18)
    await second.until(({ values }) => values.length >= 12)
    assert.deepEqual(
      first.values.slice(12).sort(),
      first.partitions.flatMap((partition) => wave('b')[partition]),
    )
    await first.stop()
    await second.stop()
    assert.deepEqual(await committed(), [-1, -1, -1, -1])
  },
)

testBoth('commits on a timer, and after each piece with 0', async (t, protocol) => {
  for (const commitEveryMs of [20, 0]) {
    const { client, join, committed } = await group(t, protocol)
    await write(client, 't', wave('a'))
    const member = join({ commitEveryMs })
    await member.until(({ values }) => values.length === 12)
    while ((await committed()).some((offset) => offset !== 3)) await new Promise((resolve) => setTimeout(resolve, 5))
  }
})

testBoth('what is committed is what was used, to the record', async (t, protocol) => {
  const { client, join, committed } = await group(t, protocol, 1)
  await write(client, 't', wave('a', 10, 1))
  const member = join({ visit: (_, values) => values.length < 7 })
  await member.done
  await member.consumer.close()
  assert.equal(member.values.length, 7)
  assert.deepEqual(await committed(1), [7])
})

testBoth('nothing is committed before it has settled, and nothing that could not settle', async (t, protocol) => {
  const { client, join, committed } = await group(t, protocol, 1)
  await write(client, 't', wave('a', 10, 1))
  let settled = 0
  const member = join({
    settle: async () => {
      assert.deepEqual(await committed(1), [-1])
      settled++
    },
  })
  await member.until(({ values }) => values.length === 10)
  await member.stop()
  assert.equal(settled, 1)
  assert.deepEqual(await committed(1), [10])

  await write(client, 't', wave('b', 10, 1))
  const broken = join({ settle: () => Promise.reject(new Error('the pipe is closed')) })
  await broken.until(({ values }) => values.length === 10)
  await broken.stop()
  assert.deepEqual(await committed(1), [10])
})

testBoth('a slow reader is waited for, and commits what it has used by then', async (t, protocol) => {
  const { client, join, seen } = await group(t, protocol)
  await write(client, 't', wave('a'))
  let release = () => {}
  const slow = new Promise<void>((resolve) => {
    release = resolve
  })
  const first = join({ pace: () => slow })
  await first.until(({ values }) => values.length > 0)
  const second = join()
  // The group waits for the first one, which stays in it by its heartbeats.
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepEqual(second.said, [])
  release()
  await second.readsHalf()
  await seen(12)
  assert.deepEqual(allOf([first, second]), wave('a').flat())
})

testBoth(
  'a member that is gone is missed, and the others read again what it had not committed',
  async (t, protocol) => {
    const { client, join } = await group(t, protocol, PARTITIONS, 300)
    await write(client, 't', wave('a'))
    const options = { sessionTimeoutMs: 300, commitEveryMs: null }
    // A static member goes without a word.
    const first = join({ ...options, instanceId: 'one' })
    await first.until(({ values }) => values.length === 12)
    const second = join(options)
    await second.readsHalf()
    await first.readsHalf()
    await first.stop()
    await second.reads('t 0-3')
    await second.until(({ values }) => values.length >= 12)
    assert.deepEqual(allOf([second]), wave('a').flat())
  },
)

testBoth('-e: the end that the partitions have when the member gets them', async (t, protocol) => {
  const { client, join, committed } = await group(t, protocol)
  await write(client, 't', wave('a'))
  const member = join({ exitEof: true })
  await member.done
  assert.deepEqual(allOf([member]), wave('a').flat())
  await member.consumer.close()
  assert.deepEqual(await committed(), [3, 3, 3, 3])
  const again = join({ exitEof: true })
  await again.done
  assert.deepEqual(again.values, [])
})

testBoth('-e: a member that gets nothing ends too', async (t, protocol) => {
  const { join } = await group(t, protocol, 1)
  const busy = join()
  await busy.reads('t 0')
  const idle = join({ exitEof: true })
  await idle.done
  assert.deepEqual(idle.values, [])
})

testBoth('where to begin and to end in partitions without offsets', async (t, protocol) => {
  const { client, join } = await group(t, protocol, 1)
  await write(client, 't', wave('a', 10, 1))
  const last = join({ groupId: 'last', start: { kind: 'last', count: 2 }, exitEof: true })
  await last.done
  assert.deepEqual(last.values, ['a-0-8', 'a-0-9'])
  const some = join({ groupId: 'some', start: { kind: 'offset', offset: 3 }, until: { kind: 'offset', offset: 5 } })
  await some.done
  assert.deepEqual(some.values, ['a-0-3', 'a-0-4'])
  await some.consumer.close()
  // From what is committed on, whatever is said.
  const rest = join({ groupId: 'some', start: { kind: 'beginning' }, exitEof: true })
  await rest.done
  assert.deepEqual(rest.values, ['a-0-5', 'a-0-6', 'a-0-7', 'a-0-8', 'a-0-9'])
})

testBoth('topics that match come and go', async (t, protocol) => {
  const { client, join } = await group(t, protocol, 1)
  const member = join({ choice: topicChoice(['t*']) })
  await member.reads('t 0')
  await client.admin.createTopics([{ name: 't-new', partitions: 2 }])
  await member.reads('t 0; t-new 0-1')
  await write(client, 't-new', [['x'], ['y']])
  await member.until(({ values }) => values.length === 2)
  await client.admin.createPartitions([{ name: 't', total: 2 }])
  await member.reads('t 0-1; t-new 0-1')
  await client.admin.deleteTopics(['t-new'])
  await member.reads('t 0-1')
  await write(client, 't', [['u'], ['v']])
  await member.until(({ values }) => values.length === 4)
})

test('what ends a member comes out of next()', async (t) => {
  const { join } = await group(t, 'classic')
  const member = join({ sessionTimeoutMs: 1 })
  await assert.rejects(member.done, /INVALID_SESSION_TIMEOUT/)
})
