// franz-go against one broker: admin calls, producers of every kind, both group protocols. Prints what the broker answered, a
// line a fact, in a form that does not depend on the broker.
//
//	program HOST:PORT PREFIX
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

var (
	bootstrap, prefix string
	ctx               context.Context
	adm               *kadm.Client
)

// What a broker makes up by itself.
var ownFields = map[string]bool{
	"ID": true, "TopicID": true, "MemberID": true, "Cluster": true, "ClusterID": true, "Port": true, "Dir": true,
	"TotalBytes": true, "UsableBytes": true, "Size": true, "ProducerID": true, "StartTimestamp": true, "CoordinatorEpoch": true,
	"Metadata": true,
}

// without leaves out what a broker makes up, and the raw bytes of members' metadata.
func without(value any) any {
	switch each := value.(type) {
	case map[string]any:
		for key, field := range each {
			if ownFields[key] {
				delete(each, key)
			} else {
				each[key] = without(field)
			}
		}
	case []any:
		for i := range each {
			each[i] = without(each[i])
		}
	}
	return value
}

func plain(value any) string {
	if text, is := value.(string); is {
		return text
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	var decoded any
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.UseNumber()
	if err := decoder.Decode(&decoded); err != nil {
		return string(encoded)
	}
	encoded, _ = json.Marshal(without(decoded))
	return string(encoded)
}

func say(what ...any) {
	texts := make([]string, len(what))
	for i, each := range what {
		texts[i] = plain(each)
	}
	text := strings.Join(texts, " ")
	fmt.Println(strings.ReplaceAll(strings.ReplaceAll(text, prefix, ""), bootstrap, "HOST"))
}

// outcome prints what a call gave.
func outcome(step string, value any, err error) {
	if err != nil {
		say(step, "->", err.Error())
		return
	}
	say(step, "->", value)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func client(options ...kgo.Opt) *kgo.Client {
	base := []kgo.Opt{kgo.SeedBrokers(bootstrap), kgo.ClientID("member"), kgo.FetchMaxWait(200 * time.Millisecond)}
	return must(kgo.NewClient(append(base, options...)...))
}

func text(value string) *string { return &value }

func topics() {
	orders := prefix + "orders"
	create := func(name string, partitions int32, replicas int16, configs map[string]*string) {
		made, err := adm.CreateTopic(ctx, partitions, replicas, configs, prefix+name)
		outcome("create "+name, made, err)
		if err != nil {
			say(made.ErrMessage)
		}
	}
	create("orders", 3, 1, map[string]*string{"retention.ms": text("-1")})
	create("compacted", 1, 1, map[string]*string{"cleanup.policy": text("compact")})
	create("small", 1, 1, map[string]*string{"max.message.bytes": text("1000")})
	create("bad name", 1, 1, nil)
	create("bad-config", 1, 1, map[string]*string{"retention.ms": text("x")})
	create("too-many", 1, 3, nil)
	create("orders", 1, 1, nil)
	for _, count := range []int{4, 2} {
		grown, err := adm.UpdatePartitions(ctx, count, orders)
		outcome(fmt.Sprint("partitions ", count), grown, err)
	}
	for len(must(adm.ListTopics(ctx, orders))[orders].Partitions) != 4 {
		time.Sleep(50 * time.Millisecond)
	}
	described, err := adm.ListTopics(ctx, orders, prefix+"compacted", prefix+"nothing")
	outcome("described", described, err)
	brokers, err := adm.ListBrokers(ctx)
	outcome("brokers", brokers.NodeIDs(), err)
	set := kadm.TopicsSet{}
	set.Add(orders, 0, 1, 9)
	logDirs, err := adm.DescribeAllLogDirs(ctx, set)
	found := []string{}
	logDirs.Each(func(dir kadm.DescribedLogDir) {
		dir.Topics.Each(func(p kadm.DescribedLogDirPartition) {
			found = append(found, fmt.Sprint(p.Broker, p.Topic, p.Partition))
		})
	})
	sort.Strings(found)
	outcome("log dirs", found, err)
	moves := kadm.AlterReplicaLogDirsReq{}
	moves.Add("/nowhere", set)
	moved, err := adm.AlterBrokerReplicaLogDirs(ctx, 1, moves)
	outcome("replicas elsewhere", moved, err)
	elected, err := adm.ElectLeaders(ctx, kadm.ElectPreferredReplica, set)
	outcome("elected", elected, err)
	reassigned, err := adm.ListPartitionReassignments(ctx, set)
	outcome("reassignments", reassigned, err)
	producers, err := adm.DescribeProducers(ctx, set)
	outcome("producers", producers, err)
}

func configs() {
	show := func(names ...string) {
		found, err := adm.DescribeTopicConfigs(ctx, names...)
		if err != nil {
			say("configs", err.Error())
		}
		for _, resource := range found {
			say("configs of", resource.Name, fmt.Sprint(resource.Err))
			sort.Slice(resource.Configs, func(a, b int) bool { return resource.Configs[a].Key < resource.Configs[b].Key })
			for _, config := range resource.Configs {
				say("config", config)
			}
		}
	}
	show(prefix + "orders")
	show(prefix + "nothing")
	alter := func(op kadm.IncrementalOp, name, value string) {
		altered, err := adm.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: op, Name: name, Value: &value}}, prefix+"small")
		outcome("alter "+name, altered, err)
	}
	alter(kadm.SetConfig, "segment.ms", "500000")
	alter(kadm.SetConfig, "retention.ms", "-2")
	alter(kadm.SetConfig, "no.such", "x")
	alter(kadm.AppendConfig, "cleanup.policy", "compact")
	// A broker hears of a change a little later.
	until := func(key, value string) {
		for ctx.Err() == nil {
			for _, config := range must(adm.DescribeTopicConfigs(ctx, prefix+"small"))[0].Configs {
				if config.Key == key && *config.Value == value {
					return
				}
			}
			time.Sleep(20 * time.Millisecond)
		}
		panic(key + " is not " + value)
	}
	until("cleanup.policy", "delete,compact")
	alter(kadm.SubtractConfig, "cleanup.policy", "compact")
	until("cleanup.policy", "delete")
	show(prefix + "small")
}

