// Names that the configurations of Java's clients (Kafka 4.3) and of librdkafka (2.x) have and that mean nothing here: ktool has
// another way (buffers, threads, serializers), or no use for it (metrics, callbacks). What bears on security and can't be
// had is not among them, so that it stays an error.

const JAVA = `
  allow.auto.create.topics auto.include.jmx.reporter auto.offset.reset bootstrap.controllers buffer.memory
  client.dns.lookup compression.gzip.level compression.lz4.level compression.zstd.level config.providers
  connections.max.idle.ms enable.metrics.push exclude.internal.topics group.id interceptor.classes
  key.deserializer key.serializer max.block.ms max.poll.records max.request.size metadata.max.idle.ms
  metadata.recovery.rebootstrap.trigger.ms metadata.recovery.strategy metric.reporters metrics.num.samples
  metrics.recording.level metrics.sample.window.ms partitioner.adaptive.partitioning.enable
  partitioner.availability.timeout.ms partitioner.class partitioner.ignore.keys receive.buffer.bytes retries
  sasl.client.callback.handler.class sasl.kerberos.kinit.cmd sasl.kerberos.min.time.before.relogin
  sasl.kerberos.ticket.renew.jitter sasl.kerberos.ticket.renew.window.factor
  sasl.login.callback.handler.class sasl.login.class sasl.login.connect.timeout.ms sasl.login.read.timeout.ms
  sasl.login.refresh.buffer.seconds sasl.login.refresh.min.period.seconds sasl.login.refresh.window.factor
  sasl.login.refresh.window.jitter sasl.login.retry.backoff.max.ms sasl.login.retry.backoff.ms
  sasl.oauthbearer.clock.skew.seconds sasl.oauthbearer.expected.audience sasl.oauthbearer.expected.issuer
  sasl.oauthbearer.header.urlencode sasl.oauthbearer.jwks.endpoint.refresh.ms
  sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms sasl.oauthbearer.jwks.endpoint.retry.backoff.ms
  sasl.oauthbearer.jwks.endpoint.url sasl.oauthbearer.jwt.retriever.class sasl.oauthbearer.jwt.validator.class
  sasl.oauthbearer.method sasl.oauthbearer.scope.claim.name sasl.oauthbearer.sub.claim.name security.providers
  send.buffer.bytes share.acknowledgement.mode share.acquire.mode socket.connection.setup.timeout.max.ms
  ssl.keymanager.algorithm ssl.keystore.type ssl.protocol ssl.provider ssl.secure.random.implementation
  ssl.trustmanager.algorithm ssl.truststore.type transaction.two.phase.commit.enable value.deserializer
  value.serializer
`

/** Those that Java's have not as well. */
const LIBRDKAFKA = `
  api.version.fallback.ms api.version.request api.version.request.timeout.ms auto.commit.enable
  background_event_cb batch.num.messages broker.address.family broker.address.ttl broker.version.fallback
  builtin.features closesocket_cb compression.level connect_cb consume.callback.max.messages consume_cb
  coordinator.query.interval.ms debug default_topic_conf delivery.report.only.error dr_cb dr_msg_cb
  enable.auto.offset.store enable.gapless.guarantee enable.partition.eof enable.random.seed
  enable.sasl.oauthbearer.unsecure.jwt enabled_events error_cb fetch.error.backoff.ms fetch.queue.backoff.ms
  group.protocol.type https.ca.location https.ca.pem interceptors internal.termination.signal log.connection.close
  log.queue log.thread.name log_cb log_level message.copy.max.bytes message.max.bytes message.send.max.retries
  msg_order_cmp oauthbearer_token_refresh_cb offset.store.method offset.store.path offset.store.sync.interval.ms
  offset_commit_cb opaque open_cb partitioner partitioner_cb produce.offset.report
  queue.buffering.backpressure.threshold queue.buffering.max.kbytes queue.buffering.max.messages
  queued.max.messages.kbytes queued.min.messages queuing.strategy rebalance_cb receive.message.max.bytes
  reconnect.backoff.jitter.ms resolve_cb socket.blocking.max.ms
  socket.keepalive.enable socket.max.fails socket.nagle.disable socket.receive.buffer.bytes
  socket.send.buffer.bytes socket_cb ssl.certificate.verify_cb ssl_ca ssl_certificate ssl_engine_callback_data
  ssl_key statistics.interval.ms stats_cb sticky.partitioning.linger.ms throttle_cb topic.blacklist
  topic.metadata.propagation.max.ms topic.metadata.refresh.fast.cnt topic.metadata.refresh.fast.interval.ms
  topic.metadata.refresh.interval.ms topic.metadata.refresh.sparse
`

/** What a program adds of its own to a Java configuration. */
const PATTERN =
  /^(metrics\..+|config\.providers\..+|interceptor\.classes|schema\.registry\..+|(basic|bearer)\.auth\..+|specific\..+\.reader|(key|value)\.(de)?serializer\..+)$/

/** Those that an option stands for. */
export const OPTION_INSTEAD: Readonly<Record<string, string>> = {
  'auto.offset.reset': 'where to begin is said by -o, --offset of consume',
  'group.id': 'a group is read with `ktool consume -G GROUP TOPIC…`',
}

let known: ReadonlySet<string> | undefined

/** Whether a name of such a configuration may be passed over. */
export function isWithoutMeaning(name: string): boolean {
  known ??= new Set(`${JAVA} ${LIBRDKAFKA}`.split(/\s+/))
  return name !== '' && (known.has(name) || PATTERN.test(name))
}
