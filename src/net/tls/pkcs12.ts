// PKCS#12 files, which Java's keytool and OpenSSL write: by node-forge, which also reads what OpenSSL 3 calls legacy and files
// that hold nothing but trusted certificates; Node's own reader does neither.

import asn1 from 'node-forge/lib/asn1.js'
import pkcs12, { type Bag, type Pkcs12 } from 'node-forge/lib/pkcs12.js'
import pki from 'node-forge/lib/x509.js'
import { type RawStore, StoreError } from './key-store.ts'

/** Throws a StoreError. */
export function readPkcs12(content: Buffer, password: string): RawStore {
  let file: Pkcs12
  try {
    file = pkcs12.pkcs12FromAsn1(asn1.fromDer(content.toString('latin1')), false, password)
  } catch (error) {
    const isPassword = /password|MAC could not be verified|decrypt/i.test((error as Error).message)
    throw new StoreError(isPassword ? 'the password is wrong' : 'it is not a sound PKCS#12 file', { cause: error })
  }
  const bags = (type: string): Bag[] => file.getBags({ bagType: pki.oids[type] })[pki.oids[type]] ?? []
  return {
    keys: [...bags('pkcs8ShroudedKeyBag'), ...bags('keyBag')].map(keyOf),
    certificates: bags('certBag').map(certificateOf),
  }
}

/** PKCS#8 bytes. */
function keyOf({ key, asn1: raw }: Bag): Buffer {
  if (raw !== undefined) return der(raw)
  return der(pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(key as object)))
}

function certificateOf({ cert, asn1: raw }: Bag): Buffer {
  return der(raw ?? pki.certificateToAsn1(cert as object))
}

function der(value: object): Buffer {
  return Buffer.from(asn1.toDer(value).getBytes(), 'latin1')
}