func produce() {
	for name, codec := range map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	} {
		options := []kgo.Opt{
			kgo.ProducerBatchCompression(codec), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(20 * time.Millisecond),
		}
		if name == "none" {
			options = append(options, kgo.DisableIdempotentWrite(), kgo.RequiredAcks(kgo.LeaderAck()))
		}
		producer := client(options...)
		records := make([]*kgo.Record, 20)
		for number := range records {
			records[number] = &kgo.Record{
				Topic: prefix + "orders-" + name, Partition: int32(number % 4), Timestamp: time.UnixMilli(1_700_000_000_000 + int64(number)),
				Key: []byte(fmt.Sprint("key-", number%5)), Value: []byte(fmt.Sprint(name, "-", number)),
				Headers: []kgo.RecordHeader{{Key: "codec", Value: []byte(name)}, {Key: "empty"}},
			}
			if number == 7 {
				records[number].Value = nil
			}
		}
		_, err := adm.CreateTopic(ctx, 4, 1, map[string]*string{"retention.ms": text("-1")}, prefix+"orders-"+name)
		if err != nil {
			panic(err)
		}
		if err := producer.ProduceSync(ctx, records...).FirstErr(); err != nil {
			panic(err)
		}
		producer.Close()
	}
	producer := client(kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.UnknownTopicRetries(1), kgo.RecordRetries(2))
	defer producer.Close()
	send := func(topic string, key []byte, value string) {
		record := must2(producer.ProduceSync(ctx, &kgo.Record{Topic: prefix + topic, Key: key, Value: []byte(value)}).First())
		if record.err != nil {
			say("produced to", topic, record.err.Error())
		} else {
			say("produced to", topic, fmt.Sprint(record.record.Offset))
		}
	}
	send("small", nil, strings.Repeat("x", 2000))
	send("compacted", nil, "without a key")
	send("compacted", []byte("k"), "with a key")
	send("nothing-here", []byte("k"), "v")
}

type result struct {
	record *kgo.Record
	err    error
}

func must2(record *kgo.Record, err error) result { return result{record, err} }

// read gives all records of a topic.
func read(topic string, isolation kgo.IsolationLevel) []*kgo.Record {
	ends := must(adm.ListEndOffsets(ctx, prefix+topic))
	left := map[int32]int64{}
	starts := map[int32]kgo.Offset{}
	ends.Each(func(each kadm.ListedOffset) {
		starts[each.Partition] = kgo.NewOffset().At(0)
		if each.Offset > 0 {
			left[each.Partition] = each.Offset
		}
	})
	consumer := client(
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{prefix + topic: starts}), kgo.FetchIsolationLevel(isolation),
		kgo.KeepControlRecords(),
	)
	defer consumer.Close()
	records := []*kgo.Record{}
	for len(left) > 0 {
		consumer.PollFetches(ctx).EachRecord(func(record *kgo.Record) {
			if !record.Attrs.IsControl() {
				records = append(records, record)
			}
			if record.Offset+1 >= left[record.Partition] {
				delete(left, record.Partition)
			}
		})
	}
	sort.Slice(records, func(a, b int) bool {
		return records[a].Partition < records[b].Partition || records[a].Partition == records[b].Partition && records[a].Offset < records[b].Offset
	})
	return records
}

