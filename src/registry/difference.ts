// Why one schema can't take the place of another.

export interface Difference {
  /** The kind, in capitals, under the name that Apache Avro or Confluent's registry has for it. */
  type: string
  /** Where in the schema, as a JSON pointer. */
  path: string
  /** For people, with `{reader}` and `{writer}` for the schemas: which is the new one depends on the direction. */
  text: string
  /** What is missing, or both sides of what differs. */
  detail: string
}

/** The text for a check in which the reader's schema is the new one, or the old one. */
export function differenceText({ text }: Difference, readerIs: 'new' | 'old'): string {
  const writerIs = readerIs === 'new' ? 'old' : 'new'
  return text.replaceAll('{reader}', readerIs).replaceAll('{writer}', writerIs)
}
