// DescribeUserScramCredentials, API key 50. Generated from Apache Kafka 4.3.1 by scripts/generate-protocol.ts; do not edit.

import { defineApi } from '../api.ts'

export interface DescribeUserScramCredentialsRequest {
  users: UserName[] | null
}

export interface UserName {
  name: string
}

export interface DescribeUserScramCredentialsResponse {
  throttleTimeMs: number
  errorCode: number
  errorMessage: string | null
  results: DescribeUserScramCredentialsResult[]
}

export interface DescribeUserScramCredentialsResult {
  user: string
  errorCode: number
  errorMessage: string | null
  credentialInfos: CredentialInfo[]
}

export interface CredentialInfo {
  mechanism: number
  iterations: number
}

export const DescribeUserScramCredentials = defineApi<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: [0, 0],
  flexible: 0,
  listeners: ['broker', 'controller'],
  request: [
    ['users', { of: [
      ['name', 'string', '0+'],
    ] }, '0+', { nullable: '0+' }],
  ],
  response: [
    ['throttleTimeMs', 'int32', '0+'],
    ['errorCode', 'int16', '0+'],
    ['errorMessage', 'string', '0+', { nullable: '0+' }],
    ['results', { of: [
      ['user', 'string', '0+'],
      ['errorCode', 'int16', '0+'],
      ['errorMessage', 'string', '0+', { nullable: '0+' }],
      ['credentialInfos', { of: [
        ['mechanism', 'int8', '0+'],
        ['iterations', 'int32', '0+'],
      ] }, '0+'],
    ] }, '0+'],
  ],
})
