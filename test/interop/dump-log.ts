// Kafka's own dump-log as the judge of the files that a broker wrote.

import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { eachLine } from './data.ts'
import { kafkaTool } from './peers/kafka.ts'
import { succeeded } from './peers/run.ts'
import { folder } from './shared.ts'

export interface Dumped {
  files: number
  records: number
}

/**
 * Dumps every segment of a topic with `--print-data-log --index-sanity-check` and fails on any complaint. The broker must
 * have been stopped cleanly: a live one keeps its indexes longer than they are full.
 */
export async function dumpLog(data: string, topic: string): Promise<Dumped> {
  const files = readdirSync(data)
    .filter((name) => name.slice(0, name.lastIndexOf('-')) === topic)
    .flatMap((partition) => readdirSync(join(data, partition)).map((name) => join(data, partition, name)))
    .filter((name) => /\.(log|index|timeindex)$/.test(name))
  const indexes = files.filter((name) => !name.endsWith('.log'))
  assert.equal(indexes.length, 2 * (files.length - indexes.length), 'every segment has two indexes')
  const output = join(folder, 'dump')
  const dump = ['--files', files.join(','), '--print-data-log', '--index-sanity-check']
  const dumped = await kafkaTool('dump-log', dump, { outputFile: output, timeout: 120_000, fast: true })
  succeeded(dumped, 'dump-log')
  // Of a segment that does not begin with offset 0 it says so in these words, whoever wrote it.
  const known = /^Non-consecutive offsets in .*\/(\d+)\.log\n {2}-1 is followed by (\d+)\n/gm
  const said = dumped.stderr.replace(known, (text, base, first) => (Number(base) === Number(first) ? '' : text))
  assert.equal(said.slice(0, 500), '')

  const record = Buffer.from('| offset: ')
  const complaints: string[] = []
  let records = 0
  let sane = 0
  eachLine(output, (bytes, start, end) => {
    if (bytes.compare(record, 0, record.length, start, start + record.length) === 0) {
      records++
      return
    }
    const text = bytes.toString('utf8', start, end)
    if (/(passed sanity check|\.index is empty)\.$/.test(text)) sane++
    else if (!/^(Dumping |Log starting offset: |baseOffset: .* isvalid: true$)/.test(text)) complaints.push(text)
  })
  rmSync(output)
  assert.deepEqual(complaints.slice(0, 10), [])
  assert.equal(sane, indexes.length, 'every index is sane')
  return { files: files.length, records }
}
