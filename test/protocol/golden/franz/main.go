// Calls every client API of a Kafka broker in every version that broker and franz-go share, with requests that mean
// something. Run by ../capture.ts between the proxy of scripts/capture-frames.ts and a broker.
//
//	franz ADDRESS SASL_ADDRESS DIRECTORY
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
	"github.com/twmb/franz-go/pkg/sasl/plain"
)

var (
	address, saslAddress = os.Args[1], os.Args[2]
	ctx                  = context.Background()
	topicID              [16]byte
)

const topic = "golden"

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// client gives a client that uses at most the given version of one API, and otherwise the newest ones.
func client(key, version int16, options ...kgo.Opt) *kgo.Client {
	versions := kversion.Stable()
	for k := int16(0); k < 95; k++ {
		if request := kmsg.RequestForKey(k); request != nil {
			versions.SetMaxKeyVersion(k, request.MaxVersion())
		}
	}
	versions.SetMaxKeyVersion(key, version)
	cl, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(address), kgo.MaxVersions(versions), kgo.ClientID("franz"), kgo.RetryTimeout(3 * time.Second), kgo.RequestRetries(2),
	}, options...)...)
	must(err)
	return cl
}

// send sends a request in one version. What the broker does not know in that version is passed over.
func send[T kmsg.Response](version int16, request kmsg.Request, options ...kgo.Opt) (T, bool) {
	cl := client(request.Key(), version, options...)
	defer cl.Close()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	response, err := cl.SeedBrokers()[0].Request(ctx, request)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s %d: %v\n", kmsg.NameForKey(request.Key()), version, err)
		var none T
		return none, false
	}
	return response.(T), true
}

// each sends a request made anew in each of its versions.
func each(make func(version int16) kmsg.Request, options ...kgo.Opt) {
	for version := int16(0); version <= make(0).MaxVersion(); version++ {
		send[kmsg.Response](version, make(version), options...)
	}
}

func some[T any](values ...T) []T { return values }
func ptr[T any](value T) *T       { return &value }

func topics() {
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrCreateTopicsRequest()
		t := kmsg.NewCreateTopicsRequestTopic()
		t.Topic, t.NumPartitions, t.ReplicationFactor = fmt.Sprintf("made-%d", version), 2, 1
		c := kmsg.NewCreateTopicsRequestTopicConfig()
		c.Name, c.Value = "cleanup.policy", ptr("compact")
		t.Configs = some(c)
		u := kmsg.NewCreateTopicsRequestTopic()
		u.Topic, u.NumPartitions, u.ReplicationFactor = fmt.Sprintf("placed-%d", version), -1, -1
		a := kmsg.NewCreateTopicsRequestTopicReplicaAssignment()
		a.Replicas = some(int32(1))
		u.ReplicaAssignment = some(a)
		w := kmsg.NewCreateTopicsRequestTopic()
		w.Topic, w.NumPartitions, w.ReplicationFactor = "no/name", 1, 1
		r.Topics = some(t, u, w)
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrCreatePartitionsRequest()
		t := kmsg.NewCreatePartitionsRequestTopic()
		t.Topic, t.Count = fmt.Sprintf("made-%d", version), 3
		t.Assignment = some(kmsg.CreatePartitionsRequestTopicAssignment{Replicas: some(int32(1))})
		r.Topics = some(t)
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrMetadataRequest()
		t, u := kmsg.NewMetadataRequestTopic(), kmsg.NewMetadataRequestTopic()
		t.Topic, u.Topic = ptr(topic), ptr("nowhere")
		r.Topics = some(t, u)
		r.AllowAutoTopicCreation = false
		r.IncludeClusterAuthorizedOperations, r.IncludeTopicAuthorizedOperations = version >= 8 && version <= 10, version >= 8
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDescribeTopicPartitionsRequest()
		r.Topics = some(kmsg.DescribeTopicPartitionsRequestTopic{Topic: topic}, kmsg.DescribeTopicPartitionsRequestTopic{Topic: "nowhere"})
		r.ResponsePartitionLimit = 2
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDeleteTopicsRequest()
		name := fmt.Sprintf("made-%d", version)
		r.TopicNames = some(name, "nowhere")
		t, u := kmsg.NewDeleteTopicsRequestTopic(), kmsg.NewDeleteTopicsRequestTopic()
		t.Topic, u.TopicID = ptr(name), [16]byte{1, 2, 3}
		r.Topics = some(t, u)
		return r
	})
}

