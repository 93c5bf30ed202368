// The names a user may have meant, by the number of letters to change (optimal string alignment: insert, delete,
// replace, swap two neighbours).

/** Number of edits that turn `a` into `b`. */
export function distance(a: string, b: string): number {
  let twoBack: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let least = Math.min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0 : 1))
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) least = Math.min(least, twoBack[column - 2] + 1)
      current.push(least)
    }
    twoBack = last
    last = current
  }
  return last[b.length]
}

/**
 * Up to `count` of `names` that `text` may be a slip of, nearest first: at most a third of its letters changed, or it
 * begins one of them. Names longer than 255 characters are not looked at.
 */
export function nearest(text: string, names: Iterable<string>, count = 3): string[] {
  const wanted = text.toLowerCase()
  if (wanted.length > 255) return []
  const allowed = Math.max(1, Math.floor(wanted.length / 3))
  const found: { name: string; edits: number }[] = []
  for (const name of names) {
    const candidate = name.toLowerCase()
    const isNear = Math.abs(candidate.length - wanted.length) <= allowed
    const begins = wanted.length >= 2 && candidate.startsWith(wanted)
    const edits = Math.min(isNear ? distance(wanted, candidate) : Infinity, begins ? allowed : Infinity)
    if (edits <= allowed) found.push({ name, edits })
  }
  found.sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1))
  return found.slice(0, count).map((candidate) => candidate.name)
}

/** A hint such as "did you mean 'topics'?", or undefined where nothing is near. */
export function didYouMean(text: string, names: Iterable<string>): string | undefined {
  const found = nearest(text, names)
  return found.length === 0 ? undefined : `did you mean ${found.map((name) => `'${name}'`).join(' or ')}?`
}
