// From the settings to what a connection needs: TLS with its certificates read, the login with its mechanism. Loaded only
// where security.protocol asks for one of them.

import { parseJaas } from '../config/jaas.ts'
import { type Ask, expandSecret } from '../config/references.ts'
import type { SettingName, Settings } from '../config/table.ts'
import { UsageError } from '../errors.ts'
import type { SaslLogin } from '../net/sasl/login.ts'
import type { KerberosLogin } from '../net/sasl/mechanism.ts'
import type { TokenConfig } from '../net/sasl/tokens.ts'
import type { TlsSettings } from '../net/tls/settings.ts'

export interface Security {
  tls: TlsSettings | null
  sasl: SaslLogin | null
}

/** Throws a UsageError for settings and files that can't be. `ask` is called for what the user is to type. */
export async function securityOf(settings: Settings, ask: Ask): Promise<Security | null> {
  const protocol = settings['security.protocol']
  if (protocol === 'PLAINTEXT') return null
  const sasl = protocol.startsWith('SASL') ? await saslOf(settings, ask) : null
  return { tls: protocol.endsWith('SSL') ? await tlsOf(settings, ask) : null, sasl }
}

type SecretName = Extract<
  SettingName,
  `${string}password` | `${string}secret` | 'sasl.jaas.config' | 'ssl.keystore.key'
>

function secretOf(settings: Settings, name: SecretName, ask: Ask): Promise<string> {
  return expandSecret(settings[name], name, ask)
}

async function tlsOf(settings: Settings, ask: Ask): Promise<TlsSettings> {
  const { tlsSettings } = await import('../net/tls/settings.ts')
  return tlsSettings({
    trust: {
      location: settings['ssl.truststore.location'],
      pem: settings['ssl.truststore.certificates'],
      password: await secretOf(settings, 'ssl.truststore.password', ask),
    },
    identity: {
      location: settings['ssl.keystore.location'],
      password: await secretOf(settings, 'ssl.keystore.password', ask),
      keyPassword: await secretOf(settings, 'ssl.key.password', ask),
      certificate: {
        location: settings['ssl.certificate.location'],
        pem: settings['ssl.keystore.certificate.chain'],
      },
      key: {
        location: settings['ssl.key.location'],
        pem: await secretOf(settings, 'ssl.keystore.key', ask),
      },
    },
    ciphers: settings['ssl.cipher.suites'],
    protocols: settings['ssl.enabled.protocols'],
    curves: settings['ssl.curves.list'],
    signatureAlgorithms: settings['ssl.sigalgs.list'],
    revoked: settings['ssl.crl.location'],
    verify: settings['enable.ssl.certificate.verification'],
    checkHostName: settings['ssl.endpoint.identification.algorithm'] === 'https',
  })
}

async function saslOf(settings: Settings, ask: Ask): Promise<SaslLogin> {
  const { clientMechanisms } = await import('../net/sasl/index.ts')
  const name = settings['sasl.mechanism']
  const isIam = name === IAM
  const mechanism = clientMechanisms.get(isIam ? 'OAUTHBEARER' : name)
  if (mechanism === undefined) {
    throw new UsageError(`security.protocol is ${settings['security.protocol']}, and sasl.mechanism is not set`, {
      hint: `give it: ${[...clientMechanisms.keys(), IAM].join(', ')}`,
    })
  }
  const jaas = await secretOf(settings, 'sasl.jaas.config', ask)
  const options = jaas === '' ? {} : parseJaas(jaas).options
  if (name === 'OAUTHBEARER' || isIam) {
    const { tokenSource } = await import('../net/sasl/tokens.ts')
    const token = tokenSource(isIam ? await iamOf(settings, options) : await tokensOf(settings, options, ask))
    return { mechanism, credentials: { username: '', password: '', token } }
  }
  const token = () => Promise.reject(new UsageError(`${name} has no token`))
  if (name === 'GSSAPI') {
    const kerberos = kerberosOf(settings, options)
    return { mechanism, credentials: { username: kerberos.principal ?? '', password: '', token, kerberos } }
  }
  const username = settings['sasl.username'] || (options['username'] ?? '')
  const password = (await secretOf(settings, 'sasl.password', ask)) || (options['password'] ?? '')
  const missing = [username === '' && 'sasl.username', password === '' && 'sasl.password'].filter(Boolean)
  if (missing.length > 0) {
    throw new UsageError(
      `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set, and ${name} needs both`,
      {
        hint: `Java's sasl.jaas.config does as well; sasl.password=\${ask} asks for the password`,
      },
    )
  }
  return { mechanism, credentials: { username, password, token } }
}

/** What Java's clients call the signed tokens of AWS; they go as OAUTHBEARER here. */
const IAM = 'AWS_MSK_IAM'

