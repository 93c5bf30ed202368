// AlterUserScramCredentials, API key 51. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface AlterUserScramCredentialsRequest {
  deletions: ScramCredentialDeletion[]
  upsertions: ScramCredentialUpsertion[]
}

export interface ScramCredentialDeletion {
  name: string
  mechanism: number
}

export interface ScramCredentialUpsertion {
  name: string
  mechanism: number
  iterations: number
  salt: Buffer
  saltedPassword: Buffer
}

export interface AlterUserScramCredentialsResponse {
  throttleTimeMs: number
  results: AlterUserScramCredentialsResult[]
}

export interface AlterUserScramCredentialsResult {
  user: string
  errorCode: number
  errorMessage: string | null
}

export const AlterUserScramCredentials = defineApi<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>({
  key: 51,
  name: 'AlterUserScramCredentials',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker', 'controller'],
  request: [
    ['deletions', { of: [
      ['name', 'string', '0+'],
      ['mechanism', 'int8', '0+'],
    ] }, '0+'],
    ['upsertions', { of: [
      ['name', 'string', '0+'],
      ['mechanism', 'int8', '0+'],
      ['iterations', 'int32', '0+'],
      ['salt', 'bytes', '0+'],
      ['saltedPassword', 'bytes', '0+'],
    ] }, '0+'],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['results', { of: [
      ['user', 'string', '0+'],
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '0+', { nullable: '0+' }],
    ] }, '0+'],
  ],
})