func records() {
	for version := int16(0); version <= 13; version++ {
		cl := client(0, version, kgo.DefaultProduceTopic(topic), kgo.DisableIdempotentWrite(), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchCompression(kgo.NoCompression()))
		var headers []kgo.RecordHeader
		if version >= 3 {
			headers = some(kgo.RecordHeader{Key: "h", Value: []byte("1")}, kgo.RecordHeader{Key: "none"})
		}
		limit, cancel := context.WithTimeout(ctx, 3*time.Second)
		results := cl.ProduceSync(limit,
			&kgo.Record{Key: []byte("k"), Value: []byte(fmt.Sprintf("v%d", version)), Headers: headers},
			&kgo.Record{Value: []byte("é\n"), Partition: 1}, &kgo.Record{Key: []byte("tombstone"), Partition: 1})
		if err := results.FirstErr(); err != nil {
			fmt.Fprintf(os.Stderr, "Produce %d: %v\n", version, err)
		}
		cancel()
		cl.Close()
	}
	for version := int16(0); version <= 18; version++ {
		cl := client(1, version, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart(), 1: kgo.NewOffset().At(3)}}), kgo.FetchMaxWait(100*time.Millisecond), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
		limit, cancel := context.WithTimeout(ctx, 1500*time.Millisecond)
		for limit.Err() == nil {
			if cl.PollFetches(limit).Err() != nil {
				break
			}
		}
		cancel()
		cl.Close()
	}
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrListOffsetsRequest()
		r.ReplicaID, r.TimeoutMillis = -1, 1000
		t := kmsg.NewListOffsetsRequestTopic()
		t.Topic = topic
		for partition, at := range []int64{-1, -2, 1_000_000_000_000} {
			p := kmsg.NewListOffsetsRequestTopicPartition()
			p.Partition, p.Timestamp, p.MaxNumOffsets = int32(partition), at, 2
			t.Partitions = append(t.Partitions, p)
		}
		r.Topics = some(t)
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrOffsetForLeaderEpochRequest()
		r.ReplicaID = -1
		p := kmsg.NewOffsetForLeaderEpochRequestTopicPartition()
		p.LeaderEpoch = 0
		r.Topics = some(kmsg.OffsetForLeaderEpochRequestTopic{Topic: topic, Partitions: some(p)})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDeleteRecordsRequest()
		t := kmsg.NewDeleteRecordsRequestTopic()
		t.Topic = topic
		t.Partitions = some(kmsg.DeleteRecordsRequestTopicPartition{Partition: 1, Offset: int64(version)}, kmsg.DeleteRecordsRequestTopicPartition{Partition: 2, Offset: 99})
		r.Topics = some(t)
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDescribeProducersRequest()
		r.Topics = some(kmsg.DescribeProducersRequestTopic{Topic: topic, Partitions: some(int32(0), int32(7))})
		return r
	})
}