func values(records []*kgo.Record) []string {
	all := []string{}
	for _, record := range records {
		all = append(all, fmt.Sprint(record.Offset, " ", string(record.Value)))
	}
	return all
}

func consume() {
	for _, name := range []string{"none", "gzip", "snappy", "lz4", "zstd"} {
		for _, r := range read("orders-"+name, kgo.ReadCommitted()) {
			say("record", fmt.Sprintf("%d %d %q %q %d %v %d %d", r.Partition, r.Offset, r.Key, r.Value, r.Timestamp.UnixMilli(),
				r.Headers, r.LeaderEpoch, r.Attrs.CompressionType()))
		}
	}
	topic := prefix + "orders-gzip"
	for name, list := range map[string]func() (kadm.ListedOffsets, error){
		"start":     func() (kadm.ListedOffsets, error) { return adm.ListStartOffsets(ctx, topic) },
		"end":       func() (kadm.ListedOffsets, error) { return adm.ListEndOffsets(ctx, topic) },
		"committed": func() (kadm.ListedOffsets, error) { return adm.ListCommittedOffsets(ctx, topic) },
		"largest":   func() (kadm.ListedOffsets, error) { return adm.ListMaxTimestampOffsets(ctx, topic) },
		"time":      func() (kadm.ListedOffsets, error) { return adm.ListOffsetsAfterMilli(ctx, 1_700_000_000_012, topic) },
		"late time": func() (kadm.ListedOffsets, error) { return adm.ListOffsetsAfterMilli(ctx, 1_900_000_000_000, topic) },
		"local":     func() (kadm.ListedOffsets, error) { return adm.ListLocalLogStartOffsets(ctx, topic) },
		"remote":    func() (kadm.ListedOffsets, error) { return adm.ListLatestRemoteOffsets(ctx, topic) },
	} {
		listed, err := list()
		unordered = append(unordered, func() { outcome("offsets "+name, listed, err) })
		names = append(names, name)
	}
	inOrder()
	offsets := kadm.Offsets{}
	offsets.AddOffset(topic, 0, 3, -1)
	offsets.AddOffset(topic, 1, 1000, -1)
	deleted, err := adm.DeleteRecords(ctx, offsets)
	outcome("delete records", deleted, err)
}

var (
	unordered []func()
	names     []string
)

// inOrder prints what was collected, by name.
func inOrder() {
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return names[order[a]] < names[order[b]] })
	for _, i := range order {
		unordered[i]()
	}
	unordered, names = nil, nil
}

func transactions() {
	topic := prefix + "txn"
	must(adm.CreateTopic(ctx, 1, 1, nil, topic))
	options := []kgo.Opt{
		kgo.TransactionalID(prefix + "txn"), kgo.TransactionTimeout(30 * time.Second),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.RecordRetries(3),
	}
	first := client(options...)
	defer first.Close()
	transaction := func(producer *kgo.Client, name string, commit kgo.TransactionEndTry) error {
		if err := producer.BeginTransaction(); err != nil {
			return err
		}
		for number := 0; number < 3; number++ {
			record := &kgo.Record{Topic: topic, Value: []byte(fmt.Sprint(name, "-", number))}
			if err := producer.ProduceSync(ctx, record).FirstErr(); err != nil {
				return err
			}
		}
		return producer.EndTransaction(ctx, commit)
	}
	for _, name := range []string{"commit", "abort", "commit"} {
		if err := transaction(first, name, name == "commit"); err != nil {
			panic(err)
		}
	}
	say("read_committed", values(read("txn", kgo.ReadCommitted())))
	say("read_uncommitted", values(read("txn", kgo.ReadUncommitted())))
	described, err := adm.DescribeTransactions(ctx, prefix+"txn", prefix+"nothing")
	outcome("described", described, err)
	listed, err := adm.ListTransactionsByTxPattern(ctx, nil, nil, prefix+".*")
	outcome("listed", listed, err)
	second := client(options...)
	defer second.Close()
	outcome("the second one", "", transaction(second, "second", true))
	outcome("the first one is fenced", "", transaction(first, "fenced", true))
	say("read_committed", values(read("txn", kgo.ReadCommitted())))
	long := client(kgo.TransactionalID(prefix+"long"), kgo.TransactionTimeout(time.Hour))
	defer long.Close()
	outcome("a time-out that is too long", "", transaction(long, "long", true))
}

