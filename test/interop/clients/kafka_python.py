# kafka-python against one broker: admin calls, producers of every kind, groups of the classic protocol. Prints what the broker
# answered, a line a fact, in a form that does not depend on the broker.
#
#   python kafka_python.py HOST:PORT PREFIX

import json
import sys
import threading
import time

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    AlterConfigOp,
    ConfigResource,
    ConfigResourceType,
    KafkaAdminClient,
    OffsetSpec,
)
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

bootstrap, prefix = sys.argv[1:]
host, port = bootstrap.split(':')
admin = KafkaAdminClient(bootstrap_servers=bootstrap)


def plain(value):
    """In an order of its own, with names and keys as text."""
    if isinstance(value, dict):
        return {str(plain(key)): plain(each) for key, each in sorted(value.items(), key=lambda item: str(item[0]))}
    if isinstance(value, (list, set, frozenset)):
        return sorted((plain(each) for each in value), key=str)
    if isinstance(value, (int, float, bool, type(None))):
        return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return str(value)


def say(*what):
    text = ' '.join(each if isinstance(each, str) else json.dumps(plain(each)) for each in what)
    print(text.replace(prefix, '').replace(bootstrap, 'HOST').replace(f'"port": {port}', '"port": PORT'), flush=True)


def outcome(step, work):
    """What the work gives, or its error."""
    try:
        say(step, '->', work())
    except (KafkaError, ValueError, TypeError, AssertionError) as error:
        say(step, '->', type(error).__name__, str(error))


def without(value, *names):
    """What a broker makes up by itself is left out."""
    if isinstance(value, dict):
        return {key: without(each, *names) for key, each in value.items() if key not in names}
    if isinstance(value, (list, tuple)):
        return [without(each, *names) for each in value]
    return value


def topics():
    t = prefix + 'orders'
    for name, options in {
        'orders': {'num_partitions': 3, 'configs': {'retention.ms': '-1'}},
        'compacted': {'num_partitions': 1, 'configs': {'cleanup.policy': 'compact'}},
        'small': {'num_partitions': 1, 'configs': {'max.message.bytes': '1000'}},
        'bad name': {'num_partitions': 1},
        'bad-config': {'num_partitions': 1, 'configs': {'retention.ms': 'x'}},
        'too-many': {'num_partitions': 1, 'replication_factor': 3},
        'placed': {'assignments': {0: [1], 1: [1]}},
        'misplaced': {'assignments': {0: [1], 1: [7]}},
    }.items():
        if 'assignments' not in options:
            options['replication_factor'] = options.get('replication_factor', 1)
        outcome(f'create {name}', lambda: without(admin.create_topics({prefix + name: options}), 'topic_id'))
    outcome('create again', lambda: admin.create_topics({t: {'num_partitions': 1, 'replication_factor': 1}}))
    outcome('validate', lambda: without(
        admin.create_topics({prefix + 'validated': {'num_partitions': 1, 'replication_factor': 1}}, validate_only=True),
        'topic_id'))
    outcome('grow', lambda: admin.create_partitions({t: 4}))
    while len(admin.describe_topics([t])[0]['partitions']) != 4:
        time.sleep(0.05)
    outcome('shrink', lambda: admin.create_partitions({t: 2}))
    outcome('describe', lambda: without(admin.describe_topics([t, prefix + 'compacted']), 'topic_id'))
    outcome('listed', lambda: [name for name in admin.list_topics() if name.startswith(prefix)])
    outcome('cluster', lambda: without(admin.describe_cluster(), 'cluster_id'))
    outcome('features', lambda: without(admin.describe_features(), 'finalized_epoch', 'share.version', 'streams.version'))
    outcome('quorum', lambda: without(
        admin.describe_metadata_quorum(), 'leader_epoch', 'high_watermark', 'log_end_offset', 'last_fetch_timestamp',
        'last_caught_up_timestamp', 'replica_directory_id', 'port'))
    outcome('reassignments', lambda: admin.list_partition_reassignments())
    outcome('log dirs', lambda: [
        (topic['name'], [p['partition_index'] for p in topic['partitions']])
        for broker in admin.describe_log_dirs() for each in broker.get('log_dirs', broker.get('results', []))
        for topic in each['topics'] if topic['name'].startswith(prefix)
    ])
    outcome('pages', lambda: without(admin.describe_topic_partitions([t, prefix + 'small']), 'topic_id'))


