// Functions of node:fs as promises. node:fs/promises has them too, and loads readline and more with them: a megabyte of an
// idle broker.

import fs from 'node:fs'
import { promisify } from 'node:util'

export const open = promisify(fs.open)
export const close = promisify(fs.close)
export const fsync = promisify(fs.fsync)
export const fdatasync = promisify(fs.fdatasync)
export const writeFile = promisify(fs.writeFile)
export const rename = promisify(fs.rename)
export const rm = promisify(fs.rm)
export const unlink = promisify(fs.unlink)
export const statfs = promisify(fs.statfs)
