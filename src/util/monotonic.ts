// Milliseconds that only grow, to take the time of something. The first use of `performance` loads all of node:perf_hooks.

/** Milliseconds since some moment, with fractions. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
