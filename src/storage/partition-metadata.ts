// partition.metadata: which topic, by its id, a partition's folder belongs to.
//
//   version: 0
//   topic_id: OVnX1tqTS-Ssu6iK5ty0-A          (16 bytes in URL-safe base64)
//
// (Kafka: PartitionMetadataFile.)

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CorruptError } from '../errors.ts'
import { replaceFileSync } from './atomic-file.ts'
import { errnoOf } from './storage-error.ts'

const FILE_NAME = 'partition.metadata'

export function writeTopicId(dir: string, topicId: string): void {
  replaceFileSync(join(dir, FILE_NAME), `version: 0\ntopic_id: ${topicId}`)
}

/** The topic's id; undefined when there is no file, or nothing in it (after a power failure). Throws a CorruptError. */
export function readTopicId(dir: string): string | undefined {
  const path = join(dir, FILE_NAME)
  const text = readText(path).trim()
  if (text === '') return undefined
  const match = /^version:\s*0\s+topic_id:\s*([A-Za-z0-9_-]{22})$/.exec(text)
  if (match === null) throw new CorruptError(`${path} is not 'version: 0' and 'topic_id: ...'`)
  return match[1]
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return ''
    throw error
  }
}
