// sarama against one broker: admin calls, producers of every kind, groups of the classic protocol. Prints what the broker
// answered, a line a fact, in a form that does not depend on the broker.
//
//	program HOST:PORT PREFIX
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/IBM/sarama"
)

var bootstrap, prefix string

func say(what ...any) {
	texts := make([]string, len(what))
	for i, each := range what {
		switch value := each.(type) {
		case string:
			texts[i] = value
		case error:
			texts[i] = value.Error()
		default:
			encoded, err := json.Marshal(value)
			if err != nil {
				texts[i] = fmt.Sprint(value)
			} else {
				texts[i] = string(encoded)
			}
		}
	}
	fmt.Println(strings.ReplaceAll(strings.ReplaceAll(strings.Join(texts, " "), prefix, ""), bootstrap, "HOST"))
}

// outcome prints what a call gave.
func outcome(step string, value any, err error) {
	if err != nil {
		say(step, "->", err)
	} else {
		say(step, "->", value)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func settings() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.ClientID = "member"
	config.Producer.Return.Successes = true
	config.Producer.Partitioner = sarama.NewManualPartitioner
	config.Producer.Retry.Max = 5
	config.Metadata.Retry.Max = 5
	config.Metadata.Retry.Backoff = 50 * time.Millisecond
	config.Metadata.AllowAutoTopicCreation = false
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.AutoCommit.Enable = false
	config.Consumer.MaxWaitTime = 100 * time.Millisecond
	config.Consumer.IsolationLevel = sarama.ReadCommitted
	return config
}

func text(value string) *string { return &value }

func topics(admin sarama.ClusterAdmin) {
	orders := prefix + "orders"
	create := func(name string, detail sarama.TopicDetail) {
		if detail.ReplicationFactor == 0 {
			detail.ReplicationFactor = 1
		}
		outcome("create "+name, "", admin.CreateTopic(prefix+name, &detail, false))
	}
	create("orders", sarama.TopicDetail{NumPartitions: 3, ConfigEntries: map[string]*string{"retention.ms": text("-1")}})
	create("compacted", sarama.TopicDetail{NumPartitions: 1, ConfigEntries: map[string]*string{"cleanup.policy": text("compact")}})
	create("small", sarama.TopicDetail{NumPartitions: 1, ConfigEntries: map[string]*string{"max.message.bytes": text("1000")}})
	create("bad name", sarama.TopicDetail{NumPartitions: 1})
	create("bad-config", sarama.TopicDetail{NumPartitions: 1, ConfigEntries: map[string]*string{"retention.ms": text("x")}})
	create("too-many", sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: 3})
	create("orders", sarama.TopicDetail{NumPartitions: 1})
	outcome("grow", "", admin.CreatePartitions(orders, 4, nil, false))
	outcome("shrink", "", admin.CreatePartitions(orders, 2, nil, false))
	described := must(admin.DescribeTopics([]string{orders}))
	for len(described[0].Partitions) != 4 {
		time.Sleep(50 * time.Millisecond)
		described = must(admin.DescribeTopics([]string{orders}))
	}
	partitions := described[0].Partitions
	sort.Slice(partitions, func(a, b int) bool { return partitions[a].ID < partitions[b].ID })
	for _, each := range partitions {
		say("partition", fmt.Sprint(each.ID, each.Leader, each.LeaderEpoch, each.Replicas, each.Isr, each.OfflineReplicas, each.Err))
	}
	listed := []string{}
	for name, detail := range must(admin.ListTopics()) {
		if strings.HasPrefix(name, prefix) {
			config, _ := json.Marshal(detail.ConfigEntries)
			listed = append(listed, fmt.Sprint(name, " ", detail.NumPartitions, " ", detail.ReplicationFactor, " ", string(config)))
		}
	}
	sort.Strings(listed)
	say("listed", listed)
	brokers, controller, err := admin.DescribeCluster()
	outcome("cluster", fmt.Sprint(len(brokers), controller, brokers[0].Addr()), err)
	dirs, err := admin.DescribeLogDirs([]int32{1})
	found := []string{}
	for _, dir := range dirs[1] {
		for _, topic := range dir.Topics {
			for _, each := range topic.Partitions {
				if strings.HasPrefix(topic.Topic, prefix) {
					found = append(found, fmt.Sprint(topic.Topic, each.PartitionID, each.OffsetLag, each.IsTemporary))
				}
			}
		}
	}
	sort.Strings(found)
	outcome("log dirs", found, err)
	reassigned, err := admin.ListPartitionReassignments(orders, []int32{0, 1})
	outcome("reassignments", reassigned, err)
	outcome("reassigned", "", admin.AlterPartitionReassignments(orders, [][]int32{{1}, {7}, {1}, {1}}))
	elected, err := admin.ElectLeaders(sarama.PreferredElection, map[string][]int32{orders: {0}})
	outcome("elected", elected, err)
}