func groups() {
	metadata := kmsg.NewConsumerMemberMetadata()
	metadata.Topics = some(topic)
	assignment := kmsg.NewConsumerMemberAssignment()
	part := kmsg.NewConsumerMemberAssignmentTopic()
	part.Topic, part.Partitions = topic, some(int32(0), int32(1))
	assignment.Topics = some(part)

	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrFindCoordinatorRequest()
		r.CoordinatorKey, r.CoordinatorKeys = "group", some("group", "other")
		return r
	})
	for version := int16(0); version <= 9; version++ {
		group := fmt.Sprintf("group-%d", version)
		var instance *string
		if version >= 5 {
			instance = ptr("instance")
		}
		join := kmsg.NewPtrJoinGroupRequest()
		join.Group, join.SessionTimeoutMillis, join.RebalanceTimeoutMillis, join.ProtocolType = group, 10_000, 10_000, "consumer"
		join.Protocols = some(kmsg.JoinGroupRequestProtocol{Name: "range", Metadata: metadata.AppendTo(nil)}, kmsg.JoinGroupRequestProtocol{Name: "roundrobin", Metadata: metadata.AppendTo(nil)})
		join.InstanceID, join.Reason = instance, ptr("first")
		joined, ok := send[*kmsg.JoinGroupResponse](version, join)
		for ok && (joined.ErrorCode == 14 || joined.ErrorCode == 16) { // The coordinator is being made or loading.
			time.Sleep(200 * time.Millisecond)
			joined, ok = send[*kmsg.JoinGroupResponse](version, join)
		}
		if ok && joined.ErrorCode == 79 {
			join.MemberID, join.InstanceID = joined.MemberID, nil
			joined, ok = send[*kmsg.JoinGroupResponse](version, join)
		}
		if !ok || joined.ErrorCode != 0 {
			continue
		}
		sync := kmsg.NewPtrSyncGroupRequest()
		sync.Group, sync.Generation, sync.MemberID, sync.InstanceID = group, joined.Generation, joined.MemberID, instance
		sync.ProtocolType, sync.Protocol = joined.ProtocolType, joined.Protocol
		sync.GroupAssignment = some(kmsg.SyncGroupRequestGroupAssignment{MemberID: joined.MemberID, MemberAssignment: assignment.AppendTo(nil)})
		send[kmsg.Response](version, sync)

		beat := kmsg.NewPtrHeartbeatRequest()
		beat.Group, beat.Generation, beat.MemberID, beat.InstanceID = group, joined.Generation, joined.MemberID, instance
		send[kmsg.Response](version, beat)
		beat.Generation = 77
		send[kmsg.Response](version, beat)

		for v := int16(0); v <= 10; v++ {
			commit := kmsg.NewPtrOffsetCommitRequest()
			commit.Group, commit.Generation, commit.MemberID, commit.RetentionTimeMillis = group, joined.Generation, joined.MemberID, -1
			if v >= 7 {
				commit.InstanceID = instance
			}
			t := kmsg.NewOffsetCommitRequestTopic()
			t.Topic, t.TopicID = topic, topicID
			p, q := kmsg.NewOffsetCommitRequestTopicPartition(), kmsg.NewOffsetCommitRequestTopicPartition()
			p.Offset, p.Timestamp, p.Metadata = int64(version)+1, -1, ptr("mark")
			q.Partition, q.Offset, q.Timestamp = 1, 2, -1
			t.Partitions = some(p, q)
			commit.Topics = some(t)
			send[kmsg.Response](v, commit)
		}

		each(func(v int16) kmsg.Request {
			r := kmsg.NewPtrDescribeGroupsRequest()
			r.Groups, r.IncludeAuthorizedOperations = some(group, "no-group"), true
			return r
		})
		leave := kmsg.NewPtrLeaveGroupRequest()
		leave.Group, leave.MemberID = group, joined.MemberID
		leave.Members = some(kmsg.LeaveGroupRequestMember{MemberID: joined.MemberID, InstanceID: instance, Reason: ptr("done")})
		send[kmsg.Response](version, leave)
	}
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrOffsetFetchRequest()
		r.Group, r.Topics = "group-3", some(kmsg.OffsetFetchRequestTopic{Topic: topic, Partitions: some(int32(0), int32(1), int32(2))})
		for _, name := range some("group-3", "no-group") {
			g := kmsg.NewOffsetFetchRequestGroup()
			g.Group = name
			g.Topics = some(kmsg.OffsetFetchRequestGroupTopic{Topic: topic, TopicID: topicID, Partitions: some(int32(0), int32(2))})
			r.Groups = append(r.Groups, g)
		}
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrListGroupsRequest()
		r.StatesFilter, r.TypesFilter = some("Empty", "Stable"), some("classic", "consumer")
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrOffsetDeleteRequest()
		t := kmsg.NewOffsetDeleteRequestTopic()
		t.Topic, t.Partitions = topic, some(kmsg.OffsetDeleteRequestTopicPartition{Partition: 1})
		r.Group, r.Topics = "group-3", some(t)
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDeleteGroupsRequest()
		r.Groups = some(fmt.Sprintf("group-%d", version), "no-group")
		return r
	})

	for version := int16(0); version <= 1; version++ {
		beat := kmsg.NewPtrConsumerGroupHeartbeatRequest()
		beat.Group, beat.MemberID, beat.RebalanceTimeoutMillis = fmt.Sprintf("new-%d", version), "AAAAAAAAAAAAAAAAAAAAA"+fmt.Sprint(version), 10_000
		beat.SubscribedTopicNames, beat.ServerAssignor, beat.Topics = some(topic), ptr("uniform"), []kmsg.ConsumerGroupHeartbeatRequestTopic{}
		if version == 1 {
			beat.SubscribedTopicRegex = ptr("gold.*")
		}
		answer, ok := send[*kmsg.ConsumerGroupHeartbeatResponse](version, beat)
		if !ok || answer.ErrorCode != 0 {
			continue
		}
		each(func(int16) kmsg.Request {
			r := kmsg.NewPtrConsumerGroupDescribeRequest()
			r.Groups, r.IncludeAuthorizedOperations = some(beat.Group, "no-group"), true
			return r
		})
		leave := kmsg.NewPtrConsumerGroupHeartbeatRequest()
		leave.Group, leave.MemberID, leave.MemberEpoch = beat.Group, beat.MemberID, -1
		if answer.MemberID != nil {
			leave.MemberID = *answer.MemberID
		}
		send[kmsg.Response](version, leave)
	}
}

