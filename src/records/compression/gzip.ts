// gzip, by node:zlib.

import type * as zlib from 'node:zlib'
import { type Codec, outputPiece, zlibError } from './codec.ts'
import { inThreads } from './threads.ts'

/** Loaded with the first batch: most runs have none. */
const library = () => process.getBuiltinModule('node:zlib')

const NAME = 'gzip'

export const gzip: Codec = {
  id: 1,
  name: NAME,
  levels: { min: 1, max: 9, default: -1 },

  compress(source, start, end, level) {
    return library().gzipSync(source.subarray(start, end), compressOptions(end - start, level))
  },

  decompress(source, start, end, limit) {
    try {
      return library().gunzipSync(source.subarray(start, end), decompressOptions(end - start, limit))
    } catch (error) {
      throw zlibError(NAME, limit, error)
    }
  },

  compressAsync(source, start, end, level) {
    const options = compressOptions(end - start, level)
    return inThreads((done) => library().gzip(source.subarray(start, end), options, done))
  },

  async decompressAsync(source, start, end, limit) {
    const options = decompressOptions(end - start, limit)
    try {
      return await inThreads((done) => library().gunzip(source.subarray(start, end), options, done))
    } catch (error) {
      throw zlibError(NAME, limit, error)
    }
  },
}

function compressOptions(size: number, level: number | undefined): zlib.ZlibOptions {
  return { level, chunkSize: Math.max(1024, size >>> 1) }
}

function decompressOptions(size: number, limit: number): zlib.ZlibOptions {
  return { maxOutputLength: limit, chunkSize: outputPiece(size) }
}
