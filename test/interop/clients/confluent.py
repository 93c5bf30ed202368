# confluent-kafka (librdkafka) against one broker: admin calls, producers of every kind, both group protocols. Prints what the
# broker answered, a line a fact, in a form that does not depend on the broker.
#
#   python confluent.py HOST:PORT PREFIX

import sys
import time

from confluent_kafka import (
    Consumer,
    ConsumerGroupState,
    ConsumerGroupType,
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaException,
    Producer,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

bootstrap, prefix = sys.argv[1:]
admin = AdminClient({'bootstrap.servers': bootstrap})


def say(*what):
    print(*[str(each).replace(prefix, '').replace(bootstrap, 'HOST') for each in what], flush=True)


def outcome(step, work):
    """What the work gives, or the name of its error."""
    try:
        say(step, '->', work())
    except KafkaException as error:
        say(step, '->', error.args[0].name(), '|', error.args[0].str())


def each(step, futures):
    for key in sorted(futures, key=str):
        outcome(f'{step} {key}', lambda: futures[key].result(20))


def topics():
    t = prefix + 'orders'
    new = [
        NewTopic(t, 3, 1, config={'retention.ms': '3600000', 'flush.ms': '1000'}),
        NewTopic(prefix + 'compacted', 1, 1, config={'cleanup.policy': 'compact'}),
        NewTopic(prefix + 'small', 1, 1, config={'max.message.bytes': '1000'}),
        NewTopic(prefix + 'bad name', 1, 1),
        NewTopic(prefix + 'bad-config', 1, 1, config={'retention.ms': 'x'}),
        NewTopic(prefix + 'odd-config', 1, 1, config={'no.such': 'x'}),
        NewTopic(prefix + 'too-many', 1, 3),
        NewTopic(prefix + 'none', 0, 1),
    ]
    each('create', admin.create_topics(new))
    each('create again', admin.create_topics([NewTopic(t, 1, 1)]))
    each('only validate', admin.create_topics([NewTopic(prefix + 'validated', 2, 1)], validate_only=True))
    each('grow', admin.create_partitions([NewPartitions(t, 4)]))
    while len(admin.list_topics(t, timeout=20).topics[t].partitions) != 4:
        time.sleep(0.05)
    each('shrink', admin.create_partitions([NewPartitions(t, 2)]))
    each('grow nothing', admin.create_partitions([NewPartitions(prefix + 'nothing', 2)]))
    described = admin.describe_topics(
        TopicCollection([t, prefix + 'compacted', prefix + 'nothing']), include_authorized_operations=True
    )

    def shown(future):
        topic = future.result(20)
        partitions = [(p.id, p.leader.id, [n.id for n in p.replicas], [n.id for n in p.isr]) for p in topic.partitions]
        return topic.name, topic.is_internal, partitions, sorted(o.name for o in topic.authorized_operations)

    for name, future in described.items():
        outcome(f'describe {name}', lambda: shown(future))
    say('listed', sorted(name for name in admin.list_topics(timeout=20).topics if name.startswith(prefix)))
    cluster = admin.describe_cluster(include_authorized_operations=True).result(20)
    operations = sorted(o.name for o in cluster.authorized_operations)
    say('cluster', [n.id for n in cluster.nodes], cluster.controller.id, operations)


def configs():
    topic = ConfigResource(ResourceType.TOPIC, prefix + 'orders')

    def show(resource):
        for entry in sorted(list(admin.describe_configs([resource]).values())[0].result(20).values(), key=lambda e: e.name):
            synonyms = [(s.name, s.value, s.source) for s in entry.synonyms.values()]
            yield entry.name, entry.value, entry.source, entry.is_read_only, entry.is_sensitive, synonyms

    for entry in show(topic):
        say('config', *entry)
    changed = ConfigResource(
        ResourceType.TOPIC,
        prefix + 'orders',
        incremental_configs=[
            ConfigEntry('retention.ms', '-1', incremental_operation=AlterConfigOpType.SET),
            ConfigEntry('cleanup.policy', 'compact', incremental_operation=AlterConfigOpType.APPEND),
            ConfigEntry('flush.ms', None, incremental_operation=AlterConfigOpType.DELETE),
        ],
    )
    each('alter', admin.incremental_alter_configs([changed]))

    def until(name, value):
        # A broker hears of a change a little later.
        deadline = time.time() + 20
        while not any(entry[:2] == (name, value) for entry in show(topic)):
            if time.time() > deadline:
                raise Exception(f'{name} is not {value}')
            time.sleep(0.02)

    until('cleanup.policy', 'delete,compact')
    for name, value in [('retention.ms', '-2'), ('no.such', 'x'), ('cleanup.policy', 'shred')]:
        entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        wrong = ConfigResource(ResourceType.TOPIC, prefix + 'orders', incremental_configs=[entry])
        each(f'alter {name}', admin.incremental_alter_configs([wrong]))
    for entry in show(topic):
        if entry[0] in ('retention.ms', 'cleanup.policy', 'flush.ms'):
            say('config', *entry)
    entry = ConfigEntry('cleanup.policy', 'compact', incremental_operation=AlterConfigOpType.SUBTRACT)
    each('alter back', admin.incremental_alter_configs([
        ConfigResource(ResourceType.TOPIC, prefix + 'orders', incremental_configs=[entry]),
    ]))
    until('cleanup.policy', 'delete')
    each('configs of nothing', admin.describe_configs([ConfigResource(ResourceType.TOPIC, prefix + 'nothing')]))


def produce():
    for codec in ['none', 'gzip', 'snappy', 'lz4', 'zstd']:
        producer = Producer({
            'bootstrap.servers': bootstrap,
            'compression.type': codec,
            'linger.ms': 20,
            'enable.idempotence': codec in ('gzip', 'zstd'),
        })
        reports = []
        for number in range(20):
            producer.produce(
                prefix + 'orders',
                key=f'key-{number % 5}',
                value=None if number == 7 else f'{codec}-{number}',
                partition=number % 4,
                timestamp=1_700_000_000_000 + number,
                headers=[('codec', codec.encode()), ('empty', None)],
                on_delivery=lambda error, message: reports.append(
                    (message.partition(), message.offset(), error and error.name())
                ),
            )
        producer.flush(20)
        say('produced', codec, sorted(reports, key=str))
    for topic, key, value in [
        ('small', None, 'x' * 2000),
        ('compacted', None, 'without a key'),
        ('compacted', 'k', 'with a key'),
        ('nothing-here', 'k', 'v'),
    ]:
        producer = Producer({
            'bootstrap.servers': bootstrap,
            'allow.auto.create.topics': False,
            'message.timeout.ms': 5000,
            'topic.metadata.propagation.max.ms': 500,
        })

        def report(error, message):
            say('produced to', topic, error.name() if error else message.offset())

        producer.produce(prefix + topic, key=key, value=value, partition=0, on_delivery=report)
        producer.flush(20)


def read(topic, partitions, isolation='read_committed'):
    """All records there are."""
    consumer = Consumer({
        'bootstrap.servers': bootstrap,
        'group.id': prefix + 'reader',
        'enable.auto.commit': False,
        'isolation.level': isolation,
        'enable.partition.eof': True,
    })
    consumer.assign([TopicPartition(prefix + topic, partition, 0) for partition in range(partitions)])
    at_end, records = set(), []
    while len(at_end) < partitions:
        message = consumer.poll(20)
        if message is None:
            raise Exception('no answer')
        if message.error():
            at_end.add(message.partition())
            continue
        records.append((
            message.partition(), message.offset(), message.key(), message.value(), message.timestamp(),
            message.headers(), message.leader_epoch(),
        ))
    consumer.close()
    return sorted(records, key=lambda record: record[:2])


def consume():
    for record in read('orders', 4):
        say('record', *record)
    t = TopicPartition(prefix + 'orders', 0)
    for name, spec in [
        ('earliest', OffsetSpec.earliest()),
        ('latest', OffsetSpec.latest()),
        ('max timestamp', OffsetSpec.max_timestamp()),
        ('time', OffsetSpec.for_timestamp(1_700_000_000_012)),
        ('late time', OffsetSpec.for_timestamp(1_900_000_000_000)),
    ]:
        offsets = admin.list_offsets({t: spec}, isolation_level=IsolationLevel.READ_COMMITTED)
        outcome(f'offset {name}', lambda: [(o.offset, o.timestamp, o.leader_epoch) for o in [offsets[t].result(20)]])
    deleted = admin.delete_records([
        TopicPartition(prefix + 'orders', 0, 6),
        TopicPartition(prefix + 'orders', 1, 1000),
        TopicPartition(prefix + 'orders', 9, 1),
    ])
    for partition in sorted(deleted, key=lambda p: p.partition):
        outcome(f'delete records of {partition.partition}', lambda: deleted[partition].result(20).low_watermark)
    consumer = Consumer({'bootstrap.servers': bootstrap, 'group.id': prefix + 'reader'})
    say('watermarks', consumer.get_watermark_offsets(t, timeout=20))
    consumer.close()


def transactions():
    settings = {'bootstrap.servers': bootstrap, 'transactional.id': prefix + 'txn', 'transaction.timeout.ms': 30_000}
    each('create', admin.create_topics([NewTopic(prefix + 'txn', 1, 1)]))
    first = Producer(settings)
    first.init_transactions(20)
    consumer = Consumer({'bootstrap.servers': bootstrap, 'group.id': prefix + 'txn-group'})
    for end in ['commit', 'abort', 'commit']:
        first.begin_transaction()
        for number in range(3):
            first.produce(prefix + 'txn', f'{end}-{number}', partition=0)
        offsets = [TopicPartition(prefix + 'orders', 0, 7 if end == 'commit' else 8)]
        first.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata(), 20)
        if end == 'commit':
            first.commit_transaction(20)
        else:
            # What has not been sent yet would not be sent any more.
            first.flush(20)
            first.abort_transaction(20)
    consumer.close()
    for isolation in ['read_committed', 'read_uncommitted']:
        say(isolation, [(record[1], record[3]) for record in read('txn', 1, isolation)])
    offsets = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(prefix + 'txn-group')])
    outcome('offsets of the transactions', lambda: [
        (p.topic, p.partition, p.offset) for p in list(offsets.values())[0].result(20).topic_partitions
    ])
    second = Producer(settings)
    second.init_transactions(20)
    first.begin_transaction()
    first.produce(prefix + 'txn', 'fenced', partition=0)
    outcome('the first one is fenced', lambda: first.commit_transaction(20))
    second.begin_transaction()
    second.produce(prefix + 'txn', 'second', partition=0)
    second.commit_transaction(20)
    say('read_committed', [(record[1], record[3]) for record in read('txn', 1)])
    outcome('a time-out that is too long', lambda: Producer({
        **settings, 'transactional.id': prefix + 'long', 'transaction.timeout.ms': 1_000_000,
    }).init_transactions(20))