func transactions() {
	var id int64
	var epoch int16
	for version := int16(0); version <= 5; version++ {
		r := kmsg.NewPtrInitProducerIDRequest()
		r.TransactionalID, r.TransactionTimeoutMillis, r.ProducerID, r.ProducerEpoch = ptr("golden-tx"), 60_000, -1, -1
		if answer, ok := send[*kmsg.InitProducerIDResponse](version, r); ok {
			id, epoch = answer.ProducerID, answer.ProducerEpoch
		}
	}
	add := func(version int16) {
		r := kmsg.NewPtrAddPartitionsToTxnRequest()
		r.TransactionalID, r.ProducerID, r.ProducerEpoch = "golden-tx", id, epoch
		r.Topics = some(kmsg.AddPartitionsToTxnRequestTopic{Topic: topic, Partitions: some(int32(0), int32(1))})
		r.Transactions = some(kmsg.AddPartitionsToTxnRequestTransaction{TransactionalID: "golden-tx", ProducerID: id, ProducerEpoch: epoch, VerifyOnly: version == 4, Topics: some(kmsg.AddPartitionsToTxnRequestTransactionTopic{Topic: topic, Partitions: some(int32(0))})})
		send[kmsg.Response](version, r)
	}
	for version := int16(0); version <= 5; version++ {
		add(version)
	}
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrAddOffsetsToTxnRequest()
		r.TransactionalID, r.ProducerID, r.ProducerEpoch, r.Group = "golden-tx", id, epoch, "tx-group"
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrTxnOffsetCommitRequest()
		r.TransactionalID, r.Group, r.ProducerID, r.ProducerEpoch, r.Generation = "golden-tx", "tx-group", id, epoch, -1
		p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
		p.Offset, p.Metadata = 3, ptr("in a transaction")
		r.Topics = some(kmsg.TxnOffsetCommitRequestTopic{Topic: topic, TopicID: topicID, Partitions: some(p)})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDescribeTransactionsRequest()
		r.TransactionalIDs = some("golden-tx", "no-tx")
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrListTransactionsRequest()
		r.StateFilters, r.ProducerIDFilters, r.DurationFilterMillis, r.TransactionalIDPattern = some("Ongoing", "Empty"), some(id), 0, ptr("golden.*")
		return r
	})
	for version := int16(0); version <= 5; version++ {
		r := kmsg.NewPtrEndTxnRequest()
		r.TransactionalID, r.ProducerID, r.ProducerEpoch, r.Commit = "golden-tx", id, epoch, version%2 == 0
		if answer, ok := send[*kmsg.EndTxnResponse](version, r); ok && answer.Version >= 5 && answer.ErrorCode == 0 {
			id, epoch = answer.ProducerID, answer.ProducerEpoch
		}
		time.Sleep(200 * time.Millisecond)
		add(3)
	}
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrWriteTxnMarkersRequest()
		r.Markers = some(kmsg.WriteTxnMarkersRequestMarker{ProducerID: 4242, Committed: true, Topics: some(kmsg.WriteTxnMarkersRequestMarkerTopic{Topic: topic, Partitions: some(int32(2))})})
		return r
	})
}

