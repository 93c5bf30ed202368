// ktool acls remove.

import { deleteAcls, findAcls } from '../../client/admin/acls.ts'
import { ExitCode, KtoolError, UsageError } from '../../errors.ts'
import { type Acl, type AclFilter, AclPattern, AclPermission, AclResource, ANY } from '../../protocol/acl.ts'
import { defineCommand, type FlagValues } from '../command.ts'
import {
  type AclRow,
  aclColumns,
  aclRow,
  operationFlag,
  operationsOf,
  principalOf,
  resourceFlags,
  resourcesOf,
} from './rule.ts'
import { aclsOf, subjectFlags } from './subjects.ts'

interface Row extends AclRow {
  result: 'removed' | 'would-remove'
}

const flags = { ...resourceFlags, ...subjectFlags, ...operationFlag }

export const command = defineCommand({
  path: 'acls remove',
  summary: 'Remove ACLs',
  description:
    'Removes the ACLs that are as described: what is not named may be anything, names are taken as they are (with ' +
    '--prefixed those of prefixes). Shows them and asks on a terminal; where no resource is named and nobody can be asked, ' +
    '--yes is needed.',
  flags: {
    ...flags,
    principal: { value: 'USER', repeatable: true, doc: 'User, whether allowed or denied' },
    ifExists: { doc: 'No error where there are no such ACLs' },
    dryRun: { doc: 'Show what would be removed, and remove nothing' },
  },
  examples: [
    { line: 'ktool acls remove --topic orders --allow-principal alice --operation read', doc: 'One ACL' },
    {
      line: 'ktool acls remove --allow-principal shop --consumer --topic orders --group shop',
      doc: 'What a consumer had',
    },
    { line: 'ktool acls remove --principal alice --dry-run', doc: 'All that a user has' },
  ],
  asks: true,
  async run(context, _, { dryRun, ifExists, ...given }) {
    const filters = filtersOf(given)
    const { cluster } = await context.client()
    const found = new Map<string, Acl>()
    for (const filter of filters) for (const acl of await findAcls(cluster, filter)) found.set(JSON.stringify(acl), acl)
    const acls = [...found.values()]
    const rows = context.rows<Row>({ columns: [...aclColumns, { key: 'result' }] })
    if (acls.length === 0 && !ifExists)
      context.fail(new KtoolError('there are no such ACLs', { hint: '`ktool acls list` shows all' }))
    if (dryRun) for (const acl of acls) await rows.add({ ...aclRow(acl), result: 'would-remove' })
    else if (acls.length > 0) {
      if (context.isTerminal.stdin && !context.yes) for (const acl of acls) context.note(text(aclRow(acl)))
      const question = `Remove ${acls.length === 1 ? 'this ACL' : `these ${acls.length} ACLs`}?`
      if (!(await context.confirm(question, { required: resourcesOf(given).length === 0 }))) {
        context.note('nothing was removed')
        return ExitCode.failure
      }
      const errors = await deleteAcls(cluster, acls)
      for (const [index, acl] of acls.entries()) {
        const error = errors[index]
        if (error === null) await rows.add({ ...aclRow(acl), result: 'removed' })
        else context.fail(error)
      }
    }
    await rows.end()
    return undefined
  },
})

function text({ resource, name, pattern, principal, permission, operation, host }: AclRow): string {
  const from = host === '*' ? '' : ` from ${host}`
  return `${principal} ${permission} ${operation} ${resource} ${name}${pattern === 'prefixed' ? '…' : ''}${from}`
}

function filtersOf(given: FlagValues<typeof flags> & { principal: string[] }): AclFilter[] {
  const { producer, consumer } = given
  if (producer || consumer) {
    if (given.principal.length > 0) throw new UsageError('with --producer and --consumer give --allow-principal')
    return aclsOf(given).map((acl) => ({
      resourceTypeFilter: acl.resourceType,
      resourceNameFilter: acl.resourceName,
      patternTypeFilter: acl.patternType,
      principalFilter: acl.principal,
      hostFilter: given.host.length === 0 ? null : acl.host,
      operation: acl.operation,
      permissionType: acl.permissionType,
    }))
  }
  const subjects = [
    ...given.principal.map((user) => ({ principalFilter: principalOf(user), permissionType: ANY })),
    ...given.allowPrincipal.map((user) => ({
      principalFilter: principalOf(user),
      permissionType: AclPermission.allow,
    })),
    ...given.denyPrincipal.map((user) => ({ principalFilter: principalOf(user), permissionType: AclPermission.deny })),
  ]
  const resources = resourcesOf(given).map(({ resourceType, resourceName }) => ({
    resourceTypeFilter: resourceType,
    resourceNameFilter: resourceName,
    patternTypeFilter:
      given.prefixed && resourceType !== AclResource.cluster ? AclPattern.prefixed : AclPattern.literal,
  }))
  if (subjects.length + resources.length === 0) {
    throw new UsageError('neither a user nor a resource is named', {
      hint: 'give --principal, --topic, --group or another one',
    })
  }
  const every = {
    resourceTypeFilter: ANY,
    resourceNameFilter: null,
    patternTypeFilter: given.prefixed ? AclPattern.prefixed : ANY,
  }
  const anybody = { principalFilter: null, permissionType: ANY }
  const hosts = given.host.length > 0 ? given.host : [null]
  const operations = given.operation.length > 0 ? operationsOf(given.operation) : [ANY]
  return (resources.length > 0 ? resources : [every]).flatMap((resource) =>
    (subjects.length > 0 ? subjects : [anybody]).flatMap((subject) =>
      hosts.flatMap((hostFilter) =>
        operations.map((operation) => ({ ...resource, ...subject, hostFilter, operation })),
      ),
    ),
  )
}
