"""kafka-python, aiokafka and confluent-kafka doing their usual work: clients.py ADDRESS NAME. Run by capture.ts."""

import asyncio
import sys

address, name = sys.argv[1:3]
topic = f"py-{name}"


def kafka_python():
    from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
    from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic

    admin = KafkaAdminClient(bootstrap_servers=address)
    admin.create_topics([NewTopic(topic, 2, 1)])
    producer = KafkaProducer(bootstrap_servers=address, acks="all")
    for value in (b"a", b"b"):
        producer.send(topic, key=b"k", value=value, headers=[("h", b"1")]).get(10)
    producer.close()
    consumer = KafkaConsumer(
        topic, bootstrap_servers=address, group_id="py-group", auto_offset_reset="earliest", consumer_timeout_ms=4000
    )
    for _ in consumer:
        consumer.commit()
    parts = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
    consumer.beginning_offsets(parts)
    consumer.end_offsets(parts)
    consumer.offsets_for_times({parts[0]: 0})
    steps = [
        lambda: admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)]),
        lambda: admin.describe_groups(["py-group"]),
        lambda: admin.list_groups(),
        lambda: admin.list_group_offsets("py-group"),
        lambda: admin.create_partitions({topic: NewPartitions(3)}),
        lambda: consumer.close(),
        lambda: admin.delete_groups(["py-group"]),
        lambda: admin.delete_topics([topic]),
    ]
    attempt(steps)


def attempt(steps):
    for step in steps:
        try:
            step()
        except Exception as error:  # What one client can't do, another one can.
            print(error, file=sys.stderr)


async def aio():
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
    from aiokafka.admin import AIOKafkaAdminClient, NewTopic

    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 2, 1)])
    producer = AIOKafkaProducer(bootstrap_servers=address, transactional_id="aio-tx")
    await producer.start()
    async with producer.transaction():
        await producer.send_and_wait(topic, b"value", key=b"k", headers=[("h", b"1")])
    await producer.stop()
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=address,
        group_id="aio-group",
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    await asyncio.wait_for(consumer.getone(), 10)
    await consumer.commit()
    await consumer.stop()
    await admin.list_consumer_groups()
    await admin.describe_consumer_groups(["aio-group"])
    await admin.list_consumer_group_offsets("aio-group")
    await admin.delete_topics([topic])
    await admin.close()


def confluent():
    from confluent_kafka import Consumer, Producer, TopicPartition
    from confluent_kafka.admin import (
        AclBinding,
        AclBindingFilter,
        AclOperation,
        AclPermissionType,
        AdminClient,
        ConfigResource,
        NewPartitions,
        NewTopic,
        OffsetSpec,
        ResourcePatternType,
        ResourceType,
    )

    admin = AdminClient({"bootstrap.servers": address})
    admin.create_topics([NewTopic(topic, 2, 1)])[topic].result(10)
    producer = Producer({"bootstrap.servers": address, "transactional.id": "cf-tx", "compression.type": "lz4"})
    producer.init_transactions(10)
    producer.begin_transaction()
    producer.produce(topic, b"value", b"k", headers=[("h", b"1")])
    consumer = Consumer(
        {"bootstrap.servers": address, "group.id": "cf-group", "auto.offset.reset": "earliest", "group.protocol": name}
    )
    producer.send_offsets_to_transaction([TopicPartition(topic, 0, 0)], consumer.consumer_group_metadata(), 10)
    producer.commit_transaction(10)
    consumer.subscribe([topic])
    for _ in range(20):
        message = consumer.poll(1)
        if message is not None and not message.error():
            consumer.commit(message, asynchronous=False)
            break
    acl = (ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, "User:bob", "*", AclOperation.READ)
    steps = [
        lambda: admin.list_consumer_groups().result(10),
        lambda: admin.describe_consumer_groups(["cf-group"])["cf-group"].result(10),
        lambda: list(admin.list_offsets({TopicPartition(topic, 0): OffsetSpec.latest()}).values())[0].result(10),
        lambda: list(admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic)]).values())[0].result(10),
        lambda: admin.create_partitions([NewPartitions(topic, 3)])[topic].result(10),
        lambda: list(admin.create_acls([AclBinding(*acl, AclPermissionType.ALLOW)]).values())[0].result(10),
        lambda: admin.describe_acls(AclBindingFilter(*acl, AclPermissionType.ANY)).result(10),
        lambda: list(admin.delete_acls([AclBindingFilter(*acl, AclPermissionType.ANY)]).values())[0].result(10),
        lambda: admin.describe_user_scram_credentials().result(10),
        lambda: list(admin.delete_records([TopicPartition(topic, 0, 1)]).values())[0].result(10),
        lambda: consumer.close(),
        lambda: admin.delete_consumer_groups(["cf-group"])["cf-group"].result(10),
        lambda: admin.delete_topics([topic])[topic].result(10),
    ]
    attempt(steps)


if name == "kafka-python":
    kafka_python()
elif name == "aiokafka":
    asyncio.run(aio())
else:
    confluent()
