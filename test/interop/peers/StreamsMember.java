// A member of a streams group (KIP-1071): counts the records of a topic by key, through a repartition topic. Leaves
// the group when it is ended.
//
//   java StreamsMember.java BOOTSTRAP STATE-DIRECTORY GROUP TOPIC

import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;

public class StreamsMember {
  public static void main(String[] args) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("state.dir", args[1]);
    settings.put("application.id", args[2]);
    settings.put("client.id", args[2] + "-client");
    settings.put("group.protocol", "streams");
    settings.put("commit.interval.ms", "100");
    settings.put("consumer.auto.offset.reset", "earliest");
    StreamsBuilder builder = new StreamsBuilder();
    builder
        .stream(args[3], Consumed.with(Serdes.String(), Serdes.String()))
        .groupBy((key, value) -> value, Grouped.with(Serdes.String(), Serdes.String()))
        .count();
    KafkaStreams streams = new KafkaStreams(builder.build(), settings);
    CloseOptions leaving = CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(leaving)));
    streams.start();
  }
}