func configs(admin sarama.ClusterAdmin) {
	describe := func(name string) ([]sarama.ConfigEntry, error) {
		return admin.DescribeConfig(sarama.ConfigResource{Type: sarama.TopicResource, Name: prefix + name})
	}
	// A broker hears of a change a little later.
	until := func(key, value string) {
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			for _, each := range must(describe("small")) {
				if each.Name == key && each.Value == value {
					return
				}
			}
		}
		panic(key + " is not " + value)
	}
	show := func(name string) {
		entries, err := describe(name)
		outcome("configs of "+name, len(entries), err)
		sort.Slice(entries, func(a, b int) bool { return entries[a].Name < entries[b].Name })
		for _, each := range entries {
			say("config", each)
		}
	}
	show("orders")
	show("nothing")
	alter := func(name string, op sarama.IncrementalAlterConfigsOperation, value string) {
		entries := map[string]sarama.IncrementalAlterConfigsEntry{name: {Operation: op, Value: &value}}
		outcome("alter "+name, "", admin.IncrementalAlterConfig(sarama.TopicResource, prefix+"small", entries, false))
	}
	alter("segment.ms", sarama.IncrementalAlterConfigsOperationSet, "500000")
	alter("retention.ms", sarama.IncrementalAlterConfigsOperationSet, "-2")
	alter("no.such", sarama.IncrementalAlterConfigsOperationSet, "x")
	alter("cleanup.policy", sarama.IncrementalAlterConfigsOperationAppend, "compact")
	until("cleanup.policy", "delete,compact")
	show("small")
	all := map[string]*string{"max.message.bytes": text("1000")}
	outcome("alter all", "", admin.AlterConfig(sarama.TopicResource, prefix+"small", all, false))
	until("cleanup.policy", "delete")
	show("small")
}

func produce() {
	for _, codec := range []sarama.CompressionCodec{
		sarama.CompressionNone, sarama.CompressionGZIP, sarama.CompressionSnappy, sarama.CompressionLZ4, sarama.CompressionZSTD,
	} {
		config := settings()
		config.Producer.Compression = codec
		config.Producer.Flush.Messages = 20
		if codec != sarama.CompressionNone {
			config.Producer.Idempotent = true
			config.Producer.RequiredAcks = sarama.WaitForAll
			config.Net.MaxOpenRequests = 1
		}
		producer := must(sarama.NewSyncProducer([]string{bootstrap}, config))
		messages := make([]*sarama.ProducerMessage, 20)
		for number := range messages {
			messages[number] = &sarama.ProducerMessage{
				Topic: prefix + "orders", Partition: int32(number % 4), Timestamp: time.UnixMilli(1_700_000_000_000 + int64(number)),
				Key: sarama.StringEncoder(fmt.Sprint("key-", number%5)), Value: sarama.StringEncoder(fmt.Sprint(codec, "-", number)),
				Headers: []sarama.RecordHeader{{Key: []byte("codec"), Value: []byte(codec.String())}},
			}
		}
		err := producer.SendMessages(messages)
		offsets := []string{}
		for _, each := range messages {
			offsets = append(offsets, fmt.Sprint(each.Partition, ":", each.Offset))
		}
		outcome("produced "+codec.String(), offsets, err)
		producer.Close()
	}
	config := settings()
	config.Producer.Retry.Max = 0
	producer := must(sarama.NewSyncProducer([]string{bootstrap}, config))
	defer producer.Close()
	send := func(topic string, key sarama.Encoder, value string) {
		_, offset, err := producer.SendMessage(&sarama.ProducerMessage{Topic: prefix + topic, Key: key, Value: sarama.StringEncoder(value)})
		outcome("produced to "+topic, offset, err)
	}
	send("small", nil, strings.Repeat("x", 2000))
	send("compacted", nil, "without a key")
	send("compacted", sarama.StringEncoder("k"), "with a key")
	send("nothing-here", sarama.StringEncoder("k"), "v")
}

