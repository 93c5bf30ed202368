// Names of the files in a partition's folder. A segment's files are named by its base offset, 20 digits with leading
// zeros; a producer snapshot by the offset that it was taken at. (Kafka: LogFileUtils, LocalLog.)
//
//   <base>.log  <base>.index  <base>.timeindex  <base>.txnindex  <offset>.snapshot
//   + .cleaned   compaction is writing it            + .swap      compaction is done, it takes the old one's place
//   + .deleted   deleted after file.delete.delay.ms

export const LOG_SUFFIX = '.log'
export const INDEX_SUFFIX = '.index'
export const TIME_INDEX_SUFFIX = '.timeindex'
export const TXN_INDEX_SUFFIX = '.txnindex'
export const SNAPSHOT_SUFFIX = '.snapshot'
export const CLEANED_SUFFIX = '.cleaned'
export const SWAP_SUFFIX = '.swap'
export const DELETED_SUFFIX = '.deleted'

export const DELETE_DIR_SUFFIX = '-delete'
export const STRAY_DIR_SUFFIX = '-stray'

/** Suffixes of the files that belong to one segment. */
export const SEGMENT_SUFFIXES = [LOG_SUFFIX, INDEX_SUFFIX, TIME_INDEX_SUFFIX, TXN_INDEX_SUFFIX]

export interface LogFile {
  /** Base offset, or the offset of a snapshot. */
  offset: number
  /** Such as '.log'. */
  suffix: string
  /** '.cleaned', '.swap', '.deleted' or ''. */
  state: string
}

const LOG_FILE = /^(\d{1,20})(\.log|\.index|\.timeindex|\.txnindex|\.snapshot)(\.cleaned|\.swap|\.deleted)?$/

export function fileNameOf(offset: number): string {
  return String(offset).padStart(20, '0')
}

/** The parts of a file name in a partition's folder, or undefined for a file that is not part of the log. */
export function parseLogFile(name: string): LogFile | undefined {
  const match = LOG_FILE.exec(name)
  if (match === null) return undefined
  const offset = Number(match[1])
  return Number.isSafeInteger(offset) ? { offset, suffix: match[2], state: match[3] ?? '' } : undefined
}

export interface PartitionName {
  topic: string
  partition: number
}

const PARTITION_DIR = /^([a-zA-Z0-9._-]{1,249})-(\d{1,10})$/

/** Topic and partition of a folder's name, or undefined when it is not a partition's folder (or one being deleted). */
export function parsePartitionDir(name: string): PartitionName | undefined {
  const match = PARTITION_DIR.exec(name)
  return match === null ? undefined : { topic: match[1], partition: Number(match[2]) }
}

export function partitionDir(topic: string, partition: number): string {
  return `${topic}-${partition}`
}

/** Name of a folder that waits for its deletion (or, with another suffix, is set aside): unique and at most 255 long. */
export function retiredDir(name: string, uniqueId: string, suffix: string): string {
  const tail = `.${uniqueId.replaceAll('-', '')}${suffix}`
  const dash = name.lastIndexOf('-')
  const partition = name.slice(dash)
  return `${name.slice(0, Math.min(dash, 255 - partition.length - tail.length))}${partition}${tail}`
}

/** Whether a folder waits for its deletion. */
export function isDeletedDir(name: string): boolean {
  return /\.[0-9a-f]{32}-delete$/.test(name)
}
