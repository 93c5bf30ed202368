// Kafka's own dump-log as the judge of the files that a broker wrote.

import assert from 'node:assert/strict'
import { readdirSync, rmSync, statSync } from 'node:fs'
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

/** Which decoder a file wants. */
function decoderOf(topic: string): string {
  if (topic === '__consumer_offsets') return '--offsets-decoder'
  if (topic === '__transaction_state') return '--transaction-log-decoder'
  if (topic === '__cluster_metadata') return '--cluster-metadata-decoder'
  return '--print-data-log'
}

/** Dumps every file of a data directory that dump-log knows, with its decoders. Fails on any complaint; returns the paths. */
export async function dumpEverything(data: string): Promise<string[]> {
  const byDecoder = new Map<string, string[]>()
  for (const partition of readdirSync(data)) {
    const topic = partition.slice(0, partition.lastIndexOf('-'))
    if (topic === '' || partition.endsWith('-delete') || !statSync(join(data, partition)).isDirectory()) continue
    const decoder = decoderOf(topic)
    const files = readdirSync(join(data, partition)).filter((name) => DUMPED.test(name))
    const paths = files.map((name) => join(data, partition, name))
    byDecoder.set(decoder, [...(byDecoder.get(decoder) ?? []), ...paths])
  }
  for (const [decoder, files] of byDecoder) {
    const dump = ['--files', files.join(','), decoder, '--deep-iteration']
    const dumped = succeeded(await kafkaTool('dump-log', dump, { timeout: 120_000, fast: true }), 'dump-log')
    const complaint = /isvalid: false|could not|exception|unknown|mismatch|found .*(error|invalid)|not able/i
    const complaints = `${dumped.stdout}${dumped.stderr}`.split('\n').filter((line) => complaint.test(line))
    assert.deepEqual(complaints.slice(0, 10), [], decoder)
    for (const file of files) assert.ok(dumped.stdout.includes(`Dumping ${file}`), file)
  }
  return [...byDecoder.values()].flat()
}

const DUMPED = /\.(log|index|timeindex|txnindex|snapshot|checkpoint)$/
