// What a decoder of records is, and which there are; the decoders themselves are loaded where they are used.

import type { RecordCursor } from '../../records/cursor.ts'

/** JSON texts, or why there is none; null where nothing is printed. */
export interface Decoded {
  key: string | null
  payload: string | null
}

export type Decoder = (cursor: RecordCursor) => Decoded

export const decoderNames = ['group-metadata', 'transaction-state', 'cluster-metadata', 'share-group-state'] as const
export type DecoderName = (typeof decoderNames)[number]

/** The decoder that the records of a topic need; undefined for a topic of the users. */
export function decoderOfTopic(topic: string): DecoderName | undefined {
  switch (topic) {
    case '__consumer_offsets':
      return 'group-metadata'
    case '__transaction_state':
      return 'transaction-state'
    case '__share_group_state':
      return 'share-group-state'
    case '__cluster_metadata':
      return 'cluster-metadata'
    default:
      return undefined
  }
}

/** The value of a control record of KRaft; undefined for other types. */
export type ControlDecoder = (type: number, cursor: RecordCursor) => { title: string; json: string } | undefined

/** Decoders for one file; null where there is nothing to decode. */
export interface FileDecoders {
  record: Decoder | null
  control: ControlDecoder | null
}
