// Java key stores (JKS), the format of keytool before Java 9. Nothing but Java writes it.
//
//   magic FEEDFEED, version int32 (1, 2), count int32, entries, then 20 bytes SHA-1 of the password (UTF-16), a phrase, and all
//   before it
//   entry    1: alias utf, time int64, key bytes32, chain int32 of certificates      2: alias utf, time int64, a certificate
//   certificate    its type utf ("X.509", not in version 1), bytes32
//   utf: length uint16, bytes; bytes32: length int32, bytes
//
// A key is an EncryptedPrivateKeyInfo of Sun's own algorithm: a salt of 20 bytes, the PKCS#8 bytes XORed with a chain of SHA-1 over
// the password and the digest before (first: the salt), and SHA-1 of the password and the plain bytes.

import { createHash, timingSafeEqual } from 'node:crypto'
import { type RawStore, StoreError } from './key-store.ts'

const DIGEST_BYTES = 20
const PHRASE = Buffer.from('Mighty Aphrodite')

/** Throws a StoreError. */
export function readJks(content: Buffer, password: string, keyPassword: string): RawStore {
  try {
    return parse(content, password, keyPassword)
  } catch (error) {
    if (error instanceof RangeError) throw new StoreError('it is cut short or damaged', { cause: error })
    throw error
  }
}

function parse(content: Buffer, password: string, keyPassword: string): RawStore {
  const body = content.subarray(0, -DIGEST_BYTES)
  const digest = createHash('sha1').update(utf16(password)).update(PHRASE).update(body).digest()
  if (content.length < 32 || !timingSafeEqual(digest, content.subarray(-DIGEST_BYTES))) {
    throw new StoreError('the password is wrong, or the file damaged')
  }
  let at = 4
  const int32 = () => body.readInt32BE((at += 4) - 4)
  const take = (length: number) => {
    if (length < 0 || at + length > body.length) throw new RangeError('beyond the end')
    return body.subarray(at, (at += length))
  }
  const text = () => take(body.readUInt16BE((at += 2) - 2)).toString()
  const version = int32()
  const certificate = () => {
    if (version === 2) text()
    return take(int32())
  }
  const store: RawStore = { keys: [], certificates: [] }
  for (let left = int32(); left > 0; left--) {
    const tag = int32()
    text()
    take(8)
    if (tag === 1) {
      store.keys.push(decrypt(take(int32()), keyPassword))
      for (let chain = int32(); chain > 0; chain--) store.certificates.push(certificate())
    } else if (tag === 2) store.certificates.push(certificate())
    else throw new StoreError(`it has an entry of the unknown kind ${tag}`)
  }
  return store
}

/** The PKCS#8 bytes of a key. */
function decrypt(info: Buffer, password: string): Buffer {
  const bytes = encryptedBytes(info)
  const secret = utf16(password)
  const salt = bytes.subarray(0, DIGEST_BYTES)
  const plain = Buffer.from(bytes.subarray(DIGEST_BYTES, -DIGEST_BYTES))
  let block: Buffer = salt
  for (let at = 0; at < plain.length; at += DIGEST_BYTES) {
    block = createHash('sha1').update(secret).update(block).digest()
    for (let i = 0; i < DIGEST_BYTES && at + i < plain.length; i++) plain[at + i] ^= block[i]
  }
  const digest = createHash('sha1').update(secret).update(plain).digest()
  if (!digest.equals(bytes.subarray(-DIGEST_BYTES))) throw new StoreError("the key's password is wrong")
  return plain
}

/** The content of the OCTET STRING that ends SEQUENCE { algorithm SEQUENCE, OCTET STRING }. */
function encryptedBytes(info: Buffer): Buffer {
  const element = (at: number) => {
    const first = info.readUInt8(at + 1)
    if (first < 0x80) return { start: at + 2, end: at + 2 + first }
    const size = first & 0x7f
    const start = at + 2 + size
    return { start, end: start + info.readUIntBE(at + 2, size) }
  }
  const algorithm = element(element(0).start)
  const { start, end } = element(algorithm.end)
  if (end - start <= 2 * DIGEST_BYTES || end > info.length) throw new RangeError('beyond the end')
  return info.subarray(start, end)
}

/** Java's characters: two bytes each, the high one first. */
function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}
