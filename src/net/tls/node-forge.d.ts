// The part of node-forge that is used: PKCS#12 files, and making a certificate.

declare module 'node-forge/lib/pkcs12.js' {
  export type Asn1 = object
  export interface Bag {
    /** Set where the content is RSA. */
    key?: object | null
    cert?: object | null
    /** Set where it is not. */
    asn1?: Asn1
  }
  export interface Pkcs12 {
    getBags(filter: { bagType: string }): Record<string, Bag[] | undefined>
  }
  const pkcs12: { pkcs12FromAsn1(asn1: Asn1, strict: boolean, password: string): Pkcs12 }
  export default pkcs12
}

declare module 'node-forge/lib/asn1.js' {
  import type { Asn1 } from 'node-forge/lib/pkcs12.js'

  const asn1: {
    fromDer(bytes: string): Asn1
    toDer(asn1: Asn1): { getBytes(): string }
  }
  export default asn1
}

declare module 'node-forge/lib/x509.js' {
  import type { Asn1 } from 'node-forge/lib/pkcs12.js'

  const pki: {
    oids: Record<string, string>
    certificateToAsn1(certificate: object): Asn1
    privateKeyToAsn1(key: object): Asn1
    wrapRsaPrivateKey(key: Asn1): Asn1
    /** Takes PKCS#1. */
    privateKeyFromAsn1(key: Asn1): object
    publicKeyFromPem(pem: string): object
    certificateToPem(certificate: object): string
    createCertificate(): Certificate
  }
  export interface Certificate {
    publicKey: object
    /** Hexadecimal. */
    serialNumber: string
    validity: { notBefore: Date; notAfter: Date }
    setSubject(attributes: { name: string; value: string }[]): void
    setIssuer(attributes: { name: string; value: string }[]): void
    setExtensions(extensions: { name: string; [field: string]: unknown }[]): void
    sign(key: object, digest: object): void
  }
  export default pki
}

declare module 'node-forge/lib/sha256.js' {
  const sha256: { create(): object }
  export default sha256
}