/** With the options of Java's IAMLoginModule. */
async function iamOf(settings: Settings, options: Readonly<Record<string, string>>): Promise<TokenConfig> {
  const { regionOf } = await import('../net/sasl/iam.ts')
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env
  const ofHosts = settings['bootstrap.servers'].map(({ host }) => regionOf(host)).find((each) => each !== undefined)
  const region = ofHosts ?? (AWS_REGION || AWS_DEFAULT_REGION)
  if (!region) {
    throw new UsageError(`${IAM} needs the region, and the bootstrap servers' names do not say it`, {
      hint: 'set AWS_REGION',
    })
  }
  return {
    iam: {
      region,
      profile: options['awsProfileName'],
      roleArn: options['awsRoleArn'],
      roleSessionName: options['awsRoleSessionName'],
    },
    extensions: {},
    timeoutMs: settings['socket.connection.setup.timeout.ms'],
  }
}

/** With the options of Java's Krb5LoginModule. */
function kerberosOf(settings: Settings, options: Readonly<Record<string, string>>): KerberosLogin {
  return {
    service: options['serviceName'] || settings['sasl.kerberos.service.name'],
    principal: settings['sasl.kerberos.principal'] || options['principal'],
    keytab: settings['sasl.kerberos.keytab'] || options['keyTab'],
  }
}

async function tokensOf(settings: Settings, options: Readonly<Record<string, string>>, ask: Ask): Promise<TokenConfig> {
  const url = settings['sasl.oauthbearer.token.endpoint.url']
  const isFile = url.startsWith('file:')
  const clientId = settings['sasl.oauthbearer.client.credentials.client.id'] || options['clientId']
  const clientSecret = await secretOf(settings, 'sasl.oauthbearer.client.credentials.client.secret', ask)
  return {
    command: settings['sasl.oauthbearer.token.command'],
    file: isFile ? new URL(url).pathname : settings['sasl.oauthbearer.token.file'],
    server:
      url === '' || isFile
        ? undefined
        : {
            url,
            clientId: clientId ?? '',
            clientSecret: clientSecret || (options['clientSecret'] ?? ''),
            scope: settings['sasl.oauthbearer.scope'] || options['scope'],
            ca: await authorities(settings, ask),
          },
    unsecured: ofLibrdkafka(settings['sasl.oauthbearer.config']) ?? ofJava(options),
    extensions: {
      ...prefixed(options, /^(?:unsecuredLoginExtension_|extension_)/),
      ...prefixed(pairs(settings['sasl.oauthbearer.config'], /\s+/), /^extension_/),
      ...pairs(settings['sasl.oauthbearer.extensions'], /,/),
    },
    timeoutMs: settings['socket.connection.setup.timeout.ms'],
    proxy: settings.proxy,
  }
}

/** What the brokers' certificates are checked with counts for the server of the tokens too. */
async function authorities(settings: Settings, ask: Ask): Promise<readonly string[] | undefined> {
  const { trusted } = await import('../net/tls/settings.ts')
  return trusted({
    location: settings['ssl.truststore.location'],
    pem: settings['ssl.truststore.certificates'],
    password: await secretOf(settings, 'ssl.truststore.password', ask),
  })
}

/** Kafka: OAuthBearerUnsecuredLoginCallbackHandler. */
function ofJava(options: Readonly<Record<string, string>>): TokenConfig['unsecured'] {
  const claims: Record<string, unknown> = {
    ...prefixed(options, /^unsecuredLoginStringClaim_/),
    ...mapped(prefixed(options, /^unsecuredLoginNumberClaim_/), Number),
    // The first character says what is between the elements.
    ...mapped(prefixed(options, /^unsecuredLoginListClaim_/), (list) => list.slice(1).split(list.charAt(0))),
  }
  if (Object.keys(claims).length === 0) return undefined
  return { claims, lifetimeSeconds: Number(options['unsecuredLoginLifetimeSeconds'] ?? 3600) }
}

function ofLibrdkafka(config: string): TokenConfig['unsecured'] {
  const values = pairs(config, /\s+/)
  const { principal, principalClaimName = 'sub', scope, scopeClaimName = 'scope', lifeSeconds = '3600' } = values
  if (principal === undefined) return undefined
  const claims = { [principalClaimName]: principal, ...(scope && { [scopeClaimName]: scope.split(',') }) }
  return { claims, lifetimeSeconds: Number(lifeSeconds) }
}

function pairs(text: string, separator: RegExp): Record<string, string> {
  const entries = text
    .split(separator)
    .filter((pair) => pair.includes('='))
    .map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1)] as const)
  return Object.fromEntries(entries)
}

function prefixed(options: Readonly<Record<string, string>>, prefix: RegExp): Record<string, string> {
  const entries = Object.entries(options).filter(([key]) => prefix.test(key))
  return Object.fromEntries(entries.map(([key, value]) => [key.replace(prefix, ''), value]))
}

function mapped<T>(values: Record<string, string>, map: (text: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]))
}
