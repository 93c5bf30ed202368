// gzip, by node:zlib.

import * as zlib from 'node:zlib'
import { type Codec, outputPiece, zlibError } from './codec.ts'

const NAME = 'gzip'

export const gzip: Codec = {
  id: 1,
  name: NAME,
  levels: { min: 1, max: 9, default: -1 },

  compress(source, start, end, level) {
    return zlib.gzipSync(source.subarray(start, end), compressOptions(end - start, level))
  },

  decompress(source, start, end, limit) {
    try {
      return zlib.gunzipSync(source.subarray(start, end), decompressOptions(end - start, limit))
    } catch (error) {
      throw zlibError(NAME, limit, error)
    }
  },

  compressAsync(source, start, end, level) {
    return new Promise((resolve, reject) => {
      zlib.gzip(source.subarray(start, end), compressOptions(end - start, level), (error, result) =>
        error ? reject(error) : resolve(result),
      )
    })
  },

  decompressAsync(source, start, end, limit) {
    return new Promise((resolve, reject) => {
      zlib.gunzip(source.subarray(start, end), decompressOptions(end - start, limit), (error, result) =>
        error ? reject(zlibError(NAME, limit, error)) : resolve(result),
      )
    })
  },
}

function compressOptions(size: number, level: number | undefined): zlib.ZlibOptions {
  return { level, chunkSize: Math.max(1024, size >>> 1) }
}

function decompressOptions(size: number, limit: number): zlib.ZlibOptions {
  return { maxOutputLength: limit, chunkSize: outputPiece(size) }
}
