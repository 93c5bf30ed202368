// Memory outside V8's heap that is given back at once. Large buffers that come and go fast, without objects on the heap, pile
// up: V8 collects garbage for what is on its heap, and sees only after some 100 MB that they are many.

/** Frees the memory of a buffer that nobody uses any more, unless it is part of Node's pool. */
export function free({ buffer, byteLength }: Uint8Array): void {
  // What comes out of the pool is less than half of it.
  const isOwn = buffer.byteLength > Buffer.poolSize || buffer.byteLength === byteLength
  if (buffer instanceof ArrayBuffer && isOwn) buffer.transfer(0)
}
