// AlterUserScramCredentials: gives users credentials and takes them away (KIP-554). A user whose request has a fault keeps all.

import { AlterUserScramCredentials } from '../../protocol/apis/51-alter-user-scram-credentials.ts'
import { ApiError, alterError } from '../api-error.ts'
import { defineHandler } from '../handler.ts'
import { type MetadataRecord, RecordType, scramKey } from '../metadata-image.ts'
import { checkMechanism, credentialRecord } from '../scram-credentials.ts'

export const handler = defineHandler({
  api: AlterUserScramCredentials,
  versions: [0, 0],
  async handle({ deletions, upsertions }, { broker }) {
    const { metadata } = broker
    const seen = new Set<string>()
    const errors = new Map<string, ApiError>()
    const records: (MetadataRecord & { user: string })[] = []
    const attempt = (user: string, mechanism: number, make: () => Omit<MetadataRecord, 'version'>) => {
      if (errors.has(user)) return
      try {
        // Whatever the mechanism is.
        if (seen.has(user)) {
          const problem = 'A user credential cannot be altered twice in the same request'
          throw new ApiError('DUPLICATE_RESOURCE', problem)
        }
        seen.add(user)
        checkMechanism(user, mechanism)
        records.push({ ...make(), version: 0, user })
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        errors.set(user, error)
      }
    }
    for (const { name, mechanism } of deletions) {
      attempt(name, mechanism, () => {
        if (!metadata.image.scramCredentials.has(scramKey(name, mechanism))) {
          throw new ApiError('RESOURCE_NOT_FOUND', 'Attempt to delete a user credential that does not exist')
        }
        return { type: RecordType.removeScramCredential, value: { name, mechanism } }
      })
    }
    for (const upsertion of upsertions) {
      attempt(upsertion.name, upsertion.mechanism, () => ({
        type: RecordType.scramCredential,
        value: credentialRecord(upsertion),
      }))
    }
    metadata.append(records.filter(({ user }) => !errors.has(user)))
    await metadata.flush()
    const users = new Set([...deletions, ...upsertions].map(({ name }) => name))
    return {
      results: [...users].map((user) => {
        const error = errors.get(user)
        return error === undefined ? { user, errorMessage: null } : { user, ...alterError(error) }
      }),
    }
  },
})
