// zstd (KIP-110), by node:zlib.

import type * as zlib from 'node:zlib'
import { type Codec, outputPiece, zlibError } from './codec.ts'
import { inThreads } from './threads.ts'

/** Loaded with the first batch: most runs have none. */
const library = () => process.getBuiltinModule('node:zlib')

const NAME = 'zstd'

export const zstd: Codec = {
  id: 4,
  name: NAME,
  levels: { min: -131072, max: 22, default: 3 },

  compress(source, start, end, level) {
    return library().zstdCompressSync(source.subarray(start, end), compressOptions(end - start, level))
  },

  decompress(source, start, end, limit) {
    try {
      return library().zstdDecompressSync(source.subarray(start, end), decompressOptions(end - start, limit))
    } catch (error) {
      throw zlibError(NAME, limit, error)
    }
  },

  compressAsync(source, start, end, level) {
    const options = compressOptions(end - start, level)
    return inThreads((done) => library().zstdCompress(source.subarray(start, end), options, done))
  },

  async decompressAsync(source, start, end, limit) {
    const options = decompressOptions(end - start, limit)
    try {
      return await inThreads((done) => library().zstdDecompress(source.subarray(start, end), options, done))
    } catch (error) {
      throw zlibError(NAME, limit, error)
    }
  },
}

function compressOptions(size: number, level = 3): zlib.ZstdOptions {
  return {
    params: { [library().constants.ZSTD_c_compressionLevel]: level },
    pledgedSrcSize: size,
    chunkSize: Math.max(1024, size >>> 1),
  }
}

function decompressOptions(size: number, limit: number): zlib.ZstdOptions {
  return { maxOutputLength: limit, chunkSize: outputPiece(size) }
}
