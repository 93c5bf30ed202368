# JSON lines to Avro records with confluent-kafka: avro_produce.py BOOTSTRAP REGISTRY TOPIC SCHEMA-FILE < LINES
import json
import sys

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

bootstrap, registry, topic, schema = sys.argv[1:5]
serialize = AvroSerializer(SchemaRegistryClient({"url": registry}), open(schema).read())
context = SerializationContext(topic, MessageField.VALUE)
producer = Producer({"bootstrap.servers": bootstrap, "queue.buffering.max.messages": 1000000, "linger.ms": 50})
for line in sys.stdin:
    value = serialize(json.loads(line), context)
    while True:
        try:
            producer.produce(topic, value)
            break
        except BufferError:
            producer.poll(0.1)
    producer.poll(0)
producer.flush()
