// ktool cluster api-versions.

import { eachBroker } from '../../client/admin/each-broker.ts'
import { knownBroker } from '../../client/admin/known-broker.ts'
import { KtoolError } from '../../errors.ts'
import { apis } from '../../protocol/apis/index.ts'
import { defineCommand } from '../command.ts'

interface Row {
  broker: number
  key: number
  api: string
  min: number
  max: number
  /** The version that ktool would use; null where there is none, or ktool has no such request. */
  usable: number | null
}

export const command = defineCommand({
  path: 'cluster api-versions',
  summary: 'Show the requests that brokers know, in which versions',
  description: 'Shows the requests that each broker knows with the versions, and the one that ktool would use.',
  args: {
    brokers: { value: 'BROKER', doc: 'Id of a broker', optional: true, repeatable: true, complete: 'broker' },
  },
  examples: [
    { line: 'ktool cluster api-versions', doc: 'Of all brokers' },
    { line: 'ktool cluster api-versions 1 --output tsv | grep Fetch', doc: 'Some of one broker' },
  ],
  async run(context, { brokers }) {
    const { cluster } = await context.client()
    const ids = brokers.length === 0 ? undefined : await Promise.all(brokers.map((id) => knownBroker(cluster, id)))
    const answers = await eachBroker(cluster, (broker) => broker.apiVersions(), { ids })
    const rows = context.rows<Row>({
      columns: [
        { key: 'broker' },
        { key: 'key' },
        { key: 'api', title: 'REQUEST' },
        { key: 'min' },
        { key: 'max' },
        { key: 'usable' },
      ],
    })
    for (const [broker, answer] of answers) {
      if (answer instanceof KtoolError) {
        context.fail(answer)
        continue
      }
      for (const { apiKey: key, minVersion: min, maxVersion: max } of answer.apiKeys) {
        const api = apis.get(key)
        const latest = api === undefined ? -1 : api.latestVersionUnstable ? api.maxVersion - 1 : api.maxVersion
        const highest = Math.min(max, latest)
        const usable = api === undefined || highest < Math.max(min, api.minVersion) ? null : highest
        await rows.add({ broker, key, api: api?.name ?? `UNKNOWN(${key})`, min, max, usable })
      }
    }
    await rows.end()
  },
})
