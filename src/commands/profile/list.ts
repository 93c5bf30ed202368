// ktool profile list.

import { Profiles } from '../../config/profiles.ts'
import { javaNames } from '../../config/table.ts'
import { CONNECTION, defineCommand } from '../command.ts'

interface Row {
  name: string
  inUse: boolean
  servers: string | null
  protocol: string
}

export const command = defineCommand({
  path: 'profile list',
  summary: 'List profiles',
  examples: [{ line: 'ktool profile list', doc: 'All profiles, and which one is in use' }],
  withoutCluster: true,
  unused: [...CONNECTION, 'set'],
  async run(context) {
    const profiles = new Profiles()
    const current = profiles.current()
    const rows = context.rows<Row>({
      columns: [{ key: 'name', title: 'PROFILE' }, { key: 'inUse' }, { key: 'servers' }, { key: 'protocol' }],
    })
    for (const name of profiles.names()) {
      const values = new Map(profiles.read(name).map(({ name: key, value }) => [javaNames.get(key), value]))
      const servers = values.get('bootstrap.servers') ?? null
      await rows.add({
        name,
        inUse: name === current,
        servers,
        protocol: values.get('security.protocol')?.toUpperCase() ?? 'PLAINTEXT',
      })
    }
    await rows.end()
  },
})
