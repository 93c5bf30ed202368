// All interop tests in one process, so that they share one real Kafka of each version. A single one runs by its own file:
//
//   node --test test/interop/cases/errors.ts
//
// They need Java 17, Maven, kcat and Python 3, and fail where one of them is missing.

import './cases/errors.ts'
import './cases/pipes.ts'
import './cases/negotiation.ts'
import './cases/serve.ts'
import './cases/security.ts'
import './cases/logins.ts'
import './cases/optional.ts'
import './cases/acls.ts'
import './cases/configs.ts'
import './cases/admin-apis.ts'
import './cases/cluster.ts'
import './cases/partitions.ts'
import './cases/kafkajs.ts'
import './cases/clients.ts'
import './cases/produce.ts'
import './cases/group.ts'
import './cases/groups.ts'
import './cases/consumer-groups.ts'
import './cases/crash.ts'
import './cases/dump.ts'
import './cases/storage.ts'
import './cases/disk.ts'
import './cases/memory.ts'
import './cases/kill.ts'
import './cases/quotas.ts'
import './cases/avro-compatibility.ts'
import './cases/registry.ts'
import './cases/million.ts'
