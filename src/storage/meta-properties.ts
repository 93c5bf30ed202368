// meta.properties: whose data directory this is. A Java properties file.
//
//   version=1
//   cluster.id=vrUQUVQiSGi8topx0rDROA
//   node.id=1
//   directory.id=LuZPslhguF7EdIOx8oZMVQ
//
// (Kafka: MetaProperties; version 0 said broker.id and has no directory id.)

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CorruptError } from '../errors.ts'
import { replaceFile } from './atomic-file.ts'
import { errnoOf } from './storage-error.ts'

const FILE_NAME = 'meta.properties'

export interface MetaProperties {
  clusterId: string
  nodeId: number
  directoryId: string
}

/** Undefined for a directory that was never formatted. Throws a CorruptError that names the file. */
export function readMetaProperties(dir: string): Partial<MetaProperties> | undefined {
  const path = join(dir, FILE_NAME)
  const text = readText(path)
  if (text === undefined) return undefined
  const values = parseProperties(text)
  const version = values.get('version')
  if (version !== '0' && version !== '1') throw new CorruptError(`${path} has the unknown version '${version ?? ''}'`)
  const node = values.get('node.id') ?? values.get('broker.id')
  if (node !== undefined && !/^\d+$/.test(node)) throw new CorruptError(`${path} has the node id '${node}'`)
  return {
    clusterId: values.get('cluster.id'),
    nodeId: node === undefined ? undefined : Number(node),
    directoryId: values.get('directory.id'),
  }
}

export async function writeMetaProperties(
  dir: string,
  { clusterId, nodeId, directoryId }: MetaProperties,
): Promise<void> {
  const lines = ['#', `#${new Date().toUTCString()}`]
  lines.push(`cluster.id=${clusterId}`, `directory.id=${directoryId}`, `node.id=${nodeId}`, 'version=1', '')
  await replaceFile(join(dir, FILE_NAME), lines.join('\n'))
}

/** Plain `key=value` lines and comments: what Kafka writes here. */
function parseProperties(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([^#!=:\s][^=:\s]*)\s*[=:]\s*(.*?)\s*$/.exec(line)
    if (match !== null) values.set(match[1], match[2])
  }
  return values
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}
