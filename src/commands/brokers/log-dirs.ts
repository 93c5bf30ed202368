// ktool brokers log-dirs: sizes on disk, by directory or by partition.

import { knownBroker } from '../../client/admin/known-broker.ts'
import { describeLogDirs, type LogDir, type LogDirReplica } from '../../client/admin/log-dirs.ts'
import { KtoolError } from '../../errors.ts'
import { namePattern } from '../../util/name-pattern.ts'
import { type Context, defineCommand } from '../command.ts'
import { forPeople, type Shown } from '../for-people.ts'

/** A directory as it is printed; the JSON is this. */
interface Directory extends Omit<LogDir, 'replicas'> {
  broker: number
  /** How many replicas there are, and their bytes together. */
  replicaCount: number
  size: number
  /** With --partitions. */
  replicas?: LogDirReplica[]
}

type ReplicaRow = LogDirReplica & Pick<Directory, 'broker' | 'directory'>

export const command = defineCommand({
  path: 'brokers log-dirs',
  summary: 'Show how much lies in the log directories of brokers',
  description:
    'Shows the log directories of brokers with the size of what lies there and the room that is left, or each replica ' +
    'with its size. A directory with an error is out of service.',
  args: {
    brokers: { value: 'BROKER', doc: 'Id of a broker', optional: true, repeatable: true, complete: 'broker' },
  },
  flags: {
    topic: {
      value: 'TOPIC',
      repeatable: true,
      complete: 'topic',
      doc: 'Count only these topics, as names, globs or /regex/',
    },
    partitions: { doc: 'Each replica, not only the sum' },
  },
  examples: [
    { line: 'ktool brokers log-dirs', doc: 'Sizes and room of all brokers' },
    { line: 'ktool brokers log-dirs --topic orders --partitions', doc: 'Where a topic lies, and how large it is' },
  ],
  async run(context, { brokers }, { topic, partitions }) {
    const { cluster } = await context.client()
    const ids = brokers.length === 0 ? undefined : await Promise.all(brokers.map((id) => knownBroker(cluster, id)))
    const patterns = topic.map(namePattern)
    const directories: Directory[] = []
    for (const [broker, found] of await describeLogDirs(cluster, { ids })) {
      if (found instanceof KtoolError) {
        context.fail(found)
        continue
      }
      for (const { replicas: all, ...rest } of found) {
        const replicas = all.filter(
          (replica) => patterns.length === 0 || patterns.some((pattern) => pattern.matches(replica.topic)),
        )
        const size = replicas.reduce((sum, replica) => sum + replica.size, 0)
        directories.push({ broker, ...rest, replicaCount: replicas.length, size, ...(partitions && { replicas }) })
      }
    }
    await print(context, directories, partitions)
  },
})

async function print(context: Context, directories: readonly Directory[], partitions: boolean): Promise<void> {
  const { bytes } = forPeople(context)
  const rows = partitions
    ? context.rows<Directory, Shown<ReplicaRow>>({
        columns: [
          { key: 'broker' },
          { key: 'directory' },
          { key: 'topic' },
          { key: 'partition' },
          { key: 'size', align: 'right' },
          { key: 'offsetLag' },
          { key: 'future' },
        ],
        rows: ({ broker, directory, replicas = [] }) =>
          replicas.map((replica) => ({ broker, directory, ...replica, size: bytes(replica.size) })),
      })
    : context.rows<Directory, Shown<Directory>>({
        columns: [
          { key: 'broker' },
          { key: 'directory' },
          { key: 'error', style: () => 'red', mayBeEmpty: true },
          { key: 'replicaCount', title: 'REPLICAS' },
          { key: 'size', align: 'right' },
          { key: 'totalBytes', title: 'TOTAL', align: 'right' },
          { key: 'usableBytes', title: 'USABLE', align: 'right' },
          { key: 'cordoned' },
        ],
        rows: (directory) => [
          {
            ...directory,
            size: bytes(directory.size),
            totalBytes: bytes(directory.totalBytes),
            usableBytes: bytes(directory.usableBytes),
          },
        ],
      })
  for (const directory of directories) await rows.add(directory)
  await rows.end()
}
