// Numbers of things as text.

/** `1 record`, `2,000 records`. */
export function counted(count: number, what: string, several = `${what}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? what : several}`
}
