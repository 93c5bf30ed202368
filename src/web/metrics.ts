// A broker's metrics for Prometheus. What is counted lies in plain numbers all over the broker; it is put together when
// somebody asks. The names are those that Kafka's metrics get from the JMX exporter's usual rules, and those of
// kafka-exporter for groups, so that dashboards for Kafka show this broker too; what Kafka has no name for begins with ktool_.

import { collectDefaultMetrics, type Metric, Registry } from 'prom-client'
import type { Broker } from '../broker/broker.ts'
import { handlers } from '../broker/handlers/index.ts'
import type { Partition } from '../broker/partitions.ts'
import { type RequestStatistics, TIME_CLASSES_MS } from '../broker/statistics.ts'
import type { HttpAnswer } from './http-server.ts'

type Labels = Record<string, string | number>

interface Sample {
  value: number
  labels?: Labels
  /** Of a histogram: the name with its ending. */
  metricName?: string
}

type Collect = (broker: Broker) => Iterable<Sample>

interface Family {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  collect: Collect
}

export class BrokerMetrics {
  private readonly registry = new Registry()
  private broker: Broker | undefined

  constructor() {
    collectDefaultMetrics({ register: this.registry })
    for (const family of families) this.add(family)
  }

  of(broker: Broker): void {
    this.broker = broker
  }

  async answer(): Promise<HttpAnswer> {
    return { status: 200, type: this.registry.contentType, body: await this.registry.metrics() }
  }

  close(): void {
    this.registry.clear()
  }

  private add({ name, help, type, collect }: Family): void {
    const get = async () => ({
      name,
      help,
      type,
      aggregator: 'sum',
      values: this.broker === undefined ? [] : Array.from(collect(this.broker), withLabels),
    })
    // What the registry asks of a metric is its name and get().
    this.registry.registerMetric({ name, help, type, get } as unknown as Metric)
  }
}

function withLabels(sample: Sample) {
  return { labels: {}, ...sample }
}

const gauge = (name: string, help: string, collect: Collect): Family => ({ name, help, type: 'gauge', collect })
const counter = (name: string, help: string, collect: Collect): Family => ({ name, help, type: 'counter', collect })
const single = (value: (broker: Broker) => number) => (broker: Broker) => [{ value: value(broker) }]

/** A number of each topic, as the sum of its partitions. */
function byTopic(value: (partition: Partition) => number): Collect {
  return function* ({ partitions }) {
    const sums = new Map<string, number>()
    for (const partition of partitions.all()) {
      sums.set(partition.topic, (sums.get(partition.topic) ?? 0) + value(partition))
    }
    for (const [topic, sum] of sums) yield { labels: { topic }, value: sum }
  }
}

function byPartition(value: (partition: Partition) => number): Collect {
  return function* ({ partitions }) {
    for (const partition of partitions.all()) {
      yield { labels: { topic: partition.topic, partition: partition.index }, value: value(partition) }
    }
  }
}

function byRequest(value: (statistics: RequestStatistics) => number): Collect {
  return function* ({ statistics }) {
    for (const [key, each] of statistics.requests) yield { labels: { request: nameOf(key) }, value: value(each) }
  }
}

function* requestTimes({ statistics }: Broker): Iterable<Sample> {
  const name = 'kafka_network_requestmetrics_requesttime_seconds'
  for (const [key, { classes, totalMs, count }] of statistics.requests) {
    const request = nameOf(key)
    let sum = 0
    for (const [index, ms] of TIME_CLASSES_MS.entries()) {
      sum += classes[index]
      yield { metricName: `${name}_bucket`, labels: { request, le: ms / 1000 }, value: sum }
    }
    sum += classes[TIME_CLASSES_MS.length]
    yield { metricName: `${name}_bucket`, labels: { request, le: '+Inf' }, value: sum }
    yield { metricName: `${name}_sum`, labels: { request }, value: totalMs / 1000 }
    yield { metricName: `${name}_count`, labels: { request }, value: Math.min(sum, count) }
  }
}

function* groupOffsets({ groups }: Broker): Iterable<Sample> {
  for (const group of groups.offsets.groups()) {
    for (const [topic, partitions] of groups.offsets.of(group)) {
      for (const [partition, { offset }] of partitions) {
        yield { labels: { consumergroup: group, topic, partition }, value: offset }
      }
    }
  }
}

/** How many records lie between what a group has committed and what it can read. */
function* groupLag(broker: Broker): Iterable<Sample> {
  for (const { labels = {}, value } of groupOffsets(broker)) {
    const { topic, partition } = labels as { topic: string; partition: number }
    const log = broker.logs.get(topic, partition)
    if (log !== undefined) yield { labels, value: Math.max(0, log.highWatermark - value) }
  }
}

function rebalancing({ groups }: Broker['groups']): number {
  return [...groups.values()].filter(({ state }) => state === 'PreparingRebalance').length
}

function* groupStates({ groups }: Broker): Iterable<Sample> {
  const counts = new Map<string, number>()
  for (const { state } of groups.groups.values()) counts.set(state, (counts.get(state) ?? 0) + 1)
  for (const [state, value] of counts) yield { labels: { state }, value }
}

function nameOf(apiKey: number): string {
  return handlers.get(apiKey)?.api.name ?? String(apiKey)
}