func configs(directory string) {
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDescribeConfigsRequest()
		r.Resources = some(
			kmsg.DescribeConfigsRequestResource{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: topic, ConfigNames: some("cleanup.policy", "retention.ms")},
			kmsg.DescribeConfigsRequestResource{ResourceType: kmsg.ConfigResourceTypeBroker, ResourceName: "1", ConfigNames: some("node.id")})
		r.IncludeSynonyms, r.IncludeDocumentation = true, true
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrAlterConfigsRequest()
		r.Resources = some(kmsg.AlterConfigsRequestResource{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: topic, Configs: some(kmsg.AlterConfigsRequestResourceConfig{Name: "retention.ms", Value: ptr("3600000")}, kmsg.AlterConfigsRequestResourceConfig{Name: "segment.bytes", Value: ptr("2000000")})})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrIncrementalAlterConfigsRequest()
		r.Resources = some(kmsg.IncrementalAlterConfigsRequestResource{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: topic, Configs: some(
			kmsg.IncrementalAlterConfigsRequestResourceConfig{Name: "retention.ms", Op: kmsg.IncrementalAlterConfigOpDelete},
			kmsg.IncrementalAlterConfigsRequestResourceConfig{Name: "cleanup.policy", Op: kmsg.IncrementalAlterConfigOpAppend, Value: ptr("compact")})})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrListConfigResourcesRequest()
		r.ResourceTypes = some(int8(2), int8(4), int8(16))
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrAlterClientQuotasRequest()
		r.Entries = some(kmsg.AlterClientQuotasRequestEntry{
			Entity: some(kmsg.AlterClientQuotasRequestEntryEntity{Type: "user", Name: ptr("bob")}, kmsg.AlterClientQuotasRequestEntryEntity{Type: "client-id"}),
			Ops:    some(kmsg.AlterClientQuotasRequestEntryOp{Key: "producer_byte_rate", Value: 1234567.5}, kmsg.AlterClientQuotasRequestEntryOp{Key: "consumer_byte_rate", Remove: true})})
		return r
	})
	time.Sleep(300 * time.Millisecond)
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDescribeClientQuotasRequest()
		r.Components = some(kmsg.DescribeClientQuotasRequestComponent{EntityType: "user", MatchType: kmsg.QuotasMatchTypeExact, Match: ptr("bob")})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrAlterUserSCRAMCredentialsRequest()
		r.Upsertions = some(kmsg.AlterUserSCRAMCredentialsRequestUpsertion{Name: "bob", Mechanism: 1, Iterations: 4096, Salt: []byte("salt"), SaltedPassword: []byte("0123456789abcdef0123456789abcdef")})
		r.Deletions = some(kmsg.AlterUserSCRAMCredentialsRequestDeletion{Name: "carol", Mechanism: 2})
		return r
	})
	time.Sleep(300 * time.Millisecond)
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDescribeUserSCRAMCredentialsRequest()
		r.Users = some(kmsg.DescribeUserSCRAMCredentialsRequestUser{Name: "bob"}, kmsg.DescribeUserSCRAMCredentialsRequestUser{Name: "nobody"})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrAlterReplicaLogDirsRequest()
		d := kmsg.NewAlterReplicaLogDirsRequestDir()
		t := kmsg.NewAlterReplicaLogDirsRequestDirTopic()
		t.Topic, t.Partitions = topic, some(int32(0))
		d.Dir, d.Topics = directory, some(t)
		r.Dirs = some(d)
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDescribeLogDirsRequest()
		r.Topics = some(kmsg.DescribeLogDirsRequestTopic{Topic: topic, Partitions: some(int32(0), int32(1))})
		return r
	})
}

