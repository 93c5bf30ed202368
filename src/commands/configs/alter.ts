// ktool configs alter.

import { ExitCode, UsageError } from '../../errors.ts'
import { defineCommand } from '../command.ts'
import { changeQuotas, quotaOperations } from '../quotas/change.ts'
import { DEFAULT } from '../quotas/entity.ts'
import { topicsText } from '../topics/select.ts'
import { type ConfigChange, changeConfigs, changeFlags, operationsOf } from './change.ts'
import { checkNames, configTypes, isQuotaType, resourceNames } from './resources.ts'

export const command = defineCommand({
  path: 'configs alter',
  summary: 'Change configs of topics, brokers, clients and the rest',
  description:
    'Sets configs, takes them away, and adds to or takes from those that are lists; all others stay as they are. Shows ' +
    'each with its value before and after. Of each resource either all changes are made or none.',
  args: {
    type: { value: 'TYPE', doc: 'What has the configs', choices: configTypes },
    names: { value: 'NAME', doc: 'Topic, broker id, client id, …', optional: true, repeatable: true },
  },
  flags: { default: { doc: 'The defaults of all brokers, clients, users or IP addresses' }, ...changeFlags },
  examples: [
    { line: 'ktool configs alter broker --default --set log.cleaner.threads=2', doc: 'For all brokers' },
    {
      line: 'ktool configs alter broker-logger 1 --set kafka.server.KafkaApis=DEBUG',
      doc: 'More of what broker 1 logs',
    },
    { line: 'ktool configs alter client billing --set producer_byte_rate=1048576', doc: 'A quota' },
    { line: 'ktool configs alter group shop --set consumer.session.timeout.ms=60000 --dry-run', doc: 'Only check' },
  ],
  asks: true,
  async run(context, { type, names }, flags) {
    const { default: isDefault, dryRun } = flags
    checkNames(type, names, isDefault)
    if (names.length === 0 && !isDefault) {
      throw new UsageError(`no ${type} is named`, { hint: 'give a NAME, or where there are defaults --default' })
    }
    const add = async (changes: readonly ConfigChange[]) => {
      const rows = context.rows<ConfigChange, ConfigChange>({
        columns: [
          { key: 'type' },
          { key: 'name' },
          { key: 'config' },
          { key: 'operation' },
          { key: 'before', align: 'left' },
          { key: 'after', align: 'left' },
          { key: 'result' },
        ],
        rows: (change) => [{ ...change, name: change.name ?? DEFAULT }],
      })
      for (const change of changes) await rows.add(change)
      await rows.end()
    }
    if (isQuotaType(type)) {
      if (flags.append.length + flags.subtract.length > 0) throw new UsageError('a quota is a number, not a list')
      const operations = quotaOperations([type], flags)
      const entities = isDefault ? [{ [type]: null }] : [...new Set(names)].map((name) => ({ [type]: name }))
      const changes = await changeQuotas(context, await context.client(), entities, operations, dryRun)
      await add(
        changes.map(({ entity, quota, before, after, result }) => ({
          type,
          name: entity[type] ?? null,
          config: quota,
          operation: after === null ? 'unset' : 'set',
          before: before === null ? null : String(before),
          after: after === null ? null : String(after),
          sensitive: false,
          result,
        })),
      )
      return
    }
    const operations = operationsOf(flags)
    const client = await context.client()
    const chosen = await resourceNames(context, client, type, names, isDefault)
    if (chosen.byPattern && chosen.names.length > 0 && !dryRun) {
      const what = type === 'topic' ? topicsText(chosen.names) : `${chosen.names.length} of ${type}`
      if (!(await context.confirm(`Change configs of ${what}?`, { required: true }))) {
        context.note('nothing was changed')
        return ExitCode.failure
      }
    }
    await add(await changeConfigs(context, client, type, chosen.names, operations, dryRun))
  },
})
