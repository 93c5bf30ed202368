// ktool cluster quorum.

import { describeQuorum, type Quorum, type QuorumReplica } from '../../client/admin/quorum.ts'
import { defineCommand } from '../command.ts'
import { forPeople, type Shown } from '../for-people.ts'

type Row = Omit<Quorum, 'replicas'> &
  Omit<QuorumReplica, 'lastFetchTimestamp' | 'lastCaughtUpTimestamp'> &
  Shown<Pick<QuorumReplica, 'lastFetchTimestamp' | 'lastCaughtUpTimestamp'>>

export const command = defineCommand({
  path: 'cluster quorum',
  summary: 'Show the controllers and how far they are',
  description:
    'Shows the controllers (KRaft): who leads, who votes, and the brokers that read along, each with how far it is behind.',
  examples: [
    { line: 'ktool cluster quorum', doc: 'Leader, voters and observers' },
    { line: "ktool cluster quorum --json | jq '[.[0].replicas[].lag] | max'", doc: 'The largest lag' },
  ],
  async run(context) {
    const { cluster } = await context.client()
    const { time } = forPeople(context)
    const rows = context.rows<Quorum, Row>({
      columns: [
        { key: 'leader', inHeading: true },
        { key: 'leaderEpoch', inHeading: true },
        { key: 'highWatermark', inHeading: true },
        { key: 'id', title: 'NODE' },
        { key: 'status' },
        { key: 'logEndOffset' },
        { key: 'lag', style: ({ lag }) => (lag > 0 ? 'yellow' : undefined) },
        { key: 'lastFetchTimestamp', title: 'LAST-FETCH' },
        { key: 'lastCaughtUpTimestamp', title: 'LAST-CAUGHT-UP' },
        { key: 'directoryId', mayBeEmpty: true },
        { key: 'endpoints', mayBeEmpty: true },
      ],
      heading: ({ leader, leaderEpoch, highWatermark }) => [
        `leader ${leader}`,
        `epoch ${leaderEpoch}, high watermark ${highWatermark}`,
      ],
      rows: ({ replicas, ...rest }) =>
        replicas.map((replica) => ({
          ...rest,
          ...replica,
          lastFetchTimestamp: time(replica.lastFetchTimestamp),
          lastCaughtUpTimestamp: time(replica.lastCaughtUpTimestamp),
        })),
    })
    await rows.add(await describeQuorum(cluster))
    await rows.end()
  },
})
