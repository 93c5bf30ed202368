// Profiles: named sets of settings, in the user's configuration folder and readable by the user alone.
//
//   ktool/profiles/NAME.properties     settings in Java's form          ktool/profile     the name of the one in use

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../errors.ts'
import { didYouMean } from '../util/nearest.ts'
import { parseConfig } from './file.ts'
import type { Assignment } from './settings.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const SUFFIX = '.properties'

/** Stands for no profile, whatever is in use. */
export const NO_PROFILE = 'none'

/** Node's own module is only loaded where it is needed: every command comes by here. */
function homeDirectory(): string {
  return process.getBuiltinModule('node:os').homedir()
}

export class Profiles {
  private readonly folder: string
  private readonly environment: NodeJS.ProcessEnv

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    this.environment = environment
    const { APPDATA, XDG_CONFIG_HOME } = environment
    const base = process.platform === 'win32' ? APPDATA : XDG_CONFIG_HOME
    this.folder = join(base || join(environment['HOME'] || homeDirectory(), '.config'), 'ktool')
  }

  /** Sorted. */
  names(): string[] {
    const folder = join(this.folder, 'profiles')
    const files = existsSync(folder) ? readdirSync(folder) : []
    return files
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .sort()
  }

  /** The one in use, by KTOOL_PROFILE or as `use` said; it may not be there. */
  current(): string | undefined {
    let name = this.environment['KTOOL_PROFILE']
    if (!name) {
      try {
        name = readFileSync(join(this.folder, 'profile'), 'utf8').trim()
      } catch {
        return undefined
      }
    }
    return name === NO_PROFILE || name === '' ? undefined : name
  }

  /** Undefined: none from now on. */
  use(name: string | undefined): void {
    if (name !== undefined) this.read(name)
    const path = join(this.folder, 'profile')
    if (name === undefined) rmSync(path, { force: true })
    else this.write(path, `${name}\n`)
  }

  has(name: string): boolean {
    return existsSync(this.path(name))
  }

  /** Throws a UsageError with the nearest name where there is none. */
  read(name: string): Assignment[] {
    const path = this.path(name)
    if (!existsSync(path)) {
      throw new UsageError(`there is no profile ${name}`, {
        hint:
          didYouMean(name, this.names()) ??
          `\`ktool profile list\` shows all; \`ktool profile set ${name} KEY=VALUE\` makes it`,
      })
    }
    const lines = parseConfig(readFileSync(path, 'utf8'), path, 'java')
    return lines.map(({ name: key, value }) => ({ name: key, value, source: `profile ${name}` }))
  }

  /** Makes or replaces a profile. */
  save(name: string, settings: Iterable<readonly [name: string, value: string]>): void {
    mkdirSync(join(this.folder, 'profiles'), { recursive: true, mode: 0o700 })
    this.write(this.path(name), [...settings].map(([key, value]) => `${key}=${escaped(value)}\n`).join(''))
  }

  delete(name: string): void {
    this.read(name)
    rmSync(this.path(name))
    if (!this.environment['KTOOL_PROFILE'] && this.current() === name) this.use(undefined)
  }

  private path(name: string): string {
    if (!NAME.test(name) || name === NO_PROFILE) {
      throw new UsageError(`'${name}' is no name for a profile`, {
        hint: 'names have letters, digits, dots, dashes and underscores',
      })
    }
    return join(this.folder, 'profiles', name + SUFFIX)
  }

  /** Whole or not at all, and for nobody else to read. */
  private write(path: string, text: string): void {
    const temporary = `${path}.tmp`
    rmSync(temporary, { force: true })
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
    chmodSync(temporary, 0o600)
    renameSync(temporary, path)
  }
}

/** A value as Java's properties have it. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll('\f', '\\f')
    .replace(/^ /, '\\ ')
    .replace(/^[=:]/, '\\$&')
}
