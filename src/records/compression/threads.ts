// Work in libuv's threads, no more at a time than there are cores: what waits for one would hold its memory without
// getting anywhere.

let most = 0
const waiting: (() => void)[] = []
let running = 0

/** Begins `work`, whose callback is Node's, when its turn comes. */
export async function inThreads<T>(work: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
  if (most === 0) most = process.getBuiltinModule('node:os').availableParallelism() + 1
  if (running === most) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await new Promise<T>((resolve, reject) => {
      work((error, result) => (error === null ? resolve(result) : reject(error)))
    })
  } finally {
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }
}
