// ktool cluster health: what is wrong, as an exit code for monitoring.

import { checkNames, type Finding, runChecks } from '../../client/admin/health.ts'
import { ExitCode } from '../../errors.ts'
import { parseDuration } from '../../util/duration.ts'
import { defineCommand } from '../command.ts'

/** A check as it is printed; the JSON is this. */
interface Checked {
  check: string
  ok: boolean
  count: number
  found: Finding[]
}

type Row = Omit<Checked, 'found'> & { found: string[] }

/** As many findings as a line of the flat forms names. */
const FINDINGS_SHOWN = 10

export const command = defineCommand({
  path: 'cluster health',
  summary: 'Check the cluster; exit code 1 when something is wrong',
  description:
    'Looks for brokers that are out of service, log directories that failed, partitions without a leader, with fewer ' +
    'replicas in sync than min.insync.replicas or than they have, and transactions that hang. Ends with 1 where any ' +
    'check finds something.',
  flags: {
    check: { value: 'CHECK', choices: checkNames, repeatable: true, defaultDoc: 'all', doc: 'Only this check' },
    maxTransactionTimeout: {
      value: 'DURATION',
      parse: parseDuration,
      default: 15 * 60_000,
      defaultDoc: '15m, as transaction.max.timeout.ms',
      doc: 'How long a transaction may last at most: what is open and silent for longer may hang',
    },
  },
  examples: [
    { line: 'ktool cluster health', doc: 'All checks' },
    { line: 'ktool cluster health --check offline-partitions --quiet || page-somebody', doc: 'In a cron job' },
    { line: "ktool cluster health --json | jq '.[] | select(.ok | not)'", doc: 'What is wrong, in full' },
  ],
  async run(context, _, { check, maxTransactionTimeout }) {
    const { cluster } = await context.client()
    const rows = context.rows<Checked, Row>({
      columns: [
        { key: 'check' },
        { key: 'ok', style: ({ ok }) => (ok ? 'green' : 'red') },
        { key: 'count' },
        { key: 'found', mayBeEmpty: true },
      ],
      rows: ({ found, ...rest }) => [{ ...rest, found: shown(found) }],
    })
    const names = check.length === 0 ? checkNames : checkNames.filter((name) => check.includes(name))
    let sick = false
    for (const [name, found] of await runChecks(cluster, names, maxTransactionTimeout)) {
      for (const error of found.errors) context.fail(error, name)
      // A check that could not be made to its end has not found that all is well.
      const complete = found.errors.length === 0
      if (!complete && found.findings.length === 0) continue
      const ok = found.findings.length === 0
      sick ||= !ok
      await rows.add({ check: name, ok, count: found.findings.length, found: found.findings })
    }
    await rows.end()
    return sick ? ExitCode.failure : undefined
  },
})

function shown(found: readonly Finding[]): string[] {
  const texts = found.slice(0, FINDINGS_SHOWN).map(findingText)
  return found.length > FINDINGS_SHOWN ? [...texts, `and ${found.length - FINDINGS_SHOWN} more`] : texts
}

function findingText(finding: Finding): string {
  if ('topic' in finding) return `${finding.topic}-${finding.partition}`
  return finding.directory === undefined ? String(finding.broker) : `${finding.broker}:${finding.directory}`
}
