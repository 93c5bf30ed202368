// The shared client core: one per process, made from the options, closed at the end.

import { Admin } from './admin.ts'
import { Cluster } from './cluster.ts'
import { type ClientOptions, defaultOptions } from './options.ts'

export class Client {
  readonly cluster: Cluster
  readonly admin: Admin

  constructor(options: Partial<ClientOptions> = {}) {
    this.cluster = new Cluster({ ...defaultOptions, ...options })
    this.admin = new Admin(this.cluster)
  }

  /** Closes all connections; what still waits fails. */
  close(): void {
    this.cluster.close()
  }
}
