// Large buffers that WebAssembly modules can work on in their place, and that other threads see without a copy.

const PAGE = 64 * 1024

/** A `WebAssembly.Memory` that is shared. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer
}

/** A buffer on its way to another thread. What is not shared is copied there. */
export interface Sent {
  readonly bytes: Uint8Array
  readonly memory: WasmMemory | undefined
}

declare const WebAssembly: {
  Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => WasmMemory
}

const memories = new WeakMap<ArrayBufferLike, WasmMemory>()

/**
 * A buffer of zeros. Where WebAssembly can't be had (it is switched off, or gets none of the much address space that it
 * wants), other threads can still have it.
 */
export function allocateShared(size: number): Buffer {
  const pages = Math.ceil(size / PAGE)
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    memories.set(memory.buffer, memory)
    return Buffer.from(memory.buffer, 0, size)
  } catch {
    return Buffer.from(new SharedArrayBuffer(size))
  }
}

/** The memory that a buffer lies in; undefined where it is none that WebAssembly can reach. */
export function memoryOf({ buffer }: Uint8Array): WasmMemory | undefined {
  return memories.get(buffer)
}

export function send(bytes: Buffer): Sent {
  return { bytes, memory: memoryOf(bytes) }
}

export function receive({ bytes: { buffer, byteOffset, length }, memory }: Sent): Buffer {
  if (memory !== undefined) memories.set(memory.buffer, memory)
  return Buffer.from(buffer, byteOffset, length)
}
