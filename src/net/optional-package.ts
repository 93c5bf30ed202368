// Packages that ktool uses where they are installed and that do not come with it.

import { UsageError } from '../errors.ts'

/** Throws a UsageError where it is not there, or can't be loaded. `what` needs it. */
export async function optionalPackage<Module>(name: string, what: string): Promise<Module> {
  try {
    const loaded = await import(name)
    return loaded.default ?? loaded
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const isMissing = /^(ERR_)?MODULE_NOT_FOUND$/.test(code ?? '') && message.includes(`'${name}'`)
    throw new UsageError(
      isMissing
        ? `${what} needs the package ${name}, which is not installed`
        : `${what} needs the package ${name}, which can't be loaded: ${message.split('\n')[0]}`,
      { hint: `npm install ${name} where ktool is installed (npm install -g ${name} for a global one)`, cause: error },
    )
  }
}
