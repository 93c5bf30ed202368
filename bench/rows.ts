// What is measured: each row a piece of work, done by ktool and by its peers, and how they must compare.

import { join } from 'node:path'
import type { Kafka } from '../test/interop/peers/kafka.ts'
import { program } from '../test/interop/peers/ktool.ts'
import { environment } from '../test/interop/peers/python.ts'
import type { Run } from './measure.ts'

/** Where the work happens: topics with content, and files. */
export interface Bench {
  kafka: Kafka
  /** Topics of 8 times the lines: one partition, twelve partitions, and one for each codec. */
  big: string
  wide: string
  codecs: Record<string, string>
  /** How many records `big` has. */
  bigCount: number
  /** A topic of 50 times the lines, and one of as many as there are. */
  huge: string
  small: string
  /** A file of lines (99 bytes with the newline), keyed up to the first tab. */
  lines: string
  oneLine: string
  /** A schema registry, a file of orders as JSON lines with its schema, how many they are, and a topic that has them. */
  avro: { registry: string; orders: string; schema: string; count: number; topic: string }
  /** Where `kafka` speaks TLS, and whom to trust there. */
  tls: { bootstrap: string; certificate: string }
  /** A new, empty topic. */
  topic(partitions: number): Promise<string>
}

export interface Limit {
  peer: string
  /** ktool's median over the peer's median, at most. */
  wall?: number
  cpu?: number
  /** The same of the most resident memory in any run. */
  rss?: number
}

export interface Row {
  name: string
  /** Makes each contestant's run; the first is ktool. */
  runs: (bench: Bench) => Promise<Record<string, Run>> | Record<string, Run>
  limits: Limit[]
  /** Most resident memory of ktool. */
  rssMiB?: number
  /** Times as many runs: for what is over in milliseconds. */
  times?: number
  /** One run tells enough. */
  once?: boolean
}

const ktool = (...args: string[]): Run => ({ command: [...program, ...args] })
const node = program[0]
const java = (kafka: Kafka, tool: Parameters<Kafka['command']>[0], ...args: string[]): Run => ({
  command: kafka.command(tool, ['--bootstrap-server', kafka.bootstrap, ...args]),
})

const throughPipe = (file: string, command: readonly string[]): Run => ({
  command: ['bash', '-c', 'cat "$0" | "$@"', file, ...command],
})

const inShell = (script: string): Run => ({ command: ['sh', '-c', script] })

const startup: Row[] = [
  {
    name: 'start: ktool --help',
    times: 4,
    runs: () => ({ ktool: ktool('--help'), 'node -e 0': { command: [node, '-e', '0'] } }),
    limits: [{ peer: 'node -e 0', wall: 1.6 }],
  },
  {
    name: 'start: topics list',
    times: 4,
    runs: ({ kafka }) => ({
      ktool: ktool('topics', 'list', '-b', kafka.bootstrap),
      'node -e 0': { command: [node, '-e', '0'] },
      java: java(kafka, 'topics', '--list'),
    }),
    limits: [
      { peer: 'node -e 0', wall: 2.2 },
      { peer: 'java', wall: 1 / 10 },
    ],
  },
]

function consume(
  name: string,
  topic: (bench: Bench) => string,
  limits: Limit[],
  more: Partial<{ format: string; json: boolean; sink: string; java: boolean; tuned: boolean }> = {},
): Row {
  return {
    name,
    rssMiB: 160,
    limits,
    runs: (bench) => {
      const { kafka } = bench
      const name = topic(bench)
      const ours = more.json ? ['--json'] : more.format ? ['-f', more.format] : []
      const theirs = more.json ? ['-J'] : more.format ? ['-f', more.format] : []
      const kcat = ['kcat', '-C', '-b', kafka.bootstrap, '-t', name, '-e', '-q', ...theirs]
      const { sink } = more
      return {
        ktool: { ...ktool('consume', name, '-e', '-b', kafka.bootstrap, ...ours), sink },
        kcat: { command: kcat, sink },
        ...(more.tuned
          ? {
              'kcat tuned': {
                command: [...kcat, '-X', 'fetch.message.max.bytes=10000000', '-X', 'queued.min.messages=1000000'],
                sink,
              },
            }
          : {}),
        ...(more.java
          ? {
              java: java(
                kafka,
                'console-consumer',
                '--topic',
                name,
                '--from-beginning',
                '--max-messages',
                `${bench.bigCount}`,
              ),
            }
          : {}),
      }
    },
  }
}

