// A self-signed certificate for tries at home, made once and used again: clients that trust the file stay good.
//
//   broker.pem         key and certificate, for the owner alone          certificate.pem    what clients trust

import { createPublicKey, generateKeyPair, randomBytes, X509Certificate } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { UsageError } from '../../errors.ts'
import { shortest } from '../../util/address.ts'

export interface OwnCertificate {
  keyStore: string
  certificate: string
  names: readonly string[]
}

const DAY_MS = 86_400_000
const VALID_DAYS = 365
/** One that ends sooner is made anew. */
const LEAST_DAYS = 30

/** One in the directory that is good for all of the names; made where there is none. Throws a UsageError. */
export async function ownCertificate(directory: string, wanted: readonly string[]): Promise<OwnCertificate> {
  const paths = { keyStore: join(directory, 'broker.pem'), certificate: join(directory, 'certificate.pem') }
  const kept = read(paths.keyStore)
  const known = kept === undefined ? [] : namesOf(kept)
  // Two brokers that take turns shall not make each other's worthless.
  const names = [...new Set([...known, 'localhost', '127.0.0.1', '::1', hostname(), ...wanted].map(canonical))]
  const isGood = kept !== undefined && names.length === known.length && lasts(kept)
  try {
    const pem = isGood ? undefined : await selfSigned(names)
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    if (pem !== undefined) write(paths.keyStore, `${pem.key}${pem.certificate}`, 0o600)
    write(paths.certificate, pem?.certificate ?? (kept as X509Certificate).toString(), 0o644)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new UsageError(`the certificate can't be kept in ${directory}: ${code}`, { cause: error })
  }
  return { ...paths, names }
}

/** Undefined: there is none, or nothing that could be used. */
function read(path: string): X509Certificate | undefined {
  try {
    return new X509Certificate(readFileSync(path))
  } catch {
    return undefined
  }
}

function lasts({ validTo }: X509Certificate): boolean {
  return Date.parse(validTo) - Date.now() > LEAST_DAYS * DAY_MS
}

function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return subjectAltName.split(', ').map((name) => canonical(name.replace(/^[^:]*:/, '')))
}

/** As it can be compared. */
function canonical(name: string): string {
  return shortest(name).toLowerCase()
}

async function selfSigned(names: readonly string[]): Promise<{ key: string; certificate: string }> {
  const { default: x509 } = await import('node-forge/lib/x509.js')
  const { default: asn1 } = await import('node-forge/lib/asn1.js')
  const { default: sha256 } = await import('node-forge/lib/sha256.js')
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string
  const der = privateKey.export({ type: 'pkcs1', format: 'der' })
  const certificate = x509.createCertificate()
  certificate.publicKey = x509.publicKeyFromPem(publicKey)
  // Without a bit in front that would make it negative.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`
  // Clocks differ.
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS)
  certificate.validity.notAfter = new Date(Date.now() + VALID_DAYS * DAY_MS)
  const subject = [{ name: 'commonName', value: 'ktool serve' }]
  certificate.setSubject(subject)
  certificate.setIssuer(subject)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectKeyIdentifier' },
    {
      name: 'subjectAltName',
      altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
    },
  ])
  certificate.sign(x509.privateKeyFromAsn1(asn1.fromDer(der.toString('latin1'))), sha256.create())
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return { key, certificate: new X509Certificate(x509.certificateToPem(certificate)).toString() }
}

/** Whole or not at all. */
function write(path: string, text: string, mode: number): void {
  const temporary = `${path}.${process.pid}.tmp`
  rmSync(temporary, { force: true })
  writeFileSync(temporary, text, { mode, flag: 'wx' })
  chmodSync(temporary, mode)
  renameSync(temporary, path)
}
