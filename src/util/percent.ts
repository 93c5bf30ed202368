// Percent-encoding in URLs.

/** Throws what `problem` makes where the text is not encoded so. */
export function percentDecoded(text: string, problem: () => Error): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw problem()
  }
}
