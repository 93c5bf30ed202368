// The operations that a client may do, as bits by their number (Kafka: AclOperation). Without an authorizer: all there are.

/** Create, Alter, Describe, ClusterAction, DescribeConfigs, AlterConfigs, IdempotentWrite. */
export const CLUSTER_OPERATIONS = bits(5, 7, 8, 9, 10, 11, 12)
/** Read, Write, Create, Delete, Alter, Describe, DescribeConfigs, AlterConfigs. */
export const TOPIC_OPERATIONS = bits(3, 4, 5, 6, 7, 8, 10, 11)
/** Read, Delete, Describe, DescribeConfigs, AlterConfigs. */
export const GROUP_OPERATIONS = bits(3, 6, 8, 10, 11)
/** The client did not ask. */
export const NOT_ASKED = -0x8000_0000

function bits(...operations: number[]): number {
  return operations.reduce((sum, operation) => sum | (1 << operation), 0)
}
