// Makes the golden files of this folder with Kafka's own classes; see README.md.

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.util.*;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

public class MakeGolden {
  static final ObjectMapper json = new ObjectMapper();
  static final Random random = new Random(20260101);

  public static void main(String[] args) throws Exception {
    groups(new File(args[0], "assignments.jsonl"));
    bytes(new File(args[0], "consumer-protocol.json"));
  }

  // Groups of random members over random topics, and what each assignor makes of them, a group on each line.
  static void groups(File file) throws Exception {
    try (PrintWriter out = new PrintWriter(file, "UTF-8")) {
      for (int group = 0; group < 240; group++) {
        boolean racks = group % 4 == 3;
        Node[] nodes = nodes(racks);
        Map<String, List<PartitionInfo>> topics = topics(nodes, racks);
        List<Member> members = members(topics, racks);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topics", topicRows(topics));
        row.put("members", memberRows(members));
        row.put("range", assign(new RangeAssignor(), nodes, topics, members, null));
        row.put("roundrobin", assign(new RoundRobinAssignor(), nodes, topics, members, null));
        if (!racks) {
          row.put("sticky", assign(new StickyAssignor(), nodes, topics, members, "sticky"));
          row.put("cooperative-sticky", assign(new CooperativeStickyAssignor(), nodes, topics, members, "cooperative"));
        }
        out.println(json.writeValueAsString(row));
      }
    }
  }

  static class Member {
    String id;
    String instanceId;
    String rack;
    List<String> topics = new ArrayList<>();
    List<TopicPartition> owned = new ArrayList<>();
    int generation = -1;
  }

  static Node[] nodes(boolean racks) {
    Node[] nodes = new Node[1 + random.nextInt(6)];
    for (int i = 0; i < nodes.length; i++) nodes[i] = new Node(i, "host", 9092, racks ? "rack" + random.nextInt(3) : null);
    return nodes;
  }

  static Map<String, List<PartitionInfo>> topics(Node[] nodes, boolean racks) {
    Map<String, List<PartitionInfo>> topics = new TreeMap<>();
    int count = 1 + random.nextInt(5);
    int usual = 1 + random.nextInt(12);
    for (int t = 0; t < count; t++) {
      String topic = "t" + random.nextInt(20);
      int partitions = random.nextBoolean() ? usual : random.nextInt(20);
      int replicas = racks ? 1 + random.nextInt(Math.min(3, nodes.length)) : 1;
      List<PartitionInfo> infos = new ArrayList<>();
      for (int p = 0; p < partitions; p++) {
        Node[] at = new Node[replicas];
        for (int r = 0; r < replicas; r++) at[r] = nodes[(p + r + t) % nodes.length];
        infos.add(new PartitionInfo(topic, p, at[0], at, at));
      }
      topics.put(topic, infos);
    }
    return topics;
  }

  static List<Member> members(Map<String, List<PartitionInfo>> topics, boolean racks) {
    List<Member> members = new ArrayList<>();
    int count = 1 + random.nextInt(9);
    boolean equal = random.nextInt(3) > 0;
    boolean owning = random.nextInt(4) > 0;
    int generation = 1 + random.nextInt(100);
    List<String> usual = subset(topics.keySet());
    for (int m = 0; m < count; m++) {
      Member member = new Member();
      member.id = "m" + (char) ('a' + random.nextInt(26)) + "-" + m;
      if (random.nextInt(4) == 0) member.instanceId = "i" + random.nextInt(1000) + "-" + m;
      if (racks && random.nextInt(5) > 0) member.rack = "rack" + random.nextInt(3);
      member.topics = equal ? usual : subset(topics.keySet());
      members.add(member);
    }
    if (!owning) return members;
    // A former assignment, that knew fewer members and partitions; now and then two claim the same.
    for (Member member : members) member.generation = random.nextInt(8) == 0 ? generation - 1 : generation;
    int fewer = Math.max(1, count - random.nextInt(3));
    for (Map.Entry<String, List<PartitionInfo>> topic : topics.entrySet()) {
      int partitions = Math.max(0, topic.getValue().size() - random.nextInt(3));
      for (int p = 0; p < partitions; p++) {
        if (random.nextInt(10) == 0) continue;
        Member member = members.get(random.nextInt(3) == 0 ? random.nextInt(count) : p % fewer);
        if (member.topics.contains(topic.getKey())) member.owned.add(new TopicPartition(topic.getKey(), p));
        Member other = members.get(random.nextInt(count));
        if (other == member || random.nextInt(20) > 0) continue;
        if (other.topics.contains(topic.getKey())) other.owned.add(new TopicPartition(topic.getKey(), p));
      }
    }
    return members;
  }

  static List<String> subset(Set<String> topics) {
    List<String> chosen = new ArrayList<>();
    for (String topic : topics) if (random.nextInt(3) > 0) chosen.add(topic);
    if (chosen.isEmpty()) chosen.add(topics.iterator().next());
    if (random.nextInt(8) == 0) chosen.add("unknown");
    return chosen;
  }

