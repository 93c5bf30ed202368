// What is wrong with a certificate, in words: which one, whose, until when.

import { X509Certificate } from 'node:crypto'
import tls, { type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import { DeniedError } from '../../errors.ts'
import { type Address, name } from '../../util/address.ts'

/** Why the broker's certificate is not accepted; null where it is. */
export function certificateProblem(socket: TLSSocket, address: Address, checkHostName: boolean): DeniedError | null {
  const certificate = socket.getPeerCertificate(true)
  if (!socket.authorized) return untrusted(String(socket.authorizationError), certificate, address)
  if (!checkHostName) return null
  const mismatch = tls.checkServerIdentity(address.host, certificate)
  if (mismatch === undefined) return null
  return new DeniedError(
    `the certificate of ${name(address)} is for ${namesIn(certificate)}, not for ${address.host}`,
    {
      hint:
        'connect by a name that it has; --resolve leads that name to another address. ' +
        'ssl.endpoint.identification.algorithm= (empty) takes any name, and so any impostor whom the same CA knows',
      cause: mismatch,
    },
  )
}

function untrusted(code: string, certificate: DetailedPeerCertificate, address: Address): DeniedError {
  const chain = chainOf(certificate)
  const whose = (one: DetailedPeerCertificate) =>
    one === certificate
      ? `the certificate of ${name(address)} (${subject(one)})`
      : `${subject(one)}, which signed for ${name(address)},`
  const now = Date.now()
  if (code === 'CERT_HAS_EXPIRED') {
    const expired = chain.find((one) => Date.parse(one.valid_to) < now) ?? certificate
    return new DeniedError(`${whose(expired)} has expired on ${day(expired.valid_to)}`, {
      hint: 'the broker needs a new one; or is the clock of this machine wrong?',
    })
  }
  if (code === 'CERT_NOT_YET_VALID') {
    const early = chain.find((one) => Date.parse(one.valid_from) > now) ?? certificate
    return new DeniedError(`${whose(early)} is valid only from ${day(early.valid_from)} on`, {
      hint: 'is the clock of this machine wrong?',
    })
  }
  if (code === 'CERT_REVOKED') {
    return new DeniedError(`the certificate of ${name(address)} (${subject(certificate)}) has been revoked`)
  }
  const last = chain.at(-1) ?? certificate
  const isOwn = subject(last) === issuer(last)
  const signer = isOwn && chain.length === 1 ? 'by itself' : `by ${issuer(last)}`
  return new DeniedError(
    `the certificate of ${name(address)} (${subject(certificate)}) is not trusted: it is signed ${signer} (${code})`,
    {
      hint: "give the CA's certificate: ssl.truststore.location, or librdkafka's ssl.ca.location; PEM, PKCS#12 and JKS are read",
    },
  )
}

/** A certificate and those that signed it, as far as they were sent or are known. */
function chainOf(certificate: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = []
  for (let one = certificate; one?.subject !== undefined && !chain.includes(one); one = one.issuerCertificate)
    chain.push(one)
  return chain
}

function subject(certificate: DetailedPeerCertificate): string {
  return distinguishedName(certificate.subject)
}

function issuer(certificate: DetailedPeerCertificate): string {
  return distinguishedName(certificate.issuer)
}

function distinguishedName(parts: object | undefined): string {
  const text = Object.entries(parts ?? {}).map(([key, value]) => `${key}=${[value].flat().join('+')}`)
  return text.length === 0 ? 'no name' : text.reverse().join(', ')
}

/** The names that a certificate is for. */
function namesIn({ subjectaltname, subject: { CN } }: DetailedPeerCertificate): string {
  const names = (subjectaltname ?? '').split(', ').map((part) => part.replace(/^(DNS|IP Address):/, ''))
  return names.some((each) => each !== '') ? names.join(', ') : String(CN ?? 'no host')
}

function day(text: string): string {
  const time = Date.parse(text)
  return Number.isNaN(time) ? text : new Date(time).toISOString().replace('.000Z', 'Z')
}

/** Whose a certificate in PEM is, who signed it, and until when it is valid. */
export function expiryOf(pem: string): string {
  const certificate = new X509Certificate(pem)
  const oneLine = (text: string) => text.split('\n').reverse().join(', ')
  const verb = Date.parse(certificate.validTo) < Date.now() ? 'expired on' : 'valid until'
  return `${oneLine(certificate.subject)}, signed by ${oneLine(certificate.issuer)}, ${verb} ${day(certificate.validTo)}`
}
