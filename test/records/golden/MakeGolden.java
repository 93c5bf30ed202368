// Makes the golden files of this folder; README.md says how to run it.

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public class MakeGolden {
  static final long TIME = 1_700_000_000_000L;
  static final String[] CODECS = {"none", "gzip", "snappy", "lz4", "zstd"};

  record Message(long timestamp, byte[] key, byte[] value, List<Header> headers) {}

  public static void main(String[] args) throws Exception {
    if (args[0].equals("legacy")) legacy(Path.of(args[1]));
    else produce(args[1]);
  }

  static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  /** The same records as in the tests. `lines` is the number of lines in the large value. */
  static List<Message> messages(int lines) {
    StringBuilder large = new StringBuilder();
    for (int i = 0; i < lines; i++) large.append("line ").append(i % 100).append('\n');
    List<Header> headers = new ArrayList<>();
    headers.add(new RecordHeader("trace", bytes("abc")));
    headers.add(new RecordHeader("trace", new byte[0]));
    headers.add(new RecordHeader("", null));
    return List.of(
        new Message(TIME, bytes("k0"), bytes("v0"), List.of()),
        new Message(TIME + 1, null, bytes("Zürich ✓"), List.of()),
        new Message(TIME + 86_400_000L * 30, bytes("k2"), null, headers),
        new Message(TIME - 5000, new byte[0], new byte[0], List.of()),
        new Message(TIME + 200, bytes("large"), bytes(large.toString()), List.of()));
  }

  static void produce(String server) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
      List<NewTopic> topics = new ArrayList<>();
      for (String codec : CODECS) topics.add(topic("java-" + codec, Map.of()));
      topics.add(topic("append-time", Map.of("message.timestamp.type", "LogAppendTime")));
      topics.add(topic("wide", Map.of()));
      topics.add(topic("transactions", Map.of()));
      admin.createTopics(topics).all().get();
    }
    for (String codec : CODECS) {
      try (var producer = producer(server, Map.of("compression.type", codec, "enable.idempotence", "false"))) {
        send(producer, "java-" + codec, messages(codec.equals("none") ? 50 : 20_000));
      }
    }
    try (var producer = producer(server, Map.of("compression.type", "lz4", "enable.idempotence", "false"))) {
      send(producer, "append-time", messages(50));
    }
    try (var producer = producer(server, Map.of())) {
      for (long time : new long[] {TIME * 1_000_000 + 1, 0L, Long.MAX_VALUE}) {
        producer.send(new ProducerRecord<>("wide", 0, time, null, bytes("at " + time)));
      }
      producer.flush();
    }
    try (var producer = producer(server, Map.of("transactional.id", "golden", "compression.type", "zstd"))) {
      producer.initTransactions();
      producer.beginTransaction();
      send(producer, "transactions", messages(50));
      producer.commitTransaction();
      producer.beginTransaction();
      send(producer, "transactions", messages(50));
      producer.abortTransaction();
    }
  }

  /** One partition, one segment, any timestamps. */
  static NewTopic topic(String name, Map<String, String> more) {
    Map<String, String> config = new HashMap<>(more);
    config.put("segment.ms", "9223372036854775807");
    config.put("retention.ms", "-1");
    config.put("message.timestamp.after.max.ms", "9223372036854775807");
    return new NewTopic(name, 1, (short) 1).configs(config);
  }

  static KafkaProducer<byte[], byte[]> producer(String server, Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>(more);
    config.put("bootstrap.servers", server);
    config.put("linger.ms", 500);
    config.put("batch.size", 1_000_000);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  static void send(KafkaProducer<byte[], byte[]> producer, String topic, List<Message> messages) {
    for (Message m : messages) producer.send(new ProducerRecord<>(topic, 0, m.timestamp, m.key, m.value, m.headers));
    producer.flush();
  }

  /** Formats 0 and 1, which no broker of today writes, by the class that wrote them. */
  static void legacy(Path folder) throws IOException {
    for (byte magic = 0; magic <= 1; magic++) {
      for (CompressionType type : new CompressionType[] {
        CompressionType.NONE, CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4
      }) {
        write(folder, "v" + magic + "-" + type.name, magic, type, TimestampType.CREATE_TIME);
      }
    }
    write(folder, "v1-append-time", (byte) 1, CompressionType.GZIP, TimestampType.LOG_APPEND_TIME);
  }

  static void write(Path folder, String name, byte magic, CompressionType type, TimestampType time) throws IOException {
    MemoryRecordsBuilder builder = MemoryRecords.builder(
        ByteBuffer.allocate(1 << 20), magic, Compression.of(type).build(), time, 100, TIME + 7);
    int i = 0;
    for (Message m : messages(type == CompressionType.NONE ? 50 : 20_000)) {
      // An offset is left out, as compaction does.
      builder.appendWithOffset(100 + i + (i > 2 ? 1 : 0), magic == 0 ? -1 : m.timestamp, m.key, m.value);
      i++;
    }
    MemoryRecords records = builder.build();
    byte[] bytes = new byte[records.sizeInBytes()];
    records.buffer().duplicate().get(bytes);
    Files.write(folder.resolve(name + ".batches"), bytes);
  }
}
