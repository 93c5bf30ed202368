// Addresses of registries: several with commas between them, each with a user in it where it wants one.

import { UsageError } from '../errors.ts'
import { percentDecoded } from '../util/percent.ts'

export interface RegistryUrl {
  /** Without the user, and without a slash at the end. */
  base: URL
  /** `user:password` out of the URL. */
  userInfo: string | undefined
}

/** Throws a UsageError, which does not repeat what may hold a password. */
export function parseRegistryUrls(text: string): RegistryUrl[] {
  const urls = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => {
      const other = /^([a-z][a-z\d+.-]*):\/\//i.exec(each)?.[1].toLowerCase()
      if (other !== undefined && other !== 'http' && other !== 'https') {
        throw new UsageError(`a schema registry is asked over http or https, not ${other}`)
      }
      const url = URL.parse(other === undefined ? `http://${each}` : each)
      if (url === null || url.hostname === '') throw noUrl()
      const { username, password } = url
      url.username = ''
      url.password = ''
      url.pathname = url.pathname.replace(/\/+$/, '')
      const userInfo =
        username === '' ? undefined : [username, password].map((each) => percentDecoded(each, noUrl)).join(':')
      return { base: url, userInfo }
    })
  if (urls.length > 0) return urls
  throw new UsageError('the address of the schema registry is empty', { hint: 'write it as http://HOST:8081' })
}

function noUrl(): UsageError {
  return new UsageError('the address of the schema registry is no URL', { hint: 'write it as http://HOST:8081' })
}