def configs():
    topic = ConfigResource(ConfigResourceType.TOPIC, prefix + 'orders')

    def show(resource):
        return admin.describe_configs([resource], include_synonyms=True, config_filter='all')

    def each_config(found):
        if isinstance(found, dict) and 'name' in found and 'value' in found:
            say('config', found)
        elif isinstance(found, dict):
            for key in sorted(found, key=str):
                if isinstance(found[key], dict) and 'value' in found[key]:
                    say('config', str(key), found[key])
                else:
                    each_config(found[key])
        elif isinstance(found, (list, tuple)):
            for each in found:
                each_config(each)

    each_config(show(topic))
    for name, value in {
        'segment.ms': (AlterConfigOp.SET, '500000'),
        'retention.ms': (AlterConfigOp.SET, '-2'),
        'cleanup.policy': (AlterConfigOp.SET, 'shred'),
    }.items():
        resource = ConfigResource(ConfigResourceType.TOPIC, prefix + 'orders', {name: value})
        outcome(f'alter {name}', lambda: admin.alter_configs([resource]))
    changed = ConfigResource(ConfigResourceType.TOPIC, prefix + 'orders', {'segment.ms': None, 'retention.ms': None})
    # A broker hears of a change a little later.
    deadline = time.time() + 20
    while "'500000'" not in str(show(changed)) and time.time() < deadline:
        time.sleep(0.02)
    outcome('changed', lambda: show(changed))
    outcome('of nothing', lambda: show(ConfigResource(ConfigResourceType.TOPIC, prefix + 'nothing')))


def produce():
    for codec in [None, 'gzip', 'snappy', 'lz4', 'zstd']:
        producer = KafkaProducer(
            bootstrap_servers=bootstrap, compression_type=codec, linger_ms=20, acks='all' if codec else 1,
            enable_idempotence=codec is not None,
        )
        sent = [
            producer.send(
                prefix + 'orders', key=f'key-{number % 5}'.encode(),
                value=None if number == 7 else f'{codec}-{number}'.encode(), partition=number % 4,
                timestamp_ms=1_700_000_000_000 + number, headers=[('codec', str(codec).encode()), ('empty', b'')],
            )
            for number in range(20)
        ]
        metadata = [each.get(20) for each in sent]
        say(f'produced {codec}', [(m.partition, m.offset, m.timestamp) for m in metadata])
        producer.close()
    producer = KafkaProducer(bootstrap_servers=bootstrap, allow_auto_create_topics=False, max_block_ms=3000, retries=0)
    for topic, key, value in [
        ('small', None, b'x' * 2000),
        ('compacted', None, b'without a key'),
        ('compacted', b'k', b'with a key'),
        ('nothing-here', b'k', b'v'),
    ]:
        outcome(f'produced to {topic}', lambda: producer.send(prefix + topic, key=key, value=value, partition=0).get(20).offset)
    producer.close()


