// Where the package lies, from the sources and from the bundle alike.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Folder of ktool's own package.json. */
export function packageRoot(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }
  return version
}
