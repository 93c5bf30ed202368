// ktool profile delete.

import { Profiles } from '../../config/profiles.ts'
import { ExitCode } from '../../errors.ts'
import { CONNECTION, defineCommand, FORMS } from '../command.ts'

export const command = defineCommand({
  path: 'profile delete',
  summary: 'Delete a profile',
  args: { name: { value: 'NAME', doc: 'Profile' } },
  examples: [{ line: 'ktool profile delete staging', doc: 'With its settings' }],
  withoutCluster: true,
  asks: true,
  unused: [...CONNECTION, ...FORMS, 'set'],
  async run(context, { name }) {
    const profiles = new Profiles()
    profiles.read(name)
    if (!(await context.confirm(`Delete the profile ${name} with its settings?`))) return ExitCode.failure
    profiles.delete(name)
    context.note(`profile ${name} is deleted`)
    return undefined
  },
})
