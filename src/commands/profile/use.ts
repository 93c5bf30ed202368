// ktool profile use.

import { NO_PROFILE, Profiles } from '../../config/profiles.ts'
import { CONNECTION, defineCommand, FORMS } from '../command.ts'

export const command = defineCommand({
  path: 'profile use',
  summary: 'Use a profile from now on',
  description:
    'The profile counts for every command without --profile or -F, until another one is used. none: no profile.',
  args: { name: { value: 'NAME', doc: 'Profile, or none' } },
  examples: [
    { line: 'ktool profile use production', doc: 'From now on' },
    { line: 'ktool profile use none', doc: 'No profile any more' },
  ],
  withoutCluster: true,
  unused: [...CONNECTION, ...FORMS, 'set'],
  async run(context, { name }) {
    new Profiles().use(name === NO_PROFILE ? undefined : name)
    context.note(name === NO_PROFILE ? 'no profile is in use' : `profile ${name} is in use`)
    if (process.env['KTOOL_PROFILE']) context.warn('the environment has KTOOL_PROFILE, which counts more')
  },
})
