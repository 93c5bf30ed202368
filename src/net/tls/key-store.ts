// Files with keys and certificates, told apart by their content: PEM, PKCS#12, JKS.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { KtoolError, UsageError } from '../../errors.ts'

/** What a reader of a format found: PKCS#8 bytes and X.509 bytes. */
export interface RawStore {
  keys: Buffer[]
  certificates: Buffer[]
}

export interface Store {
  keys: KeyObject[]
  certificates: X509Certificate[]
}

/** Why a file can't be read, as the end of a sentence; never with a password in it. */
export class StoreError extends KtoolError {}

export interface Passwords {
  store?: string
  /** Default: the store's. */
  key?: string
}

/** `what` names the file, or the setting, in errors. Throws a UsageError. */
export async function readStore(content: Buffer, what: string, { store, key = store }: Passwords = {}): Promise<Store> {
  try {
    if (content.includes('-----BEGIN ')) return readPem(content.toString('latin1'), key)
    if (content.length < 8) throw new StoreError('it is empty, or no key store')
    const magic = content.readUInt32BE(0)
    if (magic === 0xcececece) throw new StoreError('JCEKS is not supported; keytool -importkeystore makes PKCS12 of it')
    if (magic !== 0xfeedfeed && content[0] !== 0x30) throw new StoreError('it is none of PEM, PKCS#12, JKS')
    if (store === undefined) throw new StoreError('its password is not given')
    const raw =
      magic === 0xfeedfeed
        ? (await import('./jks.ts')).readJks(content, store, key as string)
        : (await import('./pkcs12.ts')).readPkcs12(content, store)
    return {
      keys: raw.keys.map((bytes) => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })),
      certificates: raw.certificates.map((bytes) => new X509Certificate(bytes)),
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const why = error instanceof StoreError ? error.message : 'a key or certificate in it is damaged'
    throw new UsageError(`${what} can't be read: ${why}`, { cause: error })
  }
}

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----/gs

/** Java's configurations hold PEM also in one line, with blanks for the line ends; text around the blocks counts for nothing. */
function readPem(text: string, password: string | undefined): Store {
  const store: Store = { keys: [], certificates: [] }
  for (const [, label, content] of text.matchAll(PEM_BLOCK)) {
    if (label.endsWith('CERTIFICATE')) {
      store.certificates.push(new X509Certificate(Buffer.from(content.replaceAll(/\s/g, ''), 'base64')))
    } else if (label.endsWith('PRIVATE KEY')) {
      store.keys.push(privateKey(label, content, password))
    }
  }
  return store
}

function privateKey(label: string, content: string, password: string | undefined): KeyObject {
  // The old form of OpenSSL has headers between its lines, which have to stay.
  const hasHeaders = content.includes('Proc-Type')
  const lines = hasHeaders ? content : `\n${content.replaceAll(/\s/g, '').replaceAll(/.{1,64}/g, '$&\n')}`
  const key = `-----BEGIN ${label}-----${lines}-----END ${label}-----\n`
  const isEncrypted = hasHeaders || label.startsWith('ENCRYPTED')
  if (isEncrypted && password === undefined) throw new StoreError("the key's password is not given (ssl.key.password)")
  try {
    return createPrivateKey({ key, format: 'pem', passphrase: password })
  } catch (error) {
    throw new StoreError(isEncrypted ? "the key's password is wrong" : 'its key is damaged', { cause: error })
  }
}

export interface Identity {
  key: string
  /** The key's certificate, then those that have issued it, each the one before. */
  chain: string
}

/** The first key that has a certificate, with its chain, as PEM. Throws a UsageError. */
export function identityOf({ keys, certificates }: Store, what: string): Identity {
  if (keys.length === 0) throw new UsageError(`there is no private key in ${what}`)
  for (const key of keys) {
    let certificate = certificates.find((each) => each.checkPrivateKey(key))
    if (certificate === undefined) continue
    const chain = new Set<X509Certificate>()
    while (certificate !== undefined && !chain.has(certificate)) {
      chain.add(certificate)
      const last: X509Certificate = certificate
      certificate = certificates.find((each) => last.checkIssued(each))
    }
    return { key: key.export({ type: 'pkcs8', format: 'pem' }) as string, chain: pemOf([...chain]) }
  }
  throw new UsageError(`no certificate in ${what} belongs to its private key`)
}

export function pemOf(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString()).join('')
}
