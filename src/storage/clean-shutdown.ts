// .kafka_cleanshutdown: written last at a clean stop and deleted at the next start. With it the logs are taken as they
// are; without it they are checked. (Kafka: CleanShutdownFileHandler, KIP-966.)
//
//   {"version":0,"brokerEpoch":190}

import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from './atomic-file.ts'

const FILE_NAME = '.kafka_cleanshutdown'

export async function writeCleanShutdown(dir: string, brokerEpoch: number): Promise<void> {
  await replaceFile(join(dir, FILE_NAME), JSON.stringify({ version: 0, brokerEpoch }))
}

/** The broker epoch of the clean stop, -1 when the file does not say it; undefined after an unclean stop. */
export function readCleanShutdown(dir: string): number | undefined {
  let text: string
  try {
    text = readFileSync(join(dir, FILE_NAME), 'utf8')
  } catch {
    return undefined
  }
  try {
    const { brokerEpoch } = JSON.parse(text) as { brokerEpoch?: unknown }
    return Number.isSafeInteger(brokerEpoch) ? (brokerEpoch as number) : -1
  } catch {
    return -1
  }
}

export function removeCleanShutdown(dir: string): void {
  rmSync(join(dir, FILE_NAME), { force: true })
}