func groups(protocol string) {
	group, topic := prefix+"group-"+protocol, prefix+"topic-"+protocol
	must(adm.CreateTopic(ctx, 4, 1, nil, topic))
	options := []kgo.Opt{
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.DisableAutoCommit(), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	}
	if protocol == "consumer" {
		options = append(options, kgo.ServerSideBalancer())
	}
	members := []*kgo.Client{client(options...), client(options...)}
	seen := map[string]bool{}
	described := func() ([]int, string) {
		shares := []int{}
		if protocol == "consumer" {
			found := must(adm.DescribeConsumerGroups(ctx, group))[group]
			for _, member := range found.Members {
				count := 0
				for _, partitions := range member.Assignment {
					count += len(partitions)
				}
				shares = append(shares, count)
			}
			return shares, fmt.Sprint(found.State, " ", found.AssignorName, " ", len(found.Members), " ", found.Err)
		}
		found := must(adm.DescribeGroups(ctx, group))[group]
		for _, member := range found.Members {
			count := 0
			if assigned, is := member.Assigned.AsConsumer(); is {
				for _, each := range assigned.Topics {
					count += len(each.Partitions)
				}
			}
			shares = append(shares, count)
		}
		return shares, fmt.Sprint(found.State, " ", found.ProtocolType, " ", found.Protocol, " ", len(found.Members), " ", found.Err)
	}
	until := func(what string, isSo func() bool) {
		for deadline := time.Now().Add(time.Minute); !isSo(); {
			if time.Now().After(deadline) {
				panic(fmt.Sprint("no ", what, ": ", len(seen), " values"))
			}
			for _, member := range members {
				soon, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
				member.PollFetches(soon).EachRecord(func(record *kgo.Record) { seen[string(record.Value)] = true })
				cancel()
			}
		}
	}
	until("balance", func() bool {
		shares, _ := described()
		return fmt.Sprint(shares) == "[2 2]"
	})
	producer := client(kgo.RecordPartitioner(kgo.ManualPartitioner()))
	for number := 0; number < 40; number++ {
		record := &kgo.Record{Topic: topic, Partition: int32(number % 4), Value: []byte(fmt.Sprint(number))}
		must(producer.ProduceSync(ctx, record).First())
	}
	producer.Close()
	until("all values", func() bool { return len(seen) == 40 })
	say(protocol, "all values", fmt.Sprint(len(seen)))
	shares, state := described()
	say("described", shares, state)
	deleted, err := adm.DeleteGroup(ctx, group)
	outcome("deleted while in use", deleted, err)
	for _, member := range members {
		outcome("committed", "", member.CommitUncommittedOffsets(ctx))
	}
	for _, member := range members {
		outcome("left", "", member.LeaveGroupContext(ctx))
		member.Close()
	}
	_, state = described()
	say("described", state)
	fetched, err := adm.FetchOffsets(ctx, group)
	outcome("offsets", fetched, err)
	by := kadm.Offsets{}
	by.AddOffset(topic, 0, 2, -1)
	by.AddOffset(prefix+"nothing", 0, 2, -1)
	committed, err := adm.CommitOffsets(ctx, group, by)
	outcome("by hand", committed, err)
	lag, err := adm.Lag(ctx, group)
	outcome("lag", lag[group].Lag, err)
	set := kadm.TopicsSet{}
	set.Add(topic, 1)
	forgotten, err := adm.DeleteOffsets(ctx, group, set)
	outcome("offsets deleted", forgotten, err)
	listed, err := adm.ListGroupsByType(ctx, []string{protocol}, "Empty")
	outcome("listed", listed[group], err)
	for range 2 {
		deleted, err = adm.DeleteGroup(ctx, group)
		outcome("deleted", deleted, err)
	}
	_, state = described()
	say("described", state)
}

func main() {
	bootstrap, prefix = os.Args[1], os.Args[2]
	var cancel context.CancelFunc
	ctx, cancel = context.WithTimeout(context.Background(), 170*time.Second)
	defer cancel()
	adm = kadm.NewClient(client())
	defer adm.Close()
	topics()
	configs()
	produce()
	consume()
	transactions()
	groups("classic")
	groups("consumer")
	for _, name := range []string{"orders", "compacted", "small", "txn", "topic-classic", "topic-consumer", "nothing"} {
		deleted, err := adm.DeleteTopic(ctx, prefix+name)
		outcome("delete "+name, deleted, err)
	}
	for _, name := range []string{"none", "gzip", "snappy", "lz4", "zstd"} {
		must(adm.DeleteTopic(ctx, prefix+"orders-"+name))
	}
	say("done")
}
