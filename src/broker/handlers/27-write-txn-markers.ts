// WriteTxnMarkers: ends transactions in the partitions named; how an operator ends one that hangs (KIP-664).

import { type WritableTxnMarker, WriteTxnMarkers } from '../../protocol/apis/27-write-txn-markers.ts'
import { answerOf } from '../api-error.ts'
import type { Broker } from '../broker.ts'
import { defineHandler } from '../handler.ts'
import type { Marker } from '../transactions/markers.ts'

export const handler = defineHandler({
  api: WriteTxnMarkers,
  versions: [1, 2],
  async handle({ markers }, { broker }) {
    const results = []
    for (const { topics, ...fields } of markers) {
      const marker = markerOf(fields)
      const answers = []
      for (const { name, partitionIndexes } of topics) {
        const partitions = []
        for (const partitionIndex of partitionIndexes) {
          partitions.push({ partitionIndex, errorCode: await write(broker, name, partitionIndex, marker) })
        }
        answers.push({ name, partitions })
      }
      results.push({ producerId: fields.producerId, topics: answers })
    }
    return { markers: results }
  },
})

function markerOf(fields: Omit<WritableTxnMarker, 'topics'>): Marker {
  const {
    producerId,
    producerEpoch: epoch,
    transactionResult: committed,
    coordinatorEpoch,
    transactionVersion,
  } = fields
  return { producerId, epoch, committed, coordinatorEpoch, version: transactionVersion }
}

async function write(broker: Broker, topic: string, partition: number, marker: Marker): Promise<number> {
  try {
    await broker.markers.write(topic, partition, marker)
    return 0
  } catch (error) {
    return answerOf(error).errorCode
  }
}
