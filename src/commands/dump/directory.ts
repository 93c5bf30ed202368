// What a path stands for: a file, the files of a partition's folder, or all partitions of a log directory.

import { readdirSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { UsageError } from '../../errors.ts'
import { LOG_SUFFIX, parseLogFile, parsePartitionDir, SEGMENT_SUFFIXES } from '../../storage/log-files.ts'
import { sideFileReader } from './side-files.ts'

/** Files in the order in which they are read; `partitions` where the path is a whole log directory. */
export interface Found {
  files: string[]
  partitions?: string[]
}

export function isLog(path: string): boolean {
  return path.endsWith(LOG_SUFFIX) || path.endsWith('.checkpoint')
}

/** Throws a UsageError for what is not there, can't be read, or is nothing of Kafka's. */
export function filesOf(path: string): Found {
  const what = kindOf(path)
  if (what === 'file') {
    if (isLog(path) || sideFileReader(path) !== undefined) return { files: [path] }
    throw new UsageError(`${path} is not a file that Kafka writes`, {
      hint: 'logs and what lies beside them are known by their names, such as 00000000000000000000.log',
    })
  }
  const names = list(path)
  const partitions = names.filter((name) => parsePartitionDir(name) !== undefined).map((name) => join(path, name))
  const folders = partitions.filter((folder) => kindOf(folder) === 'directory' && isOfPartition(folder))
  if (folders.length > 0) return { files: [], partitions: folders.sort(byPartition) }
  const logs = names.filter((name) => isLogName(name)).map((name) => join(path, name))
  if (logs.length > 0) return { files: logs }
  throw new UsageError(`${path} has no logs of Kafka in it`, {
    hint: 'give the folder of a partition, such as orders-0, or the log directory above it',
  })
}

/** All that can be checked under a path; an index is checked with its log. */
export function filesToCheck(path: string): string[] {
  const { files, partitions } = filesOf(path)
  if (kindOf(path) === 'file') return files
  return [path, ...(partitions ?? [])].flatMap((folder) => {
    const names = list(folder).filter((name) => isLogName(name) || sideFileReader(name) !== undefined)
    const isChecked = (name: string) => SEGMENT_SUFFIXES.includes(extname(name)) && names.includes(logName(name))
    return names.filter((name) => isLog(name) || !isChecked(name)).map((name) => join(folder, name))
  })
}

/** Not by its name alone: `polkit-1` is none. */
function isOfPartition(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => isLogName(name) || sideFileReader(name) !== undefined)
  } catch {
    // Whoever reads it says why that is not possible.
    return true
  }
}

function logName(name: string): string {
  return name.slice(0, -extname(name).length) + LOG_SUFFIX
}

function isLogName(name: string): boolean {
  return (parseLogFile(name)?.suffix === LOG_SUFFIX && name.endsWith(LOG_SUFFIX)) || name.endsWith('.checkpoint')
}

function kindOf(path: string): 'file' | 'directory' {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'file'
  } catch (error) {
    throw unreadable(path, error)
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path).sort()
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** The error for a file that can't be had. */
export function unreadable(path: string, error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new UsageError(`no such file: ${path}`, { cause: error })
    case 'EACCES':
    case 'EPERM':
      return new UsageError(`${path} can't be read: no permission`, {
        hint: 'run as the user that the broker runs as',
        cause: error,
      })
    default:
      return error
  }
}

function byPartition(a: string, b: string): number {
  const [left, right] = [a, b].map((path) => parsePartitionDir(basename(path)))
  if (left?.topic !== right?.topic) return (left?.topic ?? '') < (right?.topic ?? '') ? -1 : 1
  return (left?.partition ?? 0) - (right?.partition ?? 0)
}
