// The check of the interop tests must see every kind of damage, else they prove nothing.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { checkLines, line, readPartitions, writeKeys, writeLines } from './data.ts'

const folder = mkdtempSync(join(tmpdir(), 'ktool-data-'))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'lines')
const count = 30_000

writeLines(path, 0, count)
const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
const damaged = (change: (copy: string[]) => void) => {
  const copy = [...lines]
  change(copy)
  const file = join(folder, 'damaged')
  writeFileSync(file, copy.map((text) => `${text}\n`).join(''))
  return () => checkLines(file, { count })
}
const keyOf = (text: string) => text.slice(0, text.indexOf('\t'))

test('lines have 99 bytes, a key, and their index', () => {
  assert.equal(lines.length, count)
  for (const [index, text] of lines.entries()) {
    assert.equal(Buffer.byteLength(text), 99)
    if (index % 1000 === 0) assert.equal(text, line(index))
  }
})

test('what came through unharmed passes, in one file or in several', () => {
  checkLines(path, { count })
  const [even, odd] = ['even', 'odd'].map((name) => join(folder, name))
  const isEven = (text: string) => keyOf(text).charCodeAt(keyOf(text).length - 1) % 2 === 0
  writeFileSync(
    even!,
    lines
      .filter(isEven)
      .map((text) => `${text}\n`)
      .join(''),
  )
  writeFileSync(
    odd!,
    lines
      .filter((text) => !isEven(text))
      .map((text) => `${text}\n`)
      .join(''),
  )
  checkLines([even!, odd!], { count })
})

test('damage is found', () => {
  assert.throws(
    damaged((copy) => copy.splice(17, 1)),
    /1 are lost, first: .*0000017 /,
  )
  assert.throws(
    damaged((copy) => copy.push(copy[5]!)),
    /line 30001: came twice/,
  )
  assert.throws(
    damaged((copy) => (copy[9] = copy[9]!.slice(0, -1))),
    /line 10: changed/,
  )
  assert.throws(
    damaged((copy) => (copy[9] = copy[9]!.replace('0000009', '0000008'))),
    /line 10: (changed|came twice)/,
  )
  assert.throws(
    damaged((copy) => (copy[9] = 'x')),
    /line 10: /,
  )
  assert.throws(
    damaged((copy) => (copy[9] = '')),
    /line 10: /,
  )
  const later = lines.findLastIndex((text) => keyOf(text) === keyOf(lines[0]!))
  assert.ok(later > 0)
  assert.throws(
    damaged((copy) => {
      copy[0] = lines[later]!
      copy[later] = lines[0]!
    }),
    /out of its key's order/,
  )
})

test('a record in another partition is found', () => {
  const keys = join(folder, 'keys')
  writeKeys(keys)
  const place = (text: string) => Number(keyOf(text).slice('Köln-'.length)) % 12
  const placed = (rows: string[]) => rows.map((text) => `${place(text)}\t${text}\n`).join('')
  const map = join(folder, 'map')
  writeFileSync(map, placed(readFileSync(keys, 'utf8').split('\n').slice(0, -1)))
  const partitions = readPartitions(map)
  const good = join(folder, 'placed')
  writeFileSync(good, placed(lines))
  checkLines(good, { count, partitions })
  writeFileSync(good, placed(lines).replace(/^\d+/, '12'))
  assert.throws(() => checkLines(good, { count, partitions }), /line 1: in another partition/)
  writeFileSync(map, placed(['Köln-1\t1']))
  assert.throws(() => readPartitions(map), /lacks the key Köln-0/)
})