// read gives the records of a partition up to an offset, and prints them in full where wanted.
func read(topic string, partition int32, last int64, isolation sarama.IsolationLevel, inFull bool) []string {
	config := settings()
	config.Consumer.IsolationLevel = isolation
	consumer := must(sarama.NewConsumer([]string{bootstrap}, config))
	defer consumer.Close()
	reader := must(consumer.ConsumePartition(prefix+topic, partition, sarama.OffsetOldest))
	defer reader.Close()
	values := []string{}
	for {
		select {
		case message := <-reader.Messages():
			values = append(values, fmt.Sprint(message.Offset, " ", string(message.Value)))
			if inFull {
				headers := []string{}
				for _, header := range message.Headers {
					headers = append(headers, fmt.Sprintf("%s=%s", header.Key, header.Value))
				}
				say("record", fmt.Sprintf("%d %d %q %q %d %v", partition, message.Offset, message.Key, message.Value,
					message.Timestamp.UnixMilli(), headers))
			}
			if message.Offset >= last {
				return values
			}
		case <-time.After(20 * time.Second):
			panic("no record in 20 seconds")
		}
	}
}

func consume(admin sarama.ClusterAdmin, client sarama.Client) {
	for partition := range int32(4) {
		read("orders", partition, 24, sarama.ReadCommitted, true)
	}
	for _, at := range []int64{sarama.OffsetOldest, sarama.OffsetNewest, 1_700_000_000_012, 1_900_000_000_000} {
		offset, err := client.GetOffset(prefix+"orders", 0, at)
		outcome(fmt.Sprint("offset at ", at), offset, err)
	}
	outcome("delete records", "", admin.DeleteRecords(prefix+"orders", map[int32]int64{0: 6}))
	outcome("delete too many", "", admin.DeleteRecords(prefix+"orders", map[int32]int64{1: 1000}))
}

func transactions(admin sarama.ClusterAdmin) {
	topic := prefix + "txn"
	if err := admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: 1}, false); err != nil {
		panic(err)
	}
	config := settings()
	config.Producer.Idempotent = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Net.MaxOpenRequests = 1
	config.Producer.Transaction.ID = prefix + "txn"
	config.Producer.Transaction.Timeout = 30 * time.Second
	first := must(sarama.NewSyncProducer([]string{bootstrap}, config))
	transaction := func(producer sarama.SyncProducer, name string) error {
		if err := producer.BeginTxn(); err != nil {
			return err
		}
		for number := range 3 {
			message := &sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder(fmt.Sprint(name, "-", number))}
			if _, _, err := producer.SendMessage(message); err != nil {
				return err
			}
		}
		offset := int64(7)
		if name == "abort" {
			offset = 8
		}
		offsets := map[string][]*sarama.PartitionOffsetMetadata{prefix + "orders": {{Partition: 0, Offset: offset}}}
		if err := producer.AddOffsetsToTxn(offsets, prefix+"txn-group"); err != nil {
			return err
		}
		if name == "abort" {
			return producer.AbortTxn()
		}
		return producer.CommitTxn()
	}
	for _, name := range []string{"commit", "abort", "commit"} {
		outcome("transaction", name, transaction(first, name))
	}
	say("read_committed", read("txn", 0, 10, sarama.ReadCommitted, false))
	say("read_uncommitted", read("txn", 0, 10, sarama.ReadUncommitted, false))
	offsets, err := admin.ListConsumerGroupOffsets(prefix+"txn-group", nil)
	outcome("offsets of the transactions", offsets.Blocks, err)
	second := must(sarama.NewSyncProducer([]string{bootstrap}, config))
	outcome("the second one", "", transaction(second, "second"))
	outcome("the first one is fenced", "", transaction(first, "fenced"))
	say("read_committed", read("txn", 0, 14, sarama.ReadCommitted, false))
	config.Producer.Transaction.Timeout = time.Hour
	config.Producer.Transaction.ID = prefix + "long"
	_, err = sarama.NewSyncProducer([]string{bootstrap}, config)
	outcome("a time-out that is too long", "", err)
	first.Close()
	second.Close()
}

