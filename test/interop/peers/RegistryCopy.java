// Reads records of one topic with Apache Avro by schemas that Spring's client gets from a registry, prints each, and writes
// it to another topic by the id under which that client registered the schema of a file.
//
//   RegistryCopy BOOTSTRAP REGISTRY FROM TO COUNT SCHEMA-FILE

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.cloud.stream.schema.registry.client.ConfluentSchemaRegistryClient;

public class RegistryCopy {
  public static void main(String[] args) throws Exception {
    ConfluentSchemaRegistryClient registry = new ConfluentSchemaRegistryClient();
    registry.setEndpoint(args[1]);
    String text = Files.readString(Path.of(args[5]));
    int id = registry.register(args[3] + "-value", "avro", text).getId();
    Schema target = new Schema.Parser().parse(registry.fetch(id));
    Map<String, Object> bootstrap = Map.of("bootstrap.servers", args[0]);
    try (var consumer = new KafkaConsumer<>(bootstrap, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        var producer = new KafkaProducer<>(bootstrap, new ByteArraySerializer(), new ByteArraySerializer())) {
      TopicPartition partition = new TopicPartition(args[2], 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      for (int left = Integer.parseInt(args[4]); left > 0; ) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(10))) {
          ByteBuffer bytes = ByteBuffer.wrap(record.value());
          if (bytes.get() != 0) throw new IllegalStateException("no id of a schema");
          Schema writer = new Schema.Parser().parse(registry.fetch(bytes.getInt()));
          Object value = new GenericDatumReader<>(writer, target)
              .read(null, DecoderFactory.get().binaryDecoder(record.value(), 5, bytes.remaining(), null));
          System.out.println(value);
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
          BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
          new GenericDatumWriter<>(target).write(value, encoder);
          encoder.flush();
          producer.send(new ProducerRecord<>(args[3], out.toByteArray())).get();
          left--;
        }
      }
    }
  }
}
