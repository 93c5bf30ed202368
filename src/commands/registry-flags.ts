// What all commands that ask a schema registry share: the flags and the client, loaded when it is needed.

import { expandSecret } from '../config/references.ts'
import { UsageError } from '../errors.ts'
import type { RegistryClient } from '../registry/client.ts'
import type { Reference } from '../registry/schema.ts'
import { type Context, defineFlags } from './command.ts'

export const registryFlags = defineFlags({
  registry: {
    value: 'URL',
    category: 'Schemas',
    defaultDoc: 'http://127.0.0.1:8081, or schema.registry.url',
    doc: 'Schema registry to ask (env: KTOOL_REGISTRY)',
  },
})

export const referenceFlags = defineFlags({
  reference: {
    value: 'NAME=SUBJECT@VERSION',
    parse: parseReference,
    repeatable: true,
    category: 'Schemas',
    doc: 'A registered schema that the schema uses under this name',
  },
})

/** Runs `work` with a client for the registry that the flag or the settings name. */
export async function withRegistry<Result>(
  context: Context,
  registry: string | undefined,
  work: (client: RegistryClient) => Promise<Result>,
): Promise<Result> {
  const client = await registryClient(context, registry)
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

const SECRETS = ['schema.registry.basic.auth.user.info', 'schema.registry.bearer.auth.token'] as const

/** The caller closes it. */
export async function registryClient(context: Context, registry: string | undefined): Promise<RegistryClient> {
  const { RegistryClient, registryOptions } = await import('../registry/client.ts')
  const settings = { ...context.settings }
  if (registry !== undefined) settings['schema.registry.url'] = registry
  for (const name of SECRETS) settings[name] = await expandSecret(settings[name], name, context.askSecret)
  return new RegistryClient(registryOptions(settings))
}

function parseReference(text: string): Reference {
  const match = /^([^=]+)=(.+)@(\d+|latest)$/.exec(text)
  if (match === null) {
    throw new UsageError(`'${text}' is not NAME=SUBJECT@VERSION`, { hint: 'such as com.shop.Money=money-value@2' })
  }
  return { name: match[1], subject: match[2], version: match[3] === 'latest' ? -1 : Number(match[3]) }
}
