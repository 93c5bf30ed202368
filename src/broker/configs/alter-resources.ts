// What both requests that change configs have in common: each resource is changed whole or not at all, and answered for itself.

import { repeated } from '../../util/repeated.ts'
import { ApiError, alterError } from '../api-error.ts'
import type { Broker } from '../broker.ts'

interface Named {
  resourceType: number
  resourceName: string
}

/** `alter` throws what is wrong with a resource. */
export async function alterResources<Resource extends Named>(
  resources: readonly Resource[],
  broker: Broker,
  alter: (resource: Resource) => void,
) {
  const twice = repeated(resources.map(keyOf))
  const responses = resources.map((resource) => {
    const { resourceType, resourceName } = resource
    try {
      if (twice.has(keyOf(resource))) throw new ApiError('INVALID_REQUEST', 'Each resource must appear at most once.')
      alter(resource)
      return { errorMessage: null, resourceType, resourceName }
    } catch (error) {
      return { ...alterError(error), resourceType, resourceName }
    }
  })
  await broker.metadata.flush()
  return { responses }
}

function keyOf({ resourceType, resourceName }: Named): string {
  return `${resourceType}:${resourceName}`
}