// member is a member of a group: it notes what it reads and how many partitions it has.
type member struct {
	lock   *sync.Mutex
	values map[string]bool
	shares map[int]int
	number int
	topic  string
}

func (m *member) Setup(session sarama.ConsumerGroupSession) error {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.shares[m.number] = len(session.Claims()[m.topic])
	return nil
}

func (m *member) Cleanup(session sarama.ConsumerGroupSession) error { return nil }

func (m *member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, more := <-claim.Messages():
			if !more {
				return nil
			}
			m.lock.Lock()
			m.values[string(message.Value)] = true
			m.lock.Unlock()
			session.MarkOffset(message.Topic, message.Partition, message.Offset+1, "note")
			session.Commit()
		case <-session.Context().Done():
			return nil
		}
	}
}

func groups(admin sarama.ClusterAdmin) {
	group, topic := prefix+"group", prefix+"group-topic"
	if err := admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: 4, ReplicationFactor: 1}, false); err != nil {
		panic(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	lock := &sync.Mutex{}
	values, shares := map[string]bool{}, map[int]int{}
	done := sync.WaitGroup{}
	for number := range 2 {
		consumer := must(sarama.NewConsumerGroup([]string{bootstrap}, group, settings()))
		done.Go(func() {
			defer consumer.Close()
			handler := &member{lock, values, shares, number, topic}
			for ctx.Err() == nil {
				if err := consumer.Consume(ctx, []string{topic}, handler); err != nil {
					say("member", err)
				}
			}
		})
	}
	until := func(what string, isSo func() bool) {
		deadline := time.Now().Add(time.Minute)
		for {
			lock.Lock()
			is := isSo()
			lock.Unlock()
			if is {
				return
			}
			if time.Now().After(deadline) {
				panic(fmt.Sprint("no ", what, ": ", shares, " ", len(values)))
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	until("balance", func() bool { return shares[0] == 2 && shares[1] == 2 })
	producer := must(sarama.NewSyncProducer([]string{bootstrap}, settings()))
	for number := range 40 {
		message := &sarama.ProducerMessage{Topic: topic, Partition: int32(number % 4), Value: sarama.StringEncoder(fmt.Sprint(number))}
		_, _, err := producer.SendMessage(message)
		if err != nil {
			panic(err)
		}
	}
	producer.Close()
	until("all values", func() bool { return len(values) == 40 })
	describe := func() {
		found, err := admin.DescribeConsumerGroups([]string{group})
		if err != nil {
			say("described", err)
			return
		}
		each := found[0]
		say("described", fmt.Sprint(each.Err, each.State, each.ProtocolType, each.Protocol, len(each.Members)))
	}
	describe()
	outcome("deleted while in use", "", admin.DeleteConsumerGroup(group))
	offsets := func() {
		found, err := admin.ListConsumerGroupOffsets(group, map[string][]int32{topic: {0, 1, 2, 3}})
		outcome("offsets", found.Blocks, err)
	}
	until("commits", func() bool {
		found := must(admin.ListConsumerGroupOffsets(group, map[string][]int32{topic: {0, 1, 2, 3}}))
		for _, block := range found.Blocks[topic] {
			if block.Offset != 10 {
				return false
			}
		}
		return true
	})
	stop()
	done.Wait()
	describe()
	offsets()
	outcome("offset deleted", "", admin.DeleteConsumerGroupOffset(group, topic, 1))
	offsets()
	listed := must(admin.ListConsumerGroups())
	say("listed", listed[group], listed[prefix+"txn-group"])
	outcome("deleted", "", admin.DeleteConsumerGroup(group))
	outcome("deleted again", "", admin.DeleteConsumerGroup(group))
	describe()
}

func main() {
	bootstrap, prefix = os.Args[1], os.Args[2]
	sarama.Logger = log.New(io.Discard, "", 0)
	client := must(sarama.NewClient([]string{bootstrap}, settings()))
	admin := must(sarama.NewClusterAdminFromClient(client))
	topics(admin)
	configs(admin)
	produce()
	consume(admin, client)
	transactions(admin)
	groups(admin)
	for _, name := range []string{"orders", "compacted", "small", "txn", "group-topic", "nothing"} {
		outcome("delete "+name, "", admin.DeleteTopic(prefix+name))
	}
	say("done")
}
