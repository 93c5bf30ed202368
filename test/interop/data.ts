// The lines that go through ktool, the brokers and their peers, and the check that they all came through.
//
//   key \t index \s filler           99 bytes without the newline; the index has 7 digits, the filler takes what is left
//
// The filler holds tabs, percent signs, backslashes and quotes, so that nothing may take them for its own syntax; keys hold
// a letter of two bytes. Any line can be made again from its index, so a check needs no copy of what was sent.

import { closeSync, openSync, readSync, writeSync } from 'node:fs'

export const lineCount = 1_000_000
export const keyCount = 10_000
const lineSize = 99
const digits = 7

const tab = 9
const newline = 10
const keys = Array.from({ length: keyCount }, (_, key) => Buffer.from(`Köln-${key}`))
const filler = makeFiller()

/** Printable bytes from a linear congruential generator, one tab in about a hundred. */
function makeFiller(): Buffer {
  const alphabet = Buffer.from(
    'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;:!?"\'`\\%$&|<>()[]{}#*+-=/~^_@\t',
  )
  const bytes = Buffer.alloc(1 << 16)
  let state = 20250101
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    bytes[at] = alphabet[(state >>> 16) % alphabet.length]!
  }
  return bytes
}

/** The number of the key that a line has: every key comes about equally often, in no simple order. */
const keyOf = (index: number) => (Math.imul(index ^ (index >>> 7), 0x9e3779b1) >>> 8) % keyCount

/** Writes a line without its newline. Returns where it ends. */
function putLine(into: Buffer, at: number, index: number): number {
  const end = at + lineSize
  let next = at + keys[keyOf(index)]!.copy(into, at)
  into[next++] = tab
  for (let place = digits - 1, rest = index; place >= 0; place--) {
    into[next + place] = 48 + (rest % 10)
    rest = (rest / 10) | 0
  }
  next += digits
  into[next++] = 32
  const from = Math.imul(index, 7919) & 0x7fff
  filler.copy(into, next, from, from + end - next)
  return end
}

/** The line of an index, as text without the newline. */
export function line(index: number): string {
  const bytes = Buffer.alloc(lineSize)
  putLine(bytes, 0, index)
  return bytes.toString()
}

/** Writes the lines of the indexes `from` to `to` (not included) to a file. */
export function writeLines(path: string, from = 0, to = lineCount): void {
  const file = openSync(path, 'w')
  const block = Buffer.alloc(10_000 * (lineSize + 1))
  for (let index = from; index < to; ) {
    let size = 0
    for (; index < to && size < block.length; index++) {
      size = putLine(block, size, index)
      block[size++] = newline
    }
    writeSync(file, block, 0, size)
  }
  closeSync(file)
}

/** Writes every key once: key, tab, the key's number. */
export function writeKeys(path: string): void {
  const file = openSync(path, 'w')
  writeSync(file, keys.map((key, number) => `${key}\t${number}\n`).join(''))
  closeSync(file)
}

/** Reads a file line by line without keeping it: calls `onLine` with a buffer and the line's place in it. */
export function eachLine(path: string, onLine: (bytes: Buffer, start: number, end: number) => void): void {
  const file = openSync(path, 'r')
  const bytes = Buffer.alloc(1 << 20)
  let kept = 0
  for (;;) {
    const size = kept + readSync(file, bytes, kept, bytes.length - kept, null)
    if (size === kept) break
    let start = 0
    for (let end = bytes.indexOf(newline); end >= 0 && end < size; end = bytes.indexOf(newline, start)) {
      onLine(bytes, start, end)
      start = end + 1
    }
    if (start === 0 && size === bytes.length) throw new Error(`${path}: a line of more than a megabyte`)
    bytes.copy(bytes, 0, start, size)
    kept = size - start
  }
  closeSync(file)
  if (kept > 0) throw new Error(`${path} ends in the middle of a line: ${bytes.toString('utf8', 0, kept)}`)
}

function number(bytes: Buffer, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) value = value * 10 + bytes[at]! - 48
  return value
}

/** The number whose digits end where `end` is. */
function numberBefore(bytes: Buffer, end: number): number {
  let start = end
  while (start > 0 && bytes[start - 1]! >= 48 && bytes[start - 1]! <= 57) start--
  return number(bytes, start, end)
}

/** Reads lines `partition \t key \t ...` into the partition of each key's number. */
export function readPartitions(path: string): Int8Array {
  const numbers = new Map(keys.map((key, index) => [key.toString('latin1'), index]))
  const partitions = new Int8Array(keyCount).fill(-1)
  eachLine(path, (bytes, start, end) => {
    const first = bytes.indexOf(tab, start)
    const second = bytes.indexOf(tab, first + 1)
    const key = numbers.get(bytes.toString('latin1', first + 1, second > 0 && second < end ? second : end))
    if (key === undefined) throw new Error(`not a key of ours: ${bytes.toString('utf8', start, end)}`)
    partitions[key] = numberBefore(bytes, first)
  })
  const missing = partitions.indexOf(-1)
  if (missing >= 0) throw new Error(`${path} lacks the key ${keys[missing]}`)
  return partitions
}

export interface CheckOptions {
  /** The number of lines that must be there, from index 0 on. */
  count?: number
  /** Where each key belongs; every line then starts with its partition, as `7` or `Partition:7`, and a tab. */
  partitions?: Int8Array
}

/**
 * Checks that files hold together every line once, unchanged, and each key's lines in the order in which they were sent.
 * Throws with the first line that is not as it should be.
 */
export function checkLines(paths: string | readonly string[], options: CheckOptions = {}): void {
  const { count = lineCount, partitions } = options
  const seen = new Uint8Array(count)
  const last = new Int32Array(keyCount).fill(-1)
  const expected = Buffer.alloc(lineSize)
  let lines = 0
  for (const path of typeof paths === 'string' ? [paths] : paths) {
    eachLine(path, (bytes, start, end) => {
      lines++
      const fail = (what: string): never => {
        throw new Error(`${path} line ${lines}: ${what}: ${bytes.toString('utf8', start, end)}`)
      }
      const text = partitions ? bytes.indexOf(tab, start) + 1 : start
      const from = bytes.indexOf(tab, text) + 1
      const index = number(bytes, from, from + digits)
      if (!(index >= 0 && index < count)) fail('not a line that was sent')
      putLine(expected, 0, index)
      if (end - text !== lineSize || expected.compare(bytes, text, end) !== 0) fail('changed on its way')
      if (seen[index]) fail('came twice')
      seen[index] = 1
      const key = keyOf(index)
      if (last[key]! > index) fail(`came after ${last[key]}, out of its key's order`)
      last[key] = index
      if (partitions && numberBefore(bytes, text - 1) !== partitions[key]) {
        fail(`in another partition than ${partitions[key]}, where Java's producer puts its key`)
      }
    })
  }
  const missing = seen.indexOf(0)
  if (missing >= 0) throw new Error(`${paths}: ${lines} lines, and ${count - lines} are lost, first: ${line(missing)}`)
}