func acls() {
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrCreateACLsRequest()
		c := kmsg.NewCreateACLsRequestCreation()
		c.ResourceType, c.ResourceName, c.Principal, c.Host = kmsg.ACLResourceTypeTopic, topic, "User:bob", "127.0.0.1"
		c.Operation, c.PermissionType = kmsg.ACLOperationRead, kmsg.ACLPermissionTypeAllow
		if version > 0 {
			c.ResourcePatternType = kmsg.ACLResourcePatternTypePrefixed
		}
		r.Creations = some(c)
		return r
	})
	time.Sleep(300 * time.Millisecond)
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDescribeACLsRequest()
		r.ResourceType, r.ResourceName, r.ResourcePatternType = kmsg.ACLResourceTypeTopic, ptr(topic), kmsg.ACLResourcePatternTypeAny
		r.Operation, r.PermissionType = kmsg.ACLOperationAny, kmsg.ACLPermissionTypeAny
		return r
	})
	each(func(version int16) kmsg.Request {
		if version > 0 { // There must be something to delete.
			c := kmsg.NewCreateACLsRequestCreation()
			c.ResourceType, c.ResourceName, c.Principal, c.Host = kmsg.ACLResourceTypeTopic, topic, "User:bob", "127.0.0.1"
			c.Operation, c.PermissionType, c.ResourcePatternType = kmsg.ACLOperationRead, kmsg.ACLPermissionTypeAllow, kmsg.ACLResourcePatternTypeLiteral
			create := kmsg.NewPtrCreateACLsRequest()
			create.Creations = some(c)
			send[kmsg.Response](3, create)
			time.Sleep(300 * time.Millisecond)
		}
		r := kmsg.NewPtrDeleteACLsRequest()
		f := kmsg.NewDeleteACLsRequestFilter()
		f.ResourceType, f.ResourceName, f.ResourcePatternType = kmsg.ACLResourceTypeTopic, ptr(topic), kmsg.ACLResourcePatternTypeAny
		f.Operation, f.PermissionType = kmsg.ACLOperationAny, kmsg.ACLPermissionTypeAny
		r.Filters = some(f)
		return r
	})
}

func cluster(id string) {
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrApiVersionsRequest()
		r.ClientSoftwareName, r.ClientSoftwareVersion = "franz-go", "1"
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDescribeClusterRequest()
		r.IncludeClusterAuthorizedOperations, r.EndpointType = true, 1
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDescribeQuorumRequest()
		r.Topics = some(kmsg.DescribeQuorumRequestTopic{Topic: "__cluster_metadata", Partitions: some(kmsg.DescribeQuorumRequestTopicPartition{})})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrUpdateFeaturesRequest()
		f, g := kmsg.NewUpdateFeaturesRequestFeatureUpdate(), kmsg.NewUpdateFeaturesRequestFeatureUpdate()
		f.Feature, f.MaxVersionLevel, f.UpgradeType = "metadata.version", 1, 2
		g.Feature, g.MaxVersionLevel, g.UpgradeType = "no.version", 1, 1
		r.FeatureUpdates, r.ValidateOnly = some(f, g), version > 0
		return r
	})
	for kind := int8(0); kind < 2; kind++ {
		each(func(version int16) kmsg.Request {
			r := kmsg.NewPtrElectLeadersRequest()
			t := kmsg.NewElectLeadersRequestTopic()
			t.Topic, t.Partitions = topic, some(int32(0), int32(1))
			r.ElectionType, r.Topics = kind, some(t)
			return r
		})
	}
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrAlterPartitionAssignmentsRequest()
		p, q := kmsg.NewAlterPartitionAssignmentsRequestTopicPartition(), kmsg.NewAlterPartitionAssignmentsRequestTopicPartition()
		p.Replicas, q.Partition = some(int32(1)), 1
		r.Topics = some(kmsg.AlterPartitionAssignmentsRequestTopic{Topic: topic, Partitions: some(p, q)})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrListPartitionReassignmentsRequest()
		r.Topics = some(kmsg.ListPartitionReassignmentsRequestTopic{Topic: topic, Partitions: some(int32(0))})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrUnregisterBrokerRequest()
		r.BrokerID = 77
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrAddRaftVoterRequest()
		r.ClusterID, r.VoterID, r.TimeoutMillis = ptr(id), 7, 1000
		r.Listeners = some(kmsg.AddRaftVoterRequestListener{Name: "CONTROLLER", Host: "127.0.0.1", Port: 9})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrRemoveRaftVoterRequest()
		r.ClusterID, r.VoterID = ptr(id), 7
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrGetTelemetrySubscriptionsRequest()
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrPushTelemetryRequest()
		r.ClientInstanceID, r.SubscriptionID, r.Metrics = [16]byte{9}, 7, []byte{1, 2, 3}
		return r
	})
}

