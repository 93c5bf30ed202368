// Producer ids, handed out from blocks that the metadata log remembers: a restart loses the rest of a block and never
// gives an id twice. (Kafka: RPCProducerIdManager.)

import { type Controller, PRODUCER_ID_BLOCK } from './controller.ts'
import type { MetadataLog } from './metadata-log.ts'

export class ProducerIds {
  private readonly controller: Controller
  private readonly metadata: MetadataLog
  private nextId = 0
  private left = 0

  constructor(controller: Controller, metadata: MetadataLog) {
    this.controller = controller
    this.metadata = metadata
  }

  async next(): Promise<number> {
    if (this.left === 0) {
      this.nextId = this.controller.allocateProducerIds()
      this.left = PRODUCER_ID_BLOCK
    }
    this.left--
    const id = this.nextId++
    // Whoever asks while the block is being written waits for it too.
    await this.metadata.flush()
    return id
  }
}
