// Tokens for AWS MSK's IAM: a request to the cluster that is signed and not sent, by AWS's own package where it is installed.

import { DeniedError } from '../../errors.ts'
import { optionalPackage } from '../optional-package.ts'

export interface IamLogin {
  region: string
  /** Of AWS's configuration. */
  profile?: string
  roleArn?: string
  roleSessionName?: string
}

interface Signed {
  token: string
  /** Milliseconds since 1970. */
  expiryTime: number
}

interface Signer {
  generateAuthToken(options: { region: string }): Promise<Signed>
  generateAuthTokenFromProfile(options: { region: string; awsProfileName: string }): Promise<Signed>
  generateAuthTokenFromRole(options: {
    region: string
    awsRoleArn: string
    awsRoleSessionName?: string
  }): Promise<Signed>
}

/** Throws a DeniedError where AWS's configuration has no credentials. */
export async function signedToken({ region, profile, roleArn, roleSessionName }: IamLogin): Promise<Signed> {
  const signer = await optionalPackage<Signer>('aws-msk-iam-sasl-signer-js', 'AWS_MSK_IAM')
  try {
    if (roleArn) {
      const awsRoleSessionName = roleSessionName || undefined
      return await signer.generateAuthTokenFromRole({ region, awsRoleArn: roleArn, awsRoleSessionName })
    }
    if (profile) return await signer.generateAuthTokenFromProfile({ region, awsProfileName: profile })
    return await signer.generateAuthToken({ region })
  } catch (error) {
    throw new DeniedError(`no token of AWS for ${region}: ${(error as Error).message.split('\n')[0]}`, {
      hint: "AWS's credentials come from its environment variables, ~/.aws, or the machine: `aws sts get-caller-identity` shows whose",
      cause: error,
    })
  }
}

/** The region in the name of a cluster's broker; undefined where it says none. */
export function regionOf(host: string): string | undefined {
  return /\.kafka(?:-serverless)?\.([a-z0-9-]+)\.(?:amazonaws\.com|api\.aws)/i.exec(host)?.[1].toLowerCase()
}