func logins() {
	login := kgo.SASL(plain.Auth{User: "alice", Pass: "alice-secret"}.AsMechanism())
	for key, most := range map[int16]int16{17: 1, 36: 2} {
		for version := int16(0); version <= most; version++ {
			cl := client(key, version, kgo.SeedBrokers(saslAddress), login)
			limit, cancel := context.WithTimeout(ctx, 5*time.Second)
			if err := cl.Ping(limit); err != nil {
				fmt.Fprintf(os.Stderr, "login %d %d: %v\n", key, version, err)
			}
			cancel()
			cl.Close()
		}
	}
	secure := some(kgo.SeedBrokers(saslAddress), login)
	var hmac []byte
	for version := int16(0); version <= 3; version++ {
		r := kmsg.NewPtrCreateDelegationTokenRequest()
		r.MaxLifetimeMillis = 3_600_000
		r.Renewers = some(kmsg.CreateDelegationTokenRequestRenewer{PrincipalType: "User", PrincipalName: "bob"})
		if answer, ok := send[*kmsg.CreateDelegationTokenResponse](version, r, secure...); ok {
			hmac = answer.HMAC
		}
	}
	time.Sleep(300 * time.Millisecond)
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrRenewDelegationTokenRequest()
		r.HMAC, r.RenewTimeMillis = hmac, 60_000
		return r
	}, secure...)
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDescribeDelegationTokenRequest()
		r.Owners = some(kmsg.DescribeDelegationTokenRequestOwner{PrincipalType: "User", PrincipalName: "alice"})
		return r
	}, secure...)
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrExpireDelegationTokenRequest()
		r.HMAC, r.ExpiryPeriodMillis = hmac, -1
		return r
	}, secure...)
}

func share() {
	const group, member = "share-group", "BBBBBBBBBBBBBBBBBBBBBB"
	for version := int16(0); version <= 1; version++ {
		beat := kmsg.NewPtrShareGroupHeartbeatRequest()
		beat.GroupID, beat.MemberID, beat.SubscribedTopicNames = group, member, some(topic)
		send[kmsg.Response](version, beat)
	}
	time.Sleep(500 * time.Millisecond)
	beat := kmsg.NewPtrShareGroupHeartbeatRequest()
	beat.GroupID, beat.MemberID, beat.SubscribedTopicNames = group, member, some(topic)
	send[kmsg.Response](1, beat)
	for version := int16(1); version <= 2; version++ {
		fetch := kmsg.NewPtrShareFetchRequest()
		fetch.GroupID, fetch.MemberID, fetch.MaxWaitMillis, fetch.MaxBytes, fetch.MaxRecords, fetch.BatchSize = ptr(group), ptr(member), 500, 1000, 10, 10
		t := kmsg.NewShareFetchRequestTopic()
		t.TopicID = topicID
		p := kmsg.NewShareFetchRequestTopicPartition()
		p.Partition, p.PartitionMaxBytes = int32(version), 1000
		t.Partitions = some(p)
		fetch.Topics = some(t)
		send[kmsg.Response](version, fetch)

		ack := kmsg.NewPtrShareAcknowledgeRequest()
		ack.GroupID, ack.MemberID, ack.ShareSessionEpoch = ptr(group), ptr(member), 1
		at := kmsg.NewShareAcknowledgeRequestTopic()
		at.TopicID = topicID
		ap := kmsg.NewShareAcknowledgeRequestTopicPartition()
		ap.AcknowledgementBatches = some(kmsg.ShareAcknowledgeRequestTopicPartitionAcknowledgementBatch{FirstOffset: 0, LastOffset: 0, AcknowledgeTypes: some(int8(1))})
		at.Partitions = some(ap)
		ack.Topics = some(at)
		send[kmsg.Response](version, ack)
	}
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrShareGroupDescribeRequest()
		r.GroupIDs, r.IncludeAuthorizedOperations = some(group, "no-group"), true
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDescribeShareGroupOffsetsRequest()
		g := kmsg.NewDescribeShareGroupOffsetsRequestGroup()
		g.GroupID, g.Topics = group, some(kmsg.DescribeShareGroupOffsetsRequestGroupTopic{Topic: topic, Partitions: some(int32(0), int32(1))})
		r.Groups = some(g)
		return r
	})
	// What a broker asks the share coordinator, which on a single node is the same broker.
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrInitializeShareGroupStateRequest()
		r.GroupID = "state-group"
		r.Topics = some(kmsg.InitializeShareGroupStateRequestTopic{TopicID: topicID, Partitions: some(kmsg.InitializeShareGroupStateRequestTopicPartition{StateEpoch: 1, StartOffset: 5})})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrWriteShareGroupStateRequest()
		r.GroupID = "state-group"
		p := kmsg.NewWriteShareGroupStateRequestTopicPartition()
		p.StateEpoch, p.LeaderEpoch, p.StartOffset = 1, 0, 5
		p.StateBatches = some(kmsg.WriteShareGroupStateRequestTopicPartitionStateBatch{FirstOffset: 5, LastOffset: 9, DeliveryState: 2, DeliveryCount: 1})
		r.Topics = some(kmsg.WriteShareGroupStateRequestTopic{TopicID: topicID, Partitions: some(p)})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrReadShareGroupStateRequest()
		r.GroupID = "state-group"
		r.Topics = some(kmsg.ReadShareGroupStateRequestTopic{TopicID: topicID, Partitions: some(kmsg.ReadShareGroupStateRequestTopicPartition{})})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrReadShareGroupStateSummaryRequest()
		r.GroupID = "state-group"
		r.Topics = some(kmsg.ReadShareGroupStateSummaryRequestTopic{TopicID: topicID, Partitions: some(kmsg.ReadShareGroupStateSummaryRequestTopicPartition{})})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDeleteShareGroupStateRequest()
		r.GroupID = "state-group"
		r.Topics = some(kmsg.DeleteShareGroupStateRequestTopic{TopicID: topicID, Partitions: some(kmsg.DeleteShareGroupStateRequestTopicPartition{})})
		return r
	})
	beat.MemberEpoch = -1
	send[kmsg.Response](1, beat)
	time.Sleep(500 * time.Millisecond)
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrAlterShareGroupOffsetsRequest()
		p := kmsg.NewAlterShareGroupOffsetsRequestTopicPartition()
		p.StartOffset = 1
		r.GroupID, r.Topics = group, some(kmsg.AlterShareGroupOffsetsRequestTopic{Topic: topic, Partitions: some(p)})
		return r
	})
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrDeleteShareGroupOffsetsRequest()
		r.GroupID, r.Topics = group, some(kmsg.DeleteShareGroupOffsetsRequestTopic{Topic: topic}, kmsg.DeleteShareGroupOffsetsRequestTopic{Topic: "nowhere"})
		return r
	})
}

