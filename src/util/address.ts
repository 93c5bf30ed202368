// Addresses of brokers, and the rules (--resolve) by which those that a cluster advertises are reached elsewhere.

import { UsageError } from '../errors.ts'

export interface Address {
  host: string
  port: number
}

/** HOST:PORT, with brackets around an IPv6 address. */
export function name({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** An IPv6 address in its shortest form, without a zone; anything else as it is. */
export function shortest(address: string): string {
  const [plain] = address.split('%')
  // Node's own module is only loaded where it is needed: every command comes by here.
  const isIPv6 = plain.includes(':') && process.getBuiltinModule('node:net').isIPv6(plain)
  return isIPv6 ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : address
}

/** An IPv6 address as Java writes it, in eight parts without a zone; anything else as it is. */
export function inFull(address: string): string {
  if (!address.includes(':')) return address
  const short = shortest(address)
  const [head, tail] = short.split('::').map((part) => part.split(':').filter((group) => group !== ''))
  return tail === undefined ? short : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail].join(':')
}

/** `*` as the port of `to` keeps the port, as its host the host. */
export interface AddressRule {
  host: RegExp
  port: number | '*'
  to: { host: string; port: number | '*' }
}

const SIDE = /^(?:\[([0-9a-f:.%]+)\]|([^\s:[\]]+))(?::(\d{1,5}|\*))?$/i

/** `HOST:PORT=HOST:PORT,…`; on the left `*` stands for any letters of a host and for any port. Throws a UsageError. */
export function parseAddressRules(text: string): AddressRule[] {
  return text
    .split(',')
    .map((rule) => rule.trim())
    .filter((rule) => rule !== '')
    .map((rule) => {
      const sides = rule.split('=').map((side) => SIDE.exec(side.trim()))
      const [from, to] = sides.map((match) => ({
        host: match?.[1] ?? match?.[2] ?? '',
        port: match?.[3] === undefined || match[3] === '*' ? ('*' as const) : Number(match[3]),
      }))
      const ports = [from?.port, to?.port].every((port) => port === '*' || (Number(port) > 0 && Number(port) < 65536))
      if (sides.length !== 2 || sides.includes(null) || !ports) {
        throw new UsageError(`'${rule}' is not HOST:PORT=HOST:PORT`, {
          hint: 'the left side is what the cluster advertises, with * for any, the right side where it is: *:9092=localhost:*',
        })
      }
      const pattern = from.host.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
      return { host: new RegExp(`^${pattern}$`, 'i'), port: from.port, to }
    })
}

/** Where an address is to be reached: the first rule for it counts; without one it is itself. */
export function rewrite(address: Address, rules: readonly AddressRule[]): Address {
  for (const { host, port, to } of rules) {
    if (!host.test(address.host) || (port !== '*' && port !== address.port)) continue
    return { host: to.host === '*' ? address.host : to.host, port: to.port === '*' ? address.port : to.port }
  }
  return address
}