def groups(protocol):
    group = f'{prefix}group-{protocol}'
    t = f'{prefix}group-topic-{protocol}'
    each('create', admin.create_topics([NewTopic(t, 4, 1)]))
    producer = Producer({'bootstrap.servers': bootstrap})
    for number in range(40):
        producer.produce(t, f'{number}', partition=number % 4)
    producer.flush(20)
    settings = {'bootstrap.servers': bootstrap, 'group.id': group, 'auto.offset.reset': 'earliest',
                'enable.auto.commit': False, 'group.protocol': protocol, 'client.id': 'member'}
    if protocol == 'classic':
        settings['partition.assignment.strategy'] = 'cooperative-sticky'
    members = [Consumer(settings), Consumer(settings)]
    values = set()
    for member in members:
        member.subscribe([t])
    deadline = time.time() + 60
    while True:
        for member in members:
            message = member.poll(0.1)
            if message is not None and not message.error():
                values.add(message.value())
        shares = [len(member.assignment()) for member in members]
        if shares == [2, 2] and len(values) == 40:
            break
        if time.time() > deadline:
            raise Exception(f'no balance: {shares}, {len(values)} values')
    say(protocol, 'all values', len(values), 'shares', shares)

    def described():
        found = list(admin.describe_consumer_groups([group]).values())[0].result(20)
        return (
            found.group_id, found.state.name, found.type.name, found.partition_assignor, found.is_simple_consumer_group,
            sorted((m.client_id, len(m.assignment.topic_partitions), m.host) for m in found.members),
        )

    outcome('described', described)
    outcome('deleted while in use', lambda: admin.delete_consumer_groups([group])[group].result(20))
    members[0].commit(offsets=[TopicPartition(t, p.partition, 5, metadata='note') for p in members[0].assignment()],
                      asynchronous=False)
    members[1].commit(offsets=[TopicPartition(t, p.partition, 6) for p in members[1].assignment()], asynchronous=False)
    for member in members:
        member.close()

    def offsets():
        listed = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
        found = list(listed.values())[0].result(20).topic_partitions
        return sorted((p.offset, p.metadata) for p in found)

    outcome('offsets', offsets)
    wanted = [TopicPartition(t, 0, 2), TopicPartition(t, 1, 3), TopicPartition(prefix + 'nothing', 0, 1)]
    altered = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, wanted)])
    outcome('altered', lambda: [
        (p.topic, p.partition, p.error and p.error.name()) for p in list(altered.values())[0].result(20).topic_partitions
    ])
    listed = admin.list_consumer_groups(states={ConsumerGroupState.EMPTY}, types={ConsumerGroupType[protocol.upper()]})
    say('listed', sorted(
        (g.group_id, g.state.name, g.type.name) for g in listed.result(20).valid if g.group_id == group
    ))
    outcome('described', described)
    outcome('deleted', lambda: admin.delete_consumer_groups([group])[group].result(20))
    outcome('deleted again', lambda: admin.delete_consumer_groups([group])[group].result(20))
    outcome('described', described)


def end():
    names = [prefix + name for name in ['orders', 'compacted', 'small', 'txn', 'nothing']]
    each('delete', admin.delete_topics(names, operation_timeout=10))


topics()
configs()
produce()
consume()
transactions()
groups('classic')
groups('consumer')
end()
say('done')
