// DescribeCluster: the one node (KIP-700). Version 1 says which kind of endpoint is asked for, 2 may ask for fenced nodes.

import { DescribeCluster } from '../../protocol/apis/60-describe-cluster.ts'
import { errorCode } from '../../protocol/errors.ts'
import { CLUSTER_OPERATIONS, NOT_ASKED } from '../authorized-operations.ts'
import { defineHandler } from '../handler.ts'

const BROKERS = 1
const CONTROLLERS = 2

export const handler = defineHandler({
  api: DescribeCluster,
  versions: [0, 2],
  handle({ endpointType, includeClusterAuthorizedOperations }, { broker, connection }) {
    if (endpointType === CONTROLLERS) {
      return {
        errorCode: errorCode('MISMATCHED_ENDPOINT_TYPE'),
        errorMessage:
          'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER',
      }
    }
    if (endpointType !== BROKERS) {
      return {
        errorCode: errorCode('UNSUPPORTED_ENDPOINT_TYPE'),
        errorMessage: `Unsupported endpoint type ${endpointType}`,
      }
    }
    const { host, port } = broker.addressFor(connection)
    return {
      clusterId: broker.clusterId,
      controllerId: broker.nodeId,
      brokers: [{ brokerId: broker.nodeId, host, port, rack: broker.configs.get('broker.rack') }],
      clusterAuthorizedOperations: includeClusterAuthorizedOperations ? CLUSTER_OPERATIONS : NOT_ASKED,
    }
  },
})