const consuming: Row[] = [
  consume(
    'consume 8 M lines, 1 partition',
    ({ big }) => big,
    [
      { peer: 'kcat', wall: 1 / 6, cpu: 1 / 3 },
      { peer: 'kcat tuned', wall: 1 / 3 },
      { peer: 'java', wall: 1 / 12 },
    ],
    { tuned: true, java: true },
  ),
  consume('consume 8 M lines, 12 partitions', ({ wide }) => wide, [{ peer: 'kcat', wall: 1 / 4 }]),
  consume('consume into wc -l', ({ big }) => big, [{ peer: 'kcat', wall: 1 / 4 }], { sink: '| wc -l > /dev/null' }),
  consume("consume -f '%p %o %k %s'", ({ big }) => big, [{ peer: 'kcat', wall: 1 / 4 }], { format: '%p %o %k %s\\n' }),
  consume('consume --json', ({ big }) => big, [{ peer: 'kcat', wall: 1 / 4 }], { json: true }),
  ...['lz4', 'snappy', 'zstd', 'gzip'].map((codec) =>
    consume(`consume ${codec}`, ({ codecs }) => codecs[codec], [{ peer: 'kcat', wall: 1 / 1.5 }]),
  ),
  {
    name: 'consume -G, one member',
    limits: [{ peer: 'kcat', wall: 1 / 4 }],
    rssMiB: 160,
    // A group of its own for each run, named by the shell's process.
    runs: ({ kafka: { bootstrap }, big }) => ({
      ktool: inShell(`exec ${program.join(' ')} consume ${big} -e -q -b ${bootstrap} -G ktool-$$`),
      kcat: inShell(`exec kcat -b ${bootstrap} -G kcat-$$ -X auto.offset.reset=earliest -e -q ${big}`),
    }),
  },
  {
    name: 'last 10 records',
    rssMiB: 160,
    limits: [{ peer: 'kcat', wall: 1 / 6 }],
    runs: ({ kafka, big }) => ({
      ktool: ktool('consume', big, '-o', '-10', '-e', '-b', kafka.bootstrap),
      kcat: { command: ['kcat', '-C', '-b', kafka.bootstrap, '-t', big, '-o', '-10', '-e', '-q'] },
    }),
  },
]

function produce(
  name: string,
  partitions: number,
  args: string[],
  kcatArgs: string[],
  limits: Limit[],
  more: { pipe?: boolean; java?: boolean } = {},
): Row {
  return {
    name,
    rssMiB: 160,
    limits,
    runs: async (bench) => {
      const { kafka, lines } = bench
      const topics = await Promise.all([bench.topic(partitions), bench.topic(partitions), bench.topic(partitions)])
      const viaPipe = (command: readonly string[]): Run =>
        more.pipe ? throughPipe(lines, command) : { command, stdin: lines }
      return {
        ktool: viaPipe(ktool('produce', topics[0], '-b', kafka.bootstrap, ...args).command),
        kcat: viaPipe(['kcat', '-P', '-b', kafka.bootstrap, '-t', topics[1], ...kcatArgs]),
        ...(more.java ? { java: viaPipe(java(kafka, 'console-producer', '--topic', topics[2]).command) } : {}),
      }
    },
  }
}

const asFast = [{ peer: 'kcat', wall: 1 }]
const producing: Row[] = [
  produce(
    'produce 1 M lines from a file',
    1,
    [],
    [],
    [
      { peer: 'kcat', wall: 1, cpu: 0.6 },
      { peer: 'java', wall: 1 / 7 },
    ],
    { java: true },
  ),
  produce(
    'produce 1 M lines from a pipe',
    1,
    [],
    [],
    [
      { peer: 'kcat', wall: 1, cpu: 0.6 },
      { peer: 'java', wall: 1 / 7 },
    ],
    { pipe: true, java: true },
  ),
  produce('produce keyed into 12 partitions', 12, ['-K', '\\t'], ['-K', '\t'], asFast),
  ...['lz4', 'snappy', 'zstd', 'gzip'].map((codec) =>
    produce(`produce ${codec}`, 1, ['-z', codec], ['-z', codec], asFast),
  ),
  {
    name: 'one record from a pipe',
    rssMiB: 160,
    limits: [{ peer: 'java', wall: 1 / 8 }],
    runs: async (bench) => {
      const { kafka, oneLine } = bench
      const topic = await bench.topic(1)
      return {
        ktool: throughPipe(oneLine, ktool('produce', topic, '-b', kafka.bootstrap).command),
        kcat: throughPipe(oneLine, ['kcat', '-P', '-b', kafka.bootstrap, '-t', topic]),
        java: throughPipe(oneLine, java(kafka, 'console-producer', '--topic', topic).command),
      }
    },
  },
]

const overTls = ({ tls }: Bench) => ['-X', 'security.protocol=SSL', '-X', `ssl.ca.location=${tls.certificate}`]

