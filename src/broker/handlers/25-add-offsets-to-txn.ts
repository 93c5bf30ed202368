// AddOffsetsToTxn: takes a group's offsets into a transaction, that is their partition of __consumer_offsets.

import { AddOffsetsToTxn } from '../../protocol/apis/25-add-offsets-to-txn.ts'
import { defineHandler } from '../handler.ts'
import { producerErrorCode } from '../producer-error.ts'
import { GROUP_METADATA_TOPIC } from '../topic-names.ts'

const KNOWS_FENCED = 2

export const handler = defineHandler({
  api: AddOffsetsToTxn,
  versions: [0, 4],
  async handle({ transactionalId, producerId, producerEpoch, groupId }, { broker, version }) {
    try {
      const partitions = new Map([[GROUP_METADATA_TOPIC, new Set([broker.groups.partitionFor(groupId)])]])
      const producer = { id: producerId, epoch: producerEpoch }
      await broker.transactions.addPartitions(transactionalId, producer, partitions, 0)
      return {}
    } catch (error) {
      return { errorCode: producerErrorCode(error, version >= KNOWS_FENCED) }
    }
  },
})
