// Before and after the whole run of the interop tests: the one Kafka that its files share. Each file runs in a process of its
// own, so that one that hangs fails alone; by itself a file starts a Kafka of its own:
//
//   node --test test/interop/cases/errors.ts

import { type Kafka, startKafka } from './peers/kafka.ts'
import { SHARED_KAFKA } from './shared.ts'

let kafka: Kafka

export async function globalSetup(): Promise<void> {
  kafka = await startKafka()
  process.env[SHARED_KAFKA] = String(kafka.port)
}

export async function globalTeardown(): Promise<void> {
  await kafka.wipe()
}
