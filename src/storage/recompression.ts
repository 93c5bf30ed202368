// Changes the compression of a batch where the topic asks for another one than the producer used (compression.type). The
// records, their offsets and the producer's sequence numbers stay. (Kafka: LogValidator.)

import { compressionId, sizeInBytes } from '../records/batch.ts'
import { BatchBuilder } from '../records/builder.ts'
import { type Codec, NONE } from '../records/compression/index.ts'
import { RecordCursor } from '../records/cursor.ts'
import { batchFields } from './batch-fields.ts'

/** How a topic compresses: as the producer did, or with a codec (none for undefined) and level of its own. */
export type CompressionSetting = 'producer' | { codec: Codec | undefined; level?: number }

const CAPACITY = 0x7fff_ffff

const cursor = new RecordCursor()

/** The batch at buffer[0]: the same bytes when they are as the topic wants them, else new ones. Throws a CorruptError. */
export function recompress(buffer: Buffer, setting: CompressionSetting): Buffer {
  if (setting === 'producer' || compressionId(buffer, 0) === (setting.codec?.id ?? NONE)) return buffer
  const builder = new BatchBuilder(CAPACITY)
  builder.reset()
  cursor.open(buffer, 0)
  while (cursor.next()) {
    const { bytes, keyStart, keyEnd, valueStart, valueEnd, headersStart, recordEnd, timestamp } = cursor
    const time = Number.isSafeInteger(timestamp) ? timestamp : cursor.timestampExact
    builder.tryAppend(time, bytes, keyStart, keyEnd, valueStart, valueEnd, bytes, headersStart, recordEnd)
  }
  const { codec, level } = setting
  const made = builder.close({ ...batchFields(buffer, 0), codec, level })
  return made.subarray(0, sizeInBytes(made, 0))
}
