// DescribeAcls: the ACLs that a filter finds, by resource. Kafka answers so too when it has no authorizer.

import type { DescribeAclsResource } from '../../protocol/apis/29-describe-acls.ts'
import { DescribeAcls } from '../../protocol/apis/29-describe-acls.ts'
import { errorCode } from '../../protocol/errors.ts'
import { defineHandler } from '../handler.ts'
import { checkNumbers, findAcls } from '../security/acls.ts'

export const handler = defineHandler({
  api: DescribeAcls,
  versions: [1, 3],
  handle(filter, { broker }) {
    checkNumbers(filter.resourceTypeFilter, filter.patternTypeFilter, filter.operation, filter.permissionType)
    if (broker.authorizer === null) {
      const errorMessage = 'No Authorizer is configured on the broker'
      return { errorCode: errorCode('SECURITY_DISABLED'), errorMessage, resources: [] }
    }
    const resources = new Map<string, DescribeAclsResource>()
    for (const acl of findAcls(broker.metadata.image.acls.values(), filter)) {
      const { resourceType, resourceName, patternType, principal, host, operation, permissionType } = acl
      const key = `${resourceType} ${patternType} ${resourceName}`
      const resource = resources.get(key) ?? { resourceType, resourceName, patternType, acls: [] }
      resources.set(key, resource)
      resource.acls.push({ principal, host, operation, permissionType })
    }
    return { errorMessage: '', resources: [...resources.values()] }
  },
})