  static Map<String, Object> assign(ConsumerPartitionAssignor assignor, Node[] nodes,
      Map<String, List<PartitionInfo>> topics, List<Member> members, String kind) {
    List<PartitionInfo> infos = new ArrayList<>();
    for (List<PartitionInfo> rows : topics.values()) infos.addAll(rows);
    Cluster cluster = new Cluster("cluster", Arrays.asList(nodes), infos, Set.of(), Set.of());
    Map<String, Subscription> subscriptions = new HashMap<>();
    for (Member member : members) {
      ByteBuffer data = null;
      List<TopicPartition> owned = List.of();
      if ("cooperative".equals(kind)) owned = member.owned;
      if ("sticky".equals(kind) && !member.owned.isEmpty()) data = stickyData(member);
      Subscription subscription =
          new Subscription(member.topics, data, owned, member.generation, Optional.ofNullable(member.rack));
      subscription.setGroupInstanceId(Optional.ofNullable(member.instanceId));
      subscriptions.put(member.id, subscription);
    }
    Map<String, Object> result = new TreeMap<>();
    assignor.assign(cluster, new GroupSubscription(subscriptions)).groupAssignment()
        .forEach((id, assignment) -> result.put(id, partitions(assignment.partitions())));
    return result;
  }

  static ByteBuffer stickyData(Member member) {
    StickyAssignor assignor = new StickyAssignor();
    assignor.onAssignment(new Assignment(member.owned),
        new ConsumerGroupMetadata("g", member.generation, member.id, Optional.empty()));
    return assignor.subscriptionUserData(new HashSet<>(member.topics));
  }

  static Map<String, Object> topicRows(Map<String, List<PartitionInfo>> topics) {
    Map<String, Object> rows = new TreeMap<>();
    topics.forEach((topic, infos) -> {
      List<Object> partitions = new ArrayList<>();
      for (PartitionInfo info : infos) {
        List<String> racks = new ArrayList<>();
        for (Node node : info.replicas()) if (node.rack() != null) racks.add(node.rack());
        partitions.add(racks);
      }
      // Without racks the number of partitions says it all.
      boolean none = partitions.stream().allMatch(racks -> ((List<?>) racks).isEmpty());
      rows.put(topic, none ? (Object) partitions.size() : partitions);
    });
    return rows;
  }

  static List<Object> memberRows(List<Member> members) {
    List<Object> rows = new ArrayList<>();
    for (Member member : members) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("id", member.id);
      row.put("instanceId", member.instanceId);
      row.put("rackId", member.rack);
      row.put("topics", member.topics);
      row.put("owned", partitions(member.owned));
      row.put("generation", member.generation);
      rows.add(row);
    }
    return rows;
  }

  static Map<String, List<Integer>> partitions(List<TopicPartition> partitions) {
    Map<String, List<Integer>> topics = new TreeMap<>();
    for (TopicPartition at : partitions) topics.computeIfAbsent(at.topic(), t -> new ArrayList<>()).add(at.partition());
    topics.values().forEach(Collections::sort);
    return topics;
  }

  // Subscriptions in all versions, assignments, and the user data of the sticky assignors.
  static void bytes(File file) throws Exception {
    List<TopicPartition> owned = List.of(
        new TopicPartition("orders", 0), new TopicPartition("orders", 3), new TopicPartition("payments", 11));
    ByteBuffer data = ByteBuffer.wrap(new byte[] {1, 2, 3});
    Subscription full = new Subscription(List.of("orders", "payments"), data, owned, 7, Optional.of("rack-a"));
    Subscription bare = new Subscription(List.of("orders"));
    Map<String, Object> rows = new LinkedHashMap<>();
    for (short version = 0; version <= 3; version++) {
      rows.put("full" + version, hex(ConsumerProtocol.serializeSubscription(full, version)));
      rows.put("bare" + version, hex(ConsumerProtocol.serializeSubscription(bare, version)));
      rows.put("assignment" + version, hex(ConsumerProtocol.serializeAssignment(new Assignment(owned), version)));
      rows.put("nothing" + version, hex(ConsumerProtocol.serializeAssignment(new Assignment(List.of()), version)));
    }
    ConsumerGroupMetadata metadata = new ConsumerGroupMetadata("g", 7, "m", Optional.empty());
    CooperativeStickyAssignor cooperative = new CooperativeStickyAssignor();
    rows.put("cooperativeFirst", hex(cooperative.subscriptionUserData(Set.of("orders"))));
    cooperative.onAssignment(new Assignment(owned), metadata);
    rows.put("cooperative", hex(cooperative.subscriptionUserData(Set.of("orders"))));
    StickyAssignor sticky = new StickyAssignor();
    ByteBuffer first = sticky.subscriptionUserData(Set.of("orders"));
    rows.put("stickyFirst", first == null ? null : hex(first));
    sticky.onAssignment(new Assignment(owned), metadata);
    rows.put("sticky", hex(sticky.subscriptionUserData(Set.of("orders"))));
    try (PrintWriter out = new PrintWriter(file, "UTF-8")) {
      out.println(json.writerWithDefaultPrettyPrinter().writeValueAsString(rows));
    }
  }

  static String hex(ByteBuffer buffer) {
    StringBuilder text = new StringBuilder();
    for (int i = buffer.position(); i < buffer.limit(); i++) text.append(String.format("%02x", buffer.get(i)));
    return text.toString();
  }
}
