// Run by log-manager.test.ts: holds the data directory named, or one in memory, until it is killed.

import { LogManager } from '../../src/storage/log-manager.ts'

const dir = process.argv[2]
const manager = new LogManager(dir === undefined ? { ephemeral: true } : { dir })
process.send?.(manager.dir)
setInterval(() => manager.dir, 1000)
