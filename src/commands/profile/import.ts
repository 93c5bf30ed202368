// ktool profile import: a profile from a Java client.properties or a kcat configuration.

import { readConfigFile } from '../../config/file.ts'
import { Profiles } from '../../config/profiles.ts'
import { resolveSettings } from '../../config/settings.ts'
import { UsageError } from '../../errors.ts'
import { CONNECTION, defineCommand, FORMS } from '../command.ts'
import { settled } from './settled.ts'

export const command = defineCommand({
  path: 'profile import',
  summary: 'Make a profile of a configuration file',
  description:
    'Reads a Java client.properties or a kcat (librdkafka) configuration. What has no meaning in ktool is left out, and ' +
    'paths in it, which are those of the folder where you are, become whole ones.',
  args: {
    name: { value: 'NAME', doc: 'Profile' },
    file: { value: 'FILE', doc: 'Configuration file', complete: 'file' },
  },
  flags: { use: { doc: 'Use the profile from now on' }, replace: { doc: 'Replace a profile of that name' } },
  examples: [{ line: 'ktool profile import production client.properties', doc: 'From what a Java program has' }],
  withoutCluster: true,
  unused: [...CONNECTION, ...FORMS, 'set'],
  async run(context, { name, file }, { use, replace }) {
    const profiles = new Profiles()
    if (profiles.has(name) && !replace) {
      throw new UsageError(`there is a profile ${name} already`, { hint: 'give --replace, or another name' })
    }
    const assignments = readConfigFile(file)
    const { ignored } = resolveSettings(assignments)
    const known = assignments.filter((assignment) => !ignored.includes(assignment))
    profiles.save(name, settled(known))
    if (use) profiles.use(name)
    const left = ignored.length === 0 ? '' : `, without ${[...new Set(ignored.map((each) => each.name))].join(', ')}`
    context.note(`profile ${name} is kept${use ? ' and in use' : ''}${left}`)
  },
})
