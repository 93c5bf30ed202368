// The configs and quotas commands of the real program against the bundled broker.

import assert from 'node:assert/strict'
import test from 'node:test'
import { ktool } from './run.ts'
import { served } from './served.ts'
import { assertTranscript } from './transcript.ts'

const { env } = served('-X', 'node.id=1', '-X', 'log.retention.hours=100')

async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ktool(args, { env })
  assert.deepEqual([code, stderr], [0, ''], args.join(' '))
  return stdout
}

test('configs of topics, brokers and groups: described, changed, refused', async () => {
  await done('topics', 'create', 'orders', 'plain')
  await done('topics', 'alter-configs', 'orders', '--set', 'retention.ms=86400000')
  await assertTranscript('cli/configs.txt', env, [
    'configs describe topic --output table',
    'configs describe topic orders plain --json',
    'configs describe topic orders plain --key retention.ms --output csv',
    'configs describe topic nothing',
    'configs alter topic orders --set max.message.bytes=2000000 --append cleanup.policy=compact --output table',
    "configs alter topic 'o*' --unset max.message.bytes",
    "configs alter topic 'o*' --unset max.message.bytes --yes",
    'configs alter broker --default --set log.cleaner.threads=2 --output table',
    'configs alter broker 1 --set log.cleaner.threads=3 --dry-run --json',
    'configs alter broker 1 --set log.cleaner.threads=3',
    'configs describe broker 1 --key log.cleaner.threads --key log.retention.h* --output table',
    'configs describe topic plain --key retention.ms --docs --output csv',
    'configs describe topic plain --key retention.ms --docs --output jsonl',
    'configs describe user --docs',
    'configs describe broker --default',
    'configs alter broker 1 --unset log.cleaner.threads',
    'configs alter broker 1 --set log.cleaner.thread=3',
    'configs alter broker 1 --set broker.id=3',
    'configs alter broker 7 --set log.cleaner.threads=3',
    'configs alter broker seven --set log.cleaner.threads=3',
    'configs alter group shop --set consumer.session.timeout.ms=50000',
    'configs describe group --output jsonl',
    'configs alter client-metrics slow --set interval.ms=60000',
    'configs describe client-metrics',
    'configs describe topic --default',
    'configs alter topic --set a=b',
    'configs alter topic orders',
    'configs describe tpoic',
  ])
})

test('quotas: described, changed, refused', async () => {
  await assertTranscript('cli/quotas.txt', env, [
    'quotas describe',
    'quotas alter --user alice --set producer_byte_rate=1048576 --output table',
    'quotas alter --user alice --client etl --set request_percentage=50.5 --set consumer_byte_rate=4096 --output table',
    'quotas alter --default user --default client --set producer_byte_rate=2000000 --json',
    'quotas alter --ip 127.0.0.9 --set connection_creation_rate=5',
    'quotas describe --output table',
    'quotas describe --user alice --json',
    'quotas describe --user alice --only',
    'quotas describe --default client --output csv',
    'quotas alter --user alice --set producer_byte_rate=1 --dry-run',
    'quotas alter --user alice --unset producer_byte_rate --set consumer_byte_rate=7',
    'quotas alter --user alice --set consumer_byte_rate=7',
    'quotas alter --user alice --set consumer_byte_rat=7',
    'quotas alter --user alice --set consumer_byte_rate=1.5',
    'quotas alter --user alice --set consumer_byte_rate=many',
    'quotas alter --ip 127.0.0.9 --user alice --set connection_creation_rate=7',
    'quotas alter --set consumer_byte_rate=7',
    'quotas alter --user alice',
    'configs alter client billing --set producer_byte_rate=1048576',
    'configs alter user --default --set producer_byte_rate=5 --output table',
    'configs describe client --output table',
    'configs describe user alice bob --json',
    'configs describe ip',
    'configs alter client billing --append producer_byte_rate=1',
  ])
})

test('secrets stay secret', async () => {
  const key = 'listener.name.plaintext.ssl.keystore.password'
  const { stdout, stderr } = await ktool(['configs', 'alter', 'broker', '1', '--set', `${key}=hush`, '--json'], { env })
  assert.doesNotMatch(stdout + stderr, /hush/)
  assert.doesNotMatch(await done('configs', 'describe', 'broker', '1', '--all', '--json'), /hush/)
})
