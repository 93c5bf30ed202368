// zstd (KIP-110), by node:zlib.

import * as zlib from 'node:zlib'
import { type Codec, outputPiece, zlibError } from './codec.ts'
import { inThreads } from './threads.ts'

const NAME = 'zstd'

export const zstd: Codec = {
  id: 4,
  name: NAME,
  levels: { min: -131072, max: 22, default: 3 },

  compress(source, start, end, level) {
    return zlib.zstdCompressSync(source.subarray(start, end), compressOptions(end - start, level))
  },

  decompress(source, start, end, limit) {
    try {
      return zlib.zstdDecompressSync(source.subarray(start, end), decompressOptions(end - start, limit))
    } catch (error) {
      throw zlibError(NAME, limit, error)
    }
  },

  compressAsync(source, start, end, level) {
    const options = compressOptions(end - start, level)
    return inThreads((done) => zlib.zstdCompress(source.subarray(start, end), options, done))
  },

  async decompressAsync(source, start, end, limit) {
    const options = decompressOptions(end - start, limit)
    try {
      return await inThreads((done) => zlib.zstdDecompress(source.subarray(start, end), options, done))
    } catch (error) {
      throw zlibError(NAME, limit, error)
    }
  },
}

function compressOptions(size: number, level = 3): zlib.ZstdOptions {
  return {
    params: { [zlib.constants.ZSTD_c_compressionLevel]: level },
    pledgedSrcSize: size,
    chunkSize: Math.max(1024, size >>> 1),
  }
}

function decompressOptions(size: number, limit: number): zlib.ZstdOptions {
  return { maxOutputLength: limit, chunkSize: outputPiece(size) }
}
