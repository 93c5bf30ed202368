# Reads the records of one topic with confluent-kafka's AvroDeserializer, prints each, and writes it to another topic with
# its AvroSerializer.
#
#   registry_copy.py BOOTSTRAP REGISTRY FROM TO COUNT SCHEMA-FILE [NAME=SUBJECT@VERSION]

import sys

from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

bootstrap, registry, source, target, count, schema_file = sys.argv[1:7]
references = []
for text in sys.argv[7:]:
    name, rest = text.split("=")
    subject, version = rest.split("@")
    references.append(SchemaReference(name, subject, int(version)))

client = SchemaRegistryClient({"url": registry})
schema = Schema(open(schema_file).read(), "AVRO", references)
deserializer = AvroDeserializer(client)
serializer = AvroSerializer(client, schema)
consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"copy-{target}", "auto.offset.reset": "earliest"})
producer = Producer({"bootstrap.servers": bootstrap})
consumer.subscribe([source])
left = int(count)
while left > 0:
    message = consumer.poll(30)
    if message is None or message.error():
        sys.exit(f"nothing came: {message and message.error()}")
    value = deserializer(message.value(), SerializationContext(source, MessageField.VALUE))
    print(value)
    producer.produce(target, serializer(value, SerializationContext(target, MessageField.VALUE)))
    left -= 1
producer.flush(30)
consumer.close()
