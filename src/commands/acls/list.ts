// ktool acls list.

import { findAcls } from '../../client/admin/acls.ts'
import { type Acl, type AclFilter, AclPattern, AclPermission, ANY } from '../../protocol/acl.ts'
import { defineCommand } from '../command.ts'
import { aclColumns, aclRow, operationFlag, operationsOf, principalOf, resourceFlags, resourcesOf } from './rule.ts'

export const command = defineCommand({
  path: 'acls list',
  summary: 'List ACLs',
  description:
    'Lists all ACLs, or those that concern the resources, users, operations and addresses that are named. Of a name these ' +
    "are also the ones of prefixes that it begins with and those of '*'; --exact leaves them out.",
  flags: {
    ...resourceFlags,
    exact: { doc: 'No ACLs but those for the names as they are' },
    principal: { value: 'USER', repeatable: true, doc: "User, '*' for ACLs of every user, or TYPE:NAME" },
    ...operationFlag,
    deny: { doc: 'Only those that deny' },
  },
  examples: [
    { line: 'ktool acls list', doc: 'All ACLs' },
    { line: 'ktool acls list --topic orders', doc: 'Who may do what with a topic' },
    { line: 'ktool acls list --principal alice --json', doc: 'What a user may do' },
  ],
  async run(context, _, flags) {
    const patternTypeFilter = flags.prefixed ? AclPattern.prefixed : flags.exact ? AclPattern.literal : AclPattern.match
    const named = resourcesOf(flags).map(({ resourceType, resourceName }) => ({
      resourceTypeFilter: resourceType,
      resourceNameFilter: resourceName,
      patternTypeFilter,
    }))
    const every = {
      resourceTypeFilter: ANY,
      resourceNameFilter: null,
      patternTypeFilter: flags.prefixed || flags.exact ? patternTypeFilter : ANY,
    }
    const { cluster } = await context.client()
    const principals = flags.principal.map(principalOf)
    const operations = operationsOf(flags.operation)
    const found = new Map<string, Acl>()
    for (const resource of named.length > 0 ? named : [every]) {
      const filter: AclFilter = {
        ...resource,
        principalFilter: principals.length === 1 ? principals[0] : null,
        hostFilter: flags.host.length === 1 ? flags.host[0] : null,
        operation: operations.length === 1 ? operations[0] : ANY,
        permissionType: flags.deny ? AclPermission.deny : ANY,
      }
      for (const acl of await findAcls(cluster, filter)) found.set(JSON.stringify(acl), acl)
    }
    const wanted = [...found.values()].filter(
      ({ principal, host, operation }) =>
        (principals.length === 0 || principals.includes(principal)) &&
        (flags.host.length === 0 || flags.host.includes(host)) &&
        (operations.length === 0 || operations.includes(operation)),
    )
    const rows = context.rows({ columns: aclColumns })
    for (const acl of wanted) await rows.add(aclRow(acl))
    await rows.end()
  },
})
