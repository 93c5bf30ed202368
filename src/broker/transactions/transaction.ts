// What the coordinator knows of a transactional id (KIP-98, KIP-360, KIP-890; Kafka: TransactionMetadata).
//
//                         ┌────────── new transaction ───────────┐
//                         v                                      │
//   Empty ──partition──> Ongoing ──commit──> PrepareCommit ──markers──> CompleteCommit
//     │                   │ abort, timeout, a new producer                │
//     └──abort (v2)───────┴────────────────> PrepareAbort ──markers──> CompleteAbort
//
// In version 2 of the protocol the end of a transaction raises the producer's epoch, so that nothing late can get into the
// next one; when no higher epoch is left, the producer gets another id.

/** As numbered in __transaction_state. */
export const TransactionStatus = {
  Empty: 0,
  Ongoing: 1,
  PrepareCommit: 2,
  PrepareAbort: 3,
  CompleteCommit: 4,
  CompleteAbort: 5,
  Dead: 6,
  PrepareEpochFence: 7,
} as const

export type TransactionState = keyof typeof TransactionStatus

export const STATES = Object.keys(TransactionStatus) as TransactionState[]

export const NO_PRODUCER_ID = -1
export const NO_EPOCH = -1
export const MAX_EPOCH = 0x7fff
/** The version from which on the end of a transaction raises the epoch. */
export const EPOCH_BUMP_VERSION = 2

/** What is kept. */
export interface TransactionData {
  readonly producerId: number
  /** The id before the last change. */
  readonly previousProducerId: number
  /** The id that the producer gets when the transaction has ended; -1 unless its epochs are used up. */
  readonly nextProducerId: number
  readonly epoch: number
  readonly timeoutMs: number
  readonly state: TransactionState
  /** Partitions by topic. */
  readonly partitions: ReadonlyMap<string, ReadonlySet<number>>
  /** Milliseconds; -1 without a transaction. */
  readonly startedAt: number
  readonly updatedAt: number
  /** Of the protocol that the producer speaks. */
  readonly clientVersion: number
}

export interface Transaction {
  readonly id: string
  data: TransactionData
  /** The epoch before the last that the producer itself has raised; -1: none. */
  lastEpoch: number
  /** A change is being written. */
  isChanging: boolean
}

export const NO_PARTITIONS: TransactionData['partitions'] = new Map()

export function isEpochExhausted(epoch: number): boolean {
  return epoch >= MAX_EPOCH - 1
}

export function hasPartition({ partitions }: TransactionData, topic: string, partition: number): boolean {
  return partitions.get(topic)?.has(partition) ?? false
}

/** These partitions and those. */
export function withPartitions(
  before: TransactionData['partitions'],
  more: TransactionData['partitions'],
): Map<string, Set<number>> {
  const all = new Map([...before].map(([topic, partitions]) => [topic, new Set(partitions)]))
  for (const [topic, partitions] of more) all.set(topic, new Set([...(all.get(topic) ?? []), ...partitions]))
  return all
}