func streams() {
	const group, member = "streams-group", "CCCCCCCCCCCCCCCCCCCCCC"
	beat := kmsg.NewPtrStreamsGroupHeartbeatRequest()
	beat.Group, beat.MemberID, beat.RebalanceTimeoutMillis, beat.ProcessID = group, member, 10_000, ptr("process")
	topology := kmsg.NewStreamsGroupHeartbeatRequestTopology()
	part := kmsg.NewStreamsGroupHeartbeatRequestTopologySubtopology()
	part.SubtopologyID, part.SourceTopics = "0", some(topic)
	store := kmsg.NewTopicInfo()
	store.Topic = "streams-group-store-changelog"
	part.StateChangelogTopics = some(store)
	topology.Subtopologies = some(part)
	beat.Topology = &topology
	beat.ActiveTasks, beat.StandbyTasks, beat.WarmupTasks = []kmsg.TaskIDs{}, []kmsg.TaskIDs{}, []kmsg.TaskIDs{}
	beat.UserEndpoint = &kmsg.StreamsGroupHeartbeatRequestUserEndpoint{Host: "127.0.0.1", Port: 9}
	beat.ClientTags = some(kmsg.StreamsGroupHeartbeatRequestClientTag{Key: "zone", Value: "a"})
	for version := int16(0); version <= 1; version++ {
		send[kmsg.Response](version, beat)
	}
	each(func(version int16) kmsg.Request {
		r := kmsg.NewPtrStreamsGroupDescribeRequest()
		r.Groups, r.IncludeAuthorizedOperations = some(group, "no-group"), true
		return r
	})
}

func main() {
	cl := client(3, 13)
	create := kmsg.NewPtrCreateTopicsRequest()
	t := kmsg.NewCreateTopicsRequestTopic()
	t.Topic, t.NumPartitions, t.ReplicationFactor = topic, 3, 1
	create.Topics, create.TimeoutMillis = some(t), 5000
	created, err := create.RequestWith(ctx, cl)
	must(err)
	topicID = created.Topics[0].TopicID
	described, err := kmsg.NewPtrMetadataRequest().RequestWith(ctx, cl)
	must(err)
	cl.Close()
	time.Sleep(500 * time.Millisecond)

	topics()
	records()
	groups()
	transactions()
	configs(os.Args[3])
	acls()
	cluster(*described.ClusterID)
	logins()
	share()
	streams()
}
