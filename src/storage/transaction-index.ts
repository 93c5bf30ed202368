// The aborted transactions whose marker lies in one segment. A reader of committed records is told those that overlap
// with what it fetched and skips their records. The file is made with its first entry; most segments have none.
//
//    0  version           int16   0
//    2  producerId        int64
//   10  firstOffset       int64   of the transaction in this partition
//   18  lastOffset        int64   its marker
//   26  lastStableOffset  int64   after the abort
//
// (Kafka: TransactionIndex, AbortedTxn.)

import { appendFileSync, readFileSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs'
import { readInt64, writeInt64 } from '../records/int64.ts'
import { syncFile } from './atomic-file.ts'

const VERSION = 0
const ENTRY_SIZE = 34

export interface AbortedTransaction {
  producerId: number
  firstOffset: number
  lastOffset: number
  lastStableOffset: number
}

export class TransactionIndex {
  #path: string
  #size: number

  constructor(path: string) {
    this.#path = path
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    this.#size = size - (size % ENTRY_SIZE)
    if (size !== this.#size) truncateSync(path, this.#size)
  }

  append(transaction: AbortedTransaction): void {
    const entry = Buffer.allocUnsafe(ENTRY_SIZE)
    entry.writeInt16BE(VERSION, 0)
    writeInt64(entry, 2, transaction.producerId)
    writeInt64(entry, 10, transaction.firstOffset)
    writeInt64(entry, 18, transaction.lastOffset)
    writeInt64(entry, 26, transaction.lastStableOffset)
    try {
      appendFileSync(this.#path, entry)
    } catch (error) {
      truncateSync(this.#path, this.#size)
      throw error
    }
    this.#size += ENTRY_SIZE
  }

  /**
   * Adds the transactions that overlap with [fromOffset, toOffset) to `found`. True when no later segment can hold
   * another one.
   */
  collect(fromOffset: number, toOffset: number, found: AbortedTransaction[]): boolean {
    for (const transaction of this.all()) {
      if (transaction.lastOffset >= fromOffset && transaction.firstOffset < toOffset) found.push(transaction)
      if (transaction.lastStableOffset >= toOffset) return true
    }
    return false
  }

  all(): AbortedTransaction[] {
    const transactions: AbortedTransaction[] = []
    if (this.#size === 0) return transactions
    const bytes = readFileSync(this.#path)
    for (let at = 0; at + ENTRY_SIZE <= Math.min(this.#size, bytes.length); at += ENTRY_SIZE) {
      transactions.push({
        producerId: readInt64(bytes, at + 2),
        firstOffset: readInt64(bytes, at + 10),
        lastOffset: readInt64(bytes, at + 18),
        lastStableOffset: readInt64(bytes, at + 26),
      })
    }
    return transactions
  }

  /** Forgets transactions whose marker is at or after the offset. */
  truncateTo(offset: number): void {
    const kept = this.all().findIndex((transaction) => transaction.lastOffset >= offset)
    if (kept !== -1) this.#truncate(kept * ENTRY_SIZE)
  }

  clear(): void {
    if (this.#size > 0) this.#truncate(0)
  }

  /** What is wrong with the entries of a segment that begins at `baseOffset`; undefined when nothing is. */
  problem(baseOffset: number): string | undefined {
    try {
      const wrong = this.all().some((transaction) => transaction.lastOffset < baseOffset)
      return wrong ? 'it has a transaction that ended before the segment' : undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  async sync(): Promise<void> {
    if (this.#size > 0) await syncFile(this.#path)
  }

  rename(path: string): void {
    if (this.#size > 0) renameSync(this.#path, path)
    this.#path = path
  }

  moved(path: string): void {
    this.#path = path
  }

  delete(): void {
    rmSync(this.#path, { force: true })
    this.#size = 0
  }

  #truncate(size: number): void {
    truncateSync(this.#path, size)
    this.#size = size
  }
}
