// Maps offsets to positions in a segment, sparsely.
//
//   0  relativeOffset  int32   last offset of a batch, less the segment's base offset
//   4  position        int32   where that batch begins in the .log file
//
// No checksum: an entry is checked against the batch that it leads to. (Kafka: OffsetIndex.)

import { IndexFile } from './index-file.ts'

const ENTRY_SIZE = 8
const MAX_RELATIVE_OFFSET = 0x7fff_ffff

export interface IndexEntry {
  offset: number
  position: number
}

export class OffsetIndex {
  readonly file: IndexFile
  readonly #baseOffset: number

  constructor(path: string, baseOffset: number, size = IndexFile.sizeOf(path)) {
    this.file = new IndexFile(path, ENTRY_SIZE, size)
    this.#baseOffset = baseOffset
  }

  /** Whether the index would get larger than `maxBytes` with one more entry. */
  isFull(maxBytes: number): boolean {
    return this.file.count >= Math.floor(maxBytes / ENTRY_SIZE)
  }

  /** Whether the offset can be told relative to the segment's base. */
  static fits(offset: number, baseOffset: number): boolean {
    return offset >= baseOffset && offset - baseOffset <= MAX_RELATIVE_OFFSET
  }

  append(offset: number, position: number): void {
    const bytes = this.file.add()
    const at = (this.file.count - 1) * ENTRY_SIZE
    bytes.writeInt32BE(offset - this.#baseOffset, at)
    bytes.writeInt32BE(position, at + 4)
  }

  /** The last entry whose offset is at most this one. */
  lookup(offset: number): IndexEntry | undefined {
    const found = this.#find(offset)
    return found === -1 ? undefined : this.entry(found)
  }

  /** The last entry. */
  last(): IndexEntry | undefined {
    return this.file.count === 0 ? undefined : this.entry(this.file.count - 1)
  }

  entry(number: number): IndexEntry {
    const bytes = this.file.entry(number)
    return { offset: this.#baseOffset + bytes.readInt32BE(0), position: bytes.readInt32BE(4) }
  }

  /** Forgets the entries at and after the offset. */
  truncateTo(offset: number): void {
    this.file.truncate(this.#find(offset - 1) + 1)
  }

  /** What is wrong with the entries of a segment of `logSize` bytes; undefined when nothing is. */
  problem(logSize: number): string | undefined {
    const bytes = this.file.all()
    let offset = -1
    let position = -1
    for (let at = 0; at < bytes.length; at += ENTRY_SIZE) {
      const nextOffset = bytes.readInt32BE(at)
      const nextPosition = bytes.readInt32BE(at + 4)
      if (nextOffset <= offset || nextPosition <= position)
        return `entry ${at / ENTRY_SIZE} is not after the one before`
      offset = nextOffset
      position = nextPosition
    }
    return position >= logSize ? 'it points behind the end of the log' : undefined
  }

  #find(offset: number): number {
    const relative = offset - this.#baseOffset
    return this.file.search((bytes, at) => bytes.readInt32BE(at) <= relative)
  }
}
