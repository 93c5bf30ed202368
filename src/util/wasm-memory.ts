// Large buffers that WebAssembly modules can work on in their place.

const PAGE = 64 * 1024

/** A `WebAssembly.Memory`. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
}

declare const WebAssembly: {
  Memory: new (descriptor: { initial: number; maximum: number }) => WasmMemory
}

const memories = new WeakMap<ArrayBufferLike, WasmMemory>()

/** A buffer of zeros; an ordinary one where WebAssembly is switched off, or gets none of the much address space that it wants. */
export function allocateWasm(size: number): Buffer {
  const pages = Math.ceil(size / PAGE)
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    memories.set(memory.buffer, memory)
    return Buffer.from(memory.buffer, 0, size)
  } catch {
    return Buffer.alloc(size)
  }
}

/** The memory that a buffer lies in; undefined where it is an ordinary one. */
export function memoryOf({ buffer }: Uint8Array): WasmMemory | undefined {
  return memories.get(buffer)
}
