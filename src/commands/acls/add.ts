// ktool acls add.

import { createAcls, findAcls } from '../../client/admin/acls.ts'
import type { Acl } from '../../protocol/acl.ts'
import { defineCommand } from '../command.ts'
import { type AclRow, aclColumns, aclRow, operationFlag, resourceFlags } from './rule.ts'
import { aclsOf, subjectFlags } from './subjects.ts'

interface Row extends AclRow {
  result: 'added' | 'present' | 'would-add'
}

export const command = defineCommand({
  path: 'acls add',
  summary: 'Allow users something, or deny it',
  description:
    'Makes an ACL for each of the users, resources, operations and addresses that are named; those that are there already ' +
    'stay as they are. What is denied stays denied, whatever allows it.',
  flags: {
    ...resourceFlags,
    ...subjectFlags,
    ...operationFlag,
    dryRun: { doc: 'Show what would be added, and add nothing' },
  },
  examples: [
    { line: 'ktool acls add --allow-principal alice --topic orders --operation read', doc: 'A user may read a topic' },
    { line: 'ktool acls add --allow-principal etl --producer --topic etl- --prefixed', doc: 'What a producer needs' },
    {
      line: 'ktool acls add --allow-principal shop --consumer --topic orders --group shop',
      doc: 'What a consumer needs',
    },
    { line: "ktool acls add --deny-principal '*' --topic orders --operation delete", doc: 'Nobody may delete a topic' },
  ],
  async run(context, _, { dryRun, ...given }) {
    const wanted = aclsOf(given)
    const { cluster } = await context.client()
    const present = new Set((await findAcls(cluster, EVERYTHING)).map(keyOf))
    const missing = wanted.filter((acl) => !present.has(keyOf(acl)))
    const errors = dryRun || missing.length === 0 ? [] : await createAcls(cluster, missing)
    const rows = context.rows<Row>({ columns: [...aclColumns, { key: 'result' }] })
    for (const acl of wanted) {
      const error = errors[missing.indexOf(acl)] ?? null
      if (error !== null) context.fail(error)
      else
        await rows.add({ ...aclRow(acl), result: present.has(keyOf(acl)) ? 'present' : dryRun ? 'would-add' : 'added' })
    }
    await rows.end()
  },
})

const EVERYTHING = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  patternTypeFilter: 1,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
}

function keyOf({ resourceType, resourceName, patternType, principal, host, operation, permissionType }: Acl): string {
  return JSON.stringify([resourceType, resourceName, patternType, principal, host, operation, permissionType])
}
