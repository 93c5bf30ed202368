// Why a file can't be read, in the same words everywhere.

import { getSystemErrorMessage } from 'node:util'

/** `no such file: x`, or `the file x can't be read: permission denied`; `what` is said in the place of `file`. */
export function fileProblem(error: unknown, path: string, what = 'file'): string {
  const { code, errno, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return `no such ${what}: ${path}`
  return `the ${what} ${path} can't be read: ${errno === undefined ? message : getSystemErrorMessage(errno)}`
}