/** What TLS costs, and how the others fare with it. */
const secured: Row[] = [
  {
    name: 'TLS: consume 8 M lines, 1 partition',
    rssMiB: 180,
    limits: [
      // At most 40 % of the rate.
      { peer: 'ktool plain', wall: 1 / 0.6 },
      { peer: 'kcat', wall: 1 },
    ],
    runs: (bench) => ({
      ktool: ktool('consume', bench.big, '-e', '-b', bench.tls.bootstrap, ...overTls(bench)),
      'ktool plain': ktool('consume', bench.big, '-e', '-b', bench.kafka.bootstrap),
      kcat: { command: ['kcat', '-C', '-b', bench.tls.bootstrap, '-t', bench.big, '-e', '-q', ...overTls(bench)] },
    }),
  },
  {
    name: 'TLS: produce 1 M lines from a file',
    rssMiB: 180,
    limits: [{ peer: 'kcat', wall: 1 }],
    runs: async (bench) => {
      const { tls, lines, topic } = bench
      const [ours, theirs] = [await topic(1), await topic(1)]
      return {
        ktool: { ...ktool('produce', ours, '-b', tls.bootstrap, ...overTls(bench)), stdin: lines },
        kcat: { command: ['kcat', '-P', '-b', tls.bootstrap, '-t', theirs, ...overTls(bench)], stdin: lines },
      }
    },
  },
]

/** Memory that does not grow with the work. */
const memory: Row[] = [
  {
    name: 'memory: consume 50 M and 1 M records',
    once: true,
    rssMiB: 160,
    limits: [{ peer: 'ktool, 1 M', rss: 1.25 }],
    runs: ({ kafka: { bootstrap }, huge, small }) => ({
      ktool: ktool('consume', huge, '-e', '-b', bootstrap),
      'ktool, 1 M': ktool('consume', small, '-e', '-b', bootstrap),
    }),
  },
  {
    name: 'memory: produce 50 M and 1 M records',
    once: true,
    rssMiB: 160,
    limits: [{ peer: 'ktool, 1 M', rss: 1.25 }],
    runs: async ({ kafka: { bootstrap }, lines, topic }) => {
      const produceLines = async (times: number) =>
        inShell(`cat ${`${lines} `.repeat(times)} | ${program.join(' ')} produce ${await topic(1)} -b ${bootstrap}`)
      return { ktool: await produceLines(50), 'ktool, 1 M': await produceLines(1) }
    },
  },
]

/** The only segment of the topic with 8 times the lines: 870 MB. */
const segment = ({ kafka, big }: Bench) => `${kafka.data}/${big}-0/00000000000000000000.log`

const dumping: Row[] = [
  {
    name: 'dump: 8 M records',
    rssMiB: 120,
    limits: [{ peer: 'java', wall: 1 / 10 }],
    runs: (bench) => ({
      ktool: ktool('dump', '--records', segment(bench)),
      java: { command: bench.kafka.command('dump-log', ['--print-data-log', '--files', segment(bench)]) },
    }),
  },
  {
    name: 'dump: verify 8 M records; java only its batches',
    rssMiB: 120,
    limits: [{ peer: 'java', wall: 1 }],
    runs: (bench) => ({
      ktool: ktool('dump', '--verify', segment(bench)),
      java: { command: bench.kafka.command('dump-log', ['--files', segment(bench)]) },
    }),
  },
  {
    name: 'dump: one record by its offset',
    times: 4,
    limits: [{ peer: 'node -e 0', wall: 2.5 }],
    runs: (bench) => ({
      ktool: ktool('dump', '--offsets', '5000000', segment(bench)),
      'node -e 0': { command: [node, '-e', '0'] },
    }),
  },
]

/** A Python program of this folder, with confluent-kafka. */
const python = async (file: string, ...args: string[]): Promise<Run> => ({
  command: [await environment(), join(import.meta.dirname, 'peers', file), ...args],
})

const avro: Row[] = [
  {
    name: 'avro: consume 1 M orders as JSON',
    rssMiB: 200,
    limits: [{ peer: 'python', wall: 1 / 5 }],
    runs: async ({ kafka: { bootstrap }, avro: { registry, topic, count } }) => ({
      ktool: ktool('avro', 'consume', topic, '-e', '-b', bootstrap, '--registry', registry),
      python: await python('avro_consume.py', bootstrap, registry, topic, String(count)),
    }),
  },
  {
    name: 'avro: produce 1 M orders from JSON',
    rssMiB: 200,
    limits: [{ peer: 'python', wall: 1 / 4 }],
    runs: async (bench) => {
      const { registry, orders, schema } = bench.avro
      const { bootstrap } = bench.kafka
      const [ours, theirs] = [await bench.topic(1), await bench.topic(1)]
      const args = ['avro', 'produce', ours, '-b', bootstrap, '--registry', registry, '--value-schema', schema]
      return {
        ktool: { ...ktool(...args), stdin: orders },
        python: { ...(await python('avro_produce.py', bootstrap, registry, theirs, schema)), stdin: orders },
      }
    },
  },
]

/** Last those of gigabytes, which the disk is busy with for a while after them. */
export const rows: readonly Row[] = [...startup, ...consuming, ...producing, ...secured, ...dumping, ...avro, ...memory]
