# aiokafka against one broker: admin calls, producers of every kind, groups of the classic protocol. Prints what the broker
# answered, a line a fact, in a form that does not depend on the broker.
#
#   python aiokafka_.py HOST:PORT PREFIX

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

bootstrap, prefix = sys.argv[1:]
port = bootstrap.split(':')[1]


def say(*what):
    text = ' '.join(str(each) for each in what)
    print(text.replace(prefix, '').replace(bootstrap, 'HOST').replace(port, 'PORT'), flush=True)


async def outcome(step, work):
    """What the work gives, or its error."""
    try:
        say(step, '->', await work)
    except (KafkaError, ValueError) as error:
        say(step, '->', type(error).__name__, error)


async def answer(step, work, shown):
    """The same of a work whose answer is to be taken apart."""
    async def taken():
        return shown(await work)

    await outcome(step, taken())


async def topics(admin):
    t = prefix + 'orders'

    def errors(response):
        return [tuple(each)[:3] for each in getattr(response, 'topic_errors', getattr(response, 'topic_error_codes', []))]

    new = [
        NewTopic(t, 3, 1, topic_configs={'retention.ms': '-1'}),
        NewTopic(prefix + 'compacted', 1, 1, topic_configs={'cleanup.policy': 'compact'}),
        NewTopic(prefix + 'small', 1, 1, topic_configs={'max.message.bytes': '1000'}),
        NewTopic(prefix + 'bad name', 1, 1),
        NewTopic(prefix + 'bad-config', 1, 1, topic_configs={'retention.ms': 'x'}),
        NewTopic(prefix + 'too-many', 1, 3),
        NewTopic(prefix + 'misplaced', -1, -1, replica_assignments={0: [1], 1: [7]}),
    ]
    await answer('create', admin.create_topics(new), lambda response: sorted(errors(response)))
    await answer('create again', admin.create_topics([NewTopic(t, 1, 1)]), errors)
    await answer('grow', admin.create_partitions({t: NewPartitions(4)}), lambda response: response.topic_errors)
    await answer('shrink', admin.create_partitions({t: NewPartitions(2)}), lambda response: response.topic_errors)
    for _ in range(200):
        described = await admin.describe_topics([t, prefix + 'compacted'])
        if sum(len(each['partitions']) for each in described) == 5:
            break
        await asyncio.sleep(0.05)
    for each in sorted(described, key=lambda topic: topic['topic']):
        say('described', each)
    say('listed', sorted(name for name in await admin.list_topics() if name.startswith(prefix)))
    cluster = await admin.describe_cluster()
    say('cluster', cluster['brokers'], cluster['controller_id'])


async def configs(admin):
    def show(responses):
        for response in responses:
            for resource in response.resources:
                say('configs of', resource[:4])
                for entry in sorted(resource[4]):
                    say('config', entry)

    topic = ConfigResource(ConfigResourceType.TOPIC, prefix + 'orders')
    show(await admin.describe_configs([topic], include_synonyms=True))
    for name, value in [('segment.ms', '500000'), ('retention.ms', '-2'), ('no.such', 'x')]:
        changed = ConfigResource(ConfigResourceType.TOPIC, prefix + 'small', {name: value, 'max.message.bytes': '1000'})
        await answer(f'alter {name}', admin.alter_configs([changed]), lambda all: [each.resources for each in all])
    asked = [ConfigResource(ConfigResourceType.TOPIC, prefix + 'small', {'segment.ms': ''})]
    # A broker hears of a change a little later.
    for _ in range(1000):
        changed = await admin.describe_configs(asked)
        if "'500000'" in str([response.resources for response in changed]):
            break
        await asyncio.sleep(0.02)
    show(changed)
    show(await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, prefix + 'nothing')]))


async def produce():
    for codec in [None, 'gzip', 'snappy', 'lz4', 'zstd']:
        producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap, compression_type=codec, linger_ms=20, acks='all' if codec else 1,
            enable_idempotence=codec is not None,
        )
        await producer.start()
        sent = [
            await producer.send(
                prefix + 'orders', key=f'key-{number % 5}'.encode(),
                value=None if number == 7 else f'{codec}-{number}'.encode(), partition=number % 4,
                timestamp_ms=1_700_000_000_000 + number, headers=[('codec', str(codec).encode()), ('empty', b'')],
            )
            for number in range(20)
        ]
        say('produced', codec, sorted((m.partition, m.offset, m.timestamp) for m in await asyncio.gather(*sent)))
        await producer.stop()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    for topic, key, value in [
        ('small', None, b'x' * 2000),
        ('compacted', None, b'without a key'),
        ('compacted', b'k', b'with a key'),
    ]:
        await answer(f'produced to {topic}', producer.send_and_wait(prefix + topic, value, key=key, partition=0),
                     lambda metadata: metadata.offset)
    await producer.stop()


