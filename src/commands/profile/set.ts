// ktool profile set: makes and changes profiles.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so

import { Profiles } from '../../config/profiles.ts'
import { type Assignment, resolveSettings } from '../../config/settings.ts'
import { javaNames } from '../../config/table.ts'
import { UsageError } from '../../errors.ts'
import { keyValue } from '../../util/key-value.ts'
import { CONNECTION, defineCommand, FORMS } from '../command.ts'
import { secretInput } from '../secret-input.ts'
import { settled } from './settled.ts'

export const command = defineCommand({
  path: 'profile set',
  summary: 'Make a profile, or change its settings',
  description:
    "Gives settings of a profile new values, under Java's names or librdkafka's; the profile is made where there is none. " +
    'A secret may be a reference: ${env:NAME}, ${file:PATH}, ${command:COMMAND} or ${ask}, which asks each time.',
  args: {
    name: { value: 'NAME', doc: 'Profile' },
    settings: { value: 'KEY=VALUE', doc: 'Setting and value', optional: true, repeatable: true },
  },
  flags: {
    secret: {
      value: 'KEY',
      repeatable: true,
      doc: 'A setting whose value is typed without being shown, or comes as a line of standard input',
    },
    unset: { value: 'KEY', repeatable: true, doc: 'A setting to take out' },
    use: { doc: 'Use the profile from now on' },
  },
  examples: [
    {
      line: 'ktool profile set prod bootstrap.servers=kafka-1:9093 security.protocol=SASL_SSL sasl.mechanism=SCRAM-SHA-512',
      doc: 'A cluster with TLS and a login',
    },
    { line: 'ktool profile set prod sasl.username=billing --secret sasl.password --use', doc: 'A password is typed' },
    {
      line: "ktool profile set prod 'sasl.password=${command:pass show kafka}'",
      doc: 'A password of a password store',
    },
  ],
  withoutCluster: true,
  unused: [...CONNECTION, ...FORMS, 'set'],
  async run(context, { name, settings }, { secret, unset, use }) {
    const profiles = new Profiles()
    const kept = profiles.has(name) ? profiles.read(name) : []
    const given = settings.map(keyValue)
    if (given.length + secret.length + unset.length === 0 && !use) {
      throw new UsageError('no setting is given', { hint: 'write KEY=VALUE, --secret KEY or --unset KEY' })
    }
    for (const key of secret) given.push([key, await secretInput(context, key)])
    const source = `profile ${name}`
    const changes: Assignment[] = given.map(([key, value]) => ({ name: key, value, source }))
    // All of it has to make sense before any of it is kept.
    resolveSettings([...kept, ...changes])
    const removed = new Set(unset.map((key) => javaNames.get(key) ?? key))
    profiles.save(
      name,
      settled([...kept, ...changes]).filter(([key]) => !removed.has(key)),
    )
    if (use) profiles.use(name)
    context.note(`profile ${name} is kept${use ? ' and in use' : ''}`)
  },
})