def read(topic, partitions, isolation='read_committed'):
    """All records there are."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, isolation_level=isolation, enable_auto_commit=False)
    all_of = [TopicPartition(prefix + topic, partition) for partition in range(partitions)]
    consumer.assign(all_of)
    consumer.seek_to_beginning()
    ends = consumer.end_offsets(all_of)
    records = []
    while any(consumer.position(each) < ends[each] for each in all_of):
        for found in consumer.poll(1000).values():
            records.extend(
                (r.partition, r.offset, r.key, r.value, r.timestamp, r.timestamp_type, r.headers, r.leader_epoch)
                for r in found
            )
    say('begins and ends', consumer.beginning_offsets(all_of), ends)
    if topic == 'orders':
        say('for times', consumer.offsets_for_times({each: 1_700_000_000_012 for each in all_of}))
    consumer.close()
    return sorted(records, key=lambda record: record[:2])


def consume():
    for record in read('orders', 4):
        say('record', tuple(record))
    partition = TopicPartition(prefix + 'orders', 0)
    for spec in [OffsetSpec.EARLIEST, OffsetSpec.LATEST, OffsetSpec.MAX_TIMESTAMP]:
        outcome(f'offset {spec}', lambda: admin.list_partition_offsets({partition: spec}))
    outcome('delete records', lambda: admin.delete_records({partition: 6}))
    outcome('delete too many records', lambda: admin.delete_records({partition: 1000}))


def transactions():
    admin.create_topics({prefix + 'txn': {'num_partitions': 1, 'replication_factor': 1}})
    settings = {'bootstrap_servers': bootstrap, 'transactional_id': prefix + 'txn', 'transaction_timeout_ms': 30_000}
    first = KafkaProducer(**settings)
    first.init_transactions()
    for end in ['commit', 'abort', 'commit']:
        first.begin_transaction()
        for number in range(3):
            first.send(prefix + 'txn', f'{end}-{number}'.encode(), partition=0).get(20)
        offset = OffsetAndMetadata(7 if end == 'commit' else 8, 'note', -1)
        first.send_offsets_to_transaction({TopicPartition(prefix + 'orders', 0): offset}, prefix + 'txn-group')
        first.commit_transaction() if end == 'commit' else first.abort_transaction()
    for isolation in ['read_committed', 'read_uncommitted']:
        say(isolation, [(record[1], record[3]) for record in read('txn', 1, isolation)])
    outcome('offsets of the transactions', lambda: admin.list_group_offsets({prefix + 'txn-group': None}))
    outcome('transactions', lambda: [
        without(each.__dict__ if hasattr(each, '__dict__') else each._asdict(), 'producer_id')
        for found in [admin.list_transactions()] for each in (sum(found.values(), []) if isinstance(found, dict) else found)
        if prefix in str(each)
    ])
    second = KafkaProducer(**settings)
    second.init_transactions()

    def fenced():
        first.begin_transaction()
        first.send(prefix + 'txn', b'fenced', partition=0).get(20)
        first.commit_transaction()

    outcome('the first one is fenced', fenced)
    second.begin_transaction()
    second.send(prefix + 'txn', b'second', partition=0)
    second.commit_transaction()
    second.close()
    say('read_committed', [(record[1], record[3]) for record in read('txn', 1)])
    long = KafkaProducer(**{**settings, 'transactional_id': prefix + 'long', 'transaction_timeout_ms': 1_000_000})
    outcome('a time-out that is too long', long.init_transactions)


def groups():
    group, t = prefix + 'group', prefix + 'group-topic'
    admin.create_topics({t: {'num_partitions': 4, 'replication_factor': 1}})
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for number in range(40):
        producer.send(t, f'{number}'.encode(), partition=number % 4)
    producer.flush()
    settings = {
        'bootstrap_servers': bootstrap, 'group_id': group, 'client_id': 'member', 'auto_offset_reset': 'earliest',
        'enable_auto_commit': False, 'max_poll_records': 5,
    }
    values, shares, steps = set(), {}, [threading.Event(), threading.Event()]
    may_commit, may_leave = steps

    def member(number):
        # A member waits in poll() while its group rebalances, so each needs a thread. It waits for records: kafka-python 3.0.12
        # never takes over what it is assigned when poll() times out while it joins, whatever the broker.
        consumer = KafkaConsumer(t, **settings)
        while not may_commit.is_set():
            for found in consumer.poll(60_000).values():
                values.update(record.value for record in found)
            shares[number] = len(consumer.assignment())
        consumer.commit({each: OffsetAndMetadata(number + 5, 'note', -1) for each in consumer.assignment()})
        committed.release()
        may_leave.wait(60)
        consumer.close()

    committed = threading.Semaphore(0)
    members = [threading.Thread(target=member, args=[number], daemon=True) for number in range(2)]
    for each in members:
        each.start()
    deadline = time.time() + 60
    while shares != {0: 2, 1: 2} or len(values) < 40:
        if time.time() > deadline:
            raise Exception(f'no balance: {shares}, {len(values)} values')
        time.sleep(0.05)
    say('all values', len(values), 'shares', shares)

    def described():
        found = admin.describe_groups([group])
        return without(found, 'member_id', 'member_metadata', 'member_assignment')

    outcome('described', described)
    outcome('deleted while in use', lambda: admin.delete_groups([group]))
    may_commit.set()
    # Ends the poll() that each waits in.
    for number in range(4):
        producer.send(t, b'the last', partition=number)
    producer.close()
    for _ in members:
        # What a thread failed with stands on stderr, which is shown when the program fails.
        if not committed.acquire(timeout=60):
            raise Exception('a member has not committed in a minute')
    may_leave.set()
    for each in members:
        each.join(60)
    outcome('described', described)
    outcome('offsets', lambda: [
        each for found in admin.list_group_offsets({group: None}).values()
        for each in sorted(str(value) for value in found.values())
    ])
    outcome('listed', lambda: [each for each in admin.list_groups() if prefix in str(each)])
    first = TopicPartition(t, 0)
    outcome('altered', lambda: admin.alter_group_offsets(group, {first: OffsetAndMetadata(2, 'by hand', -1)}))
    outcome('reset', lambda: admin.reset_group_offsets(group, {first: OffsetSpec.EARLIEST}))
    outcome('offsets deleted', lambda: admin.delete_group_offsets(group, [TopicPartition(t, 1)]))
    outcome('deleted', lambda: admin.delete_groups([group]))
    outcome('deleted again', lambda: admin.delete_groups([group]))
    outcome('described', described)


topics()
configs()
produce()
consume()
transactions()
groups()
for each in ['orders', 'compacted', 'small', 'placed', 'txn', 'group-topic', 'nothing']:
    outcome(f'delete {each}', lambda: without(admin.delete_topics([prefix + each]), 'topic_id'))
say('done')
