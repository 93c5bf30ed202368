// What stands in a list more than once.

export function repeated<T>(items: Iterable<T>): Set<T> {
  const seen = new Set<T>()
  const again = new Set<T>()
  for (const item of items) {
    if (seen.has(item)) again.add(item)
    else seen.add(item)
  }
  return again
}