async def read(topic, partitions, isolation='read_committed'):
    """All records there are."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level=isolation, enable_auto_commit=False)
    await consumer.start()
    all_of = [TopicPartition(prefix + topic, partition) for partition in range(partitions)]
    consumer.assign(all_of)
    await consumer.seek_to_beginning()
    ends = await consumer.end_offsets(all_of)
    records = []
    while any([await consumer.position(each) < ends[each] for each in all_of]):
        for found in (await consumer.getmany(timeout_ms=500)).values():
            records.extend((r.partition, r.offset, r.key, r.value, r.timestamp, r.timestamp_type, r.headers) for r in found)
    say('begins and ends', sorted((await consumer.beginning_offsets(all_of)).items()), sorted(ends.items()))
    if topic == 'orders':
        times = await consumer.offsets_for_times({each: 1_700_000_000_012 for each in all_of})
        say('for times', sorted(times.items()))
    await consumer.stop()
    return sorted(records, key=lambda record: record[:2])


async def consume(admin):
    for record in await read('orders', 4):
        say('record', *record)
    for offset in [6, 1000]:
        await outcome(f'delete records below {offset}',
                      admin.delete_records({TopicPartition(prefix + 'orders', 0): RecordsToDelete(offset)}))


async def transactions(admin):
    await admin.create_topics([NewTopic(prefix + 'txn', 1, 1)])
    settings = {'bootstrap_servers': bootstrap, 'transactional_id': prefix + 'txn', 'transaction_timeout_ms': 30_000}
    first = AIOKafkaProducer(**settings)
    await first.start()
    for end in ['commit', 'abort', 'commit']:
        await first.begin_transaction()
        for number in range(3):
            await first.send_and_wait(prefix + 'txn', f'{end}-{number}'.encode(), partition=0)
        offset = OffsetAndMetadata(7 if end == 'commit' else 8, 'note')
        await first.send_offsets_to_transaction({TopicPartition(prefix + 'orders', 0): offset}, prefix + 'txn-group')
        await (first.commit_transaction() if end == 'commit' else first.abort_transaction())
    for isolation in ['read_committed', 'read_uncommitted']:
        say(isolation, [(record[1], record[3]) for record in await read('txn', 1, isolation)])
    await outcome('offsets of the transactions', admin.list_consumer_group_offsets(prefix + 'txn-group'))
    second = AIOKafkaProducer(**settings)
    await second.start()

    async def fenced():
        await first.begin_transaction()
        await first.send_and_wait(prefix + 'txn', b'fenced', partition=0)
        await first.commit_transaction()

    await outcome('the first one is fenced', fenced())
    await second.begin_transaction()
    await second.send_and_wait(prefix + 'txn', b'second', partition=0)
    await second.commit_transaction()
    await second.stop()
    try:
        await first.stop()
    except KafkaError as error:
        say('stopped', type(error).__name__)
    say('read_committed', [(record[1], record[3]) for record in await read('txn', 1)])


async def groups(admin):
    group, t = prefix + 'group', prefix + 'group-topic'
    await admin.create_topics([NewTopic(t, 4, 1)])
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    for number in range(40):
        await producer.send_and_wait(t, f'{number}'.encode(), partition=number % 4)
    await producer.stop()
    members = [
        AIOKafkaConsumer(t, bootstrap_servers=bootstrap, group_id=group, client_id='member', enable_auto_commit=False,
                         auto_offset_reset='earliest')
        for _ in range(2)
    ]
    await asyncio.gather(*[member.start() for member in members])
    values = set()

    async def balanced():
        while [len(member.assignment()) for member in members] != [2, 2] or len(values) < 40:
            for member in members:
                for found in (await member.getmany(timeout_ms=50)).values():
                    values.update(record.value for record in found)

    await asyncio.wait_for(balanced(), 60)
    say('all values', len(values))

    def described(responses):
        for response in responses:
            for code, name, state, kind, protocol, all_members, *rest in response.groups:
                yield code, name, state, kind, protocol, sorted((each[1], each[2]) for each in all_members), rest

    await answer('described', admin.describe_consumer_groups([group]), lambda all: list(described(all)))
    await outcome('deleted while in use', admin.delete_consumer_groups([group])) if hasattr(
        admin, 'delete_consumer_groups') else None
    for number, member in enumerate(members):
        await member.commit({each: (number + 5, 'note') for each in member.assignment()})
    for member in members:
        await member.stop()
    await answer('described', admin.describe_consumer_groups([group]), lambda all: list(described(all)))
    await answer('offsets', admin.list_consumer_group_offsets(group), lambda all: sorted(map(str, all.values())))
    await answer('listed', admin.list_consumer_groups(), 
                 lambda all: sorted(each for each in all if each[0].startswith(prefix)))


async def main():
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await topics(admin)
    await configs(admin)
    await produce()
    await consume(admin)
    await transactions(admin)
    await groups(admin)
    for name in ['orders', 'compacted', 'small', 'txn', 'group-topic', 'nothing']:
        await answer(f'delete {name}', admin.delete_topics([prefix + name]), lambda response: response.topic_error_codes)
    await admin.close()
    say('done')


asyncio.run(main())