const families: readonly Family[] = [
  counter(
    'kafka_server_brokertopicmetrics_messagesin_total',
    'Records that were appended',
    byTopic(({ counts }) => counts.messagesIn),
  ),
  counter(
    'kafka_server_brokertopicmetrics_bytesin_total',
    'Bytes of record batches that were appended',
    byTopic(({ counts }) => counts.bytesIn),
  ),
  counter(
    'kafka_server_brokertopicmetrics_bytesout_total',
    'Bytes of record batches that were fetched',
    byTopic(({ counts }) => counts.bytesOut),
  ),
  counter(
    'kafka_server_brokertopicmetrics_failedproducerequests_total',
    'Batches that were refused',
    single(({ statistics }) => statistics.failedProduces),
  ),
  counter(
    'kafka_server_brokertopicmetrics_failedfetchrequests_total',
    'Fetches answered with an error',
    single(({ statistics }) => statistics.failedFetches),
  ),
  counter(
    'kafka_network_requestmetrics_requests_total',
    'Requests',
    byRequest(({ count }) => count),
  ),
  {
    name: 'kafka_network_requestmetrics_requesttime_seconds',
    help: 'Time from the whole request to its answer, with what a fetch waits for records',
    type: 'histogram',
    collect: requestTimes,
  },
  counter(
    'kafka_network_requestmetrics_requestbytes_total',
    'Bytes of requests',
    byRequest(({ bytesIn }) => bytesIn),
  ),
  counter(
    'kafka_network_requestmetrics_responsebytes_total',
    'Bytes of answers',
    byRequest(({ bytesOut }) => bytesOut),
  ),
  counter(
    'kafka_network_requestmetrics_throttletime_seconds_total',
    'Time for which quotas had clients be still',
    byRequest(({ throttledMs }) => throttledMs / 1000),
  ),
  gauge('kafka_server_socketservermetrics_connection_count', 'Open connections', ({ listeners, connections }) =>
    listeners.map(({ name }) => ({ labels: { listener: name }, value: connections.countOf(name) })),
  ),
  counter(
    'kafka_server_socketservermetrics_connection_creation_total',
    'Connections that were taken',
    single(({ statistics }) => statistics.connectionsOpened),
  ),
  counter(
    'ktool_connections_refused_total',
    'Connections that were not taken: over a limit, over that of an address, too fast, or without TLS',
    ({ statistics }) => Object.entries(statistics.refused).map(([reason, value]) => ({ labels: { reason }, value })),
  ),
  counter(
    'ktool_connections_rejected_total',
    'Connections that were closed for what came over them',
    single(({ statistics }) => statistics.rejected),
  ),
  gauge(
    'kafka_server_delayedoperationpurgatory_purgatorysize',
    'What waits: fetches for records, produces for the disk, groups for their members',
    ({ statistics, groups }) =>
      Object.entries({ ...statistics.waiting, Rebalance: rebalancing(groups) }).map(([delayedoperation, value]) => ({
        labels: { delayedoperation },
        value,
      })),
  ),
  gauge(
    'ktool_request_memory_bytes',
    'Memory of large requests that come in or are handled',
    single(({ memory }) => memory.requestBytes),
  ),
  gauge(
    'ktool_requests_waiting_for_memory',
    'Connections that are not read until there is memory for their request',
    single(({ memory }) => memory.waitingCount),
  ),
  gauge(
    'ktool_answer_memory_bytes',
    'Memory of large answers that are not sent yet',
    single(({ memory }) => memory.answerBytes),
  ),
  gauge(
    'kafka_server_replicamanager_partitioncount',
    'Partitions that are served',
    single(({ partitions }) => [...partitions.all()].length),
  ),
  gauge(
    'kafka_server_replicamanager_leadercount',
    'Partitions that this node leads',
    single(({ partitions }) => [...partitions.all()].length),
  ),
  gauge(
    'kafka_server_replicamanager_underreplicatedpartitions',
    'Partitions with fewer replicas in sync than they should have: with one node, none that is served',
    single(() => 0),
  ),
  gauge(
    'kafka_server_replicamanager_offlinereplicacount',
    'Partitions whose log can not be opened',
    single(({ partitions }) => partitions.offlineCount),
  ),
  gauge(
    'kafka_controller_kafkacontroller_offlinepartitionscount',
    'Partitions without a leader: those whose log can not be opened',
    single(({ partitions }) => partitions.offlineCount),
  ),
  gauge(
    'kafka_controller_kafkacontroller_activecontrollercount',
    'Whether this node is the controller',
    single(() => 1),
  ),
  gauge(
    'kafka_controller_kafkacontroller_globaltopiccount',
    'Topics',
    single(({ metadata }) => metadata.image.topics.size),
  ),
  gauge(
    'kafka_log_logmanager_offlinelogdirectorycount',
    'Whether the data directory can not be written',
    single(({ logs }) => (logs.writeError === undefined ? 0 : 1)),
  ),
  gauge(
    'kafka_log_log_size',
    'Bytes of a partition on the disk',
    byPartition(({ log }) => log.bytes),
  ),
  gauge(
    'kafka_log_log_numlogsegments',
    'Segments of a partition',
    byPartition(({ log }) => log.segments.all.length),
  ),
  gauge(
    'kafka_log_log_logstartoffset',
    'Offset of the first record of a partition',
    byPartition(({ log }) => log.startOffset),
  ),
  gauge(
    'kafka_log_log_logendoffset',
    'Offset of the next record of a partition',
    byPartition(({ log }) => log.endOffset),
  ),
  gauge('kafka_coordinator_group_groups', 'Groups by their state', groupStates),
  gauge('kafka_consumergroup_current_offset', 'Offset that a group has committed', groupOffsets),
  gauge('kafka_consumergroup_lag', 'Records that a group has not read yet', groupLag),
]
