// ktool profile show: settings as they are kept, without the secrets.

import { Profiles } from '../../config/profiles.ts'
import { javaNames, type Setting, table } from '../../config/table.ts'
import { UsageError } from '../../errors.ts'
import { CONNECTION, defineCommand } from '../command.ts'

export const command = defineCommand({
  path: 'profile show',
  summary: 'Show the settings of a profile',
  description: 'Shows the settings that a profile has, secrets as ****. Without a name that of the profile in use.',
  args: { name: { value: 'NAME', doc: 'Profile', optional: true } },
  examples: [
    { line: 'ktool profile show', doc: 'The profile in use' },
    { line: 'ktool profile show production', doc: 'Another one' },
  ],
  withoutCluster: true,
  unused: [...CONNECTION, 'set'],
  async run(context, { name }) {
    const profiles = new Profiles()
    const chosen = name ?? profiles.current()
    if (chosen === undefined) {
      throw new UsageError('no profile is in use', { hint: 'name one; `ktool profile list` shows all' })
    }
    const rows = context.rows<{ name: string; value: string }>({
      columns: [{ key: 'name', title: 'SETTING' }, { key: 'value' }],
    })
    for (const { name: key, value } of profiles.read(chosen)) {
      const known = javaNames.get(key)
      const setting: Setting | undefined = known && table[known]
      const isOpen = setting !== undefined && !setting.secret
      await rows.add({ name: key, value: isOpen || value === '' ? (setting?.shown?.(value) ?? value) : '****' })
    }
    await rows.end()
  },
})
