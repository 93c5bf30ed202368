# Avro records to JSON lines with confluent-kafka: avro_consume.py BOOTSTRAP REGISTRY TOPIC COUNT
import json
import sys

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

bootstrap, registry, topic, count = sys.argv[1:5]
deserialize = AvroDeserializer(SchemaRegistryClient({"url": registry}))
context = SerializationContext(topic, MessageField.VALUE)
consumer = Consumer(
    {"bootstrap.servers": bootstrap, "group.id": f"bench-{topic}", "auto.offset.reset": "earliest", "enable.auto.commit": False}
)
consumer.subscribe([topic])
left = int(count)
while left > 0:
    for message in consumer.consume(10000, 1.0):
        sys.stdout.write(json.dumps(deserialize(message.value(), context), default=str))
        sys.stdout.write("\n")
        left -= 1
consumer.close()
