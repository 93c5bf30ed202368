// The order in which Java's hash tables give their elements: Kafka's assignors go by it, so who gets what does too.

import { javaHash } from '../../coordinator-log.ts'

const LOAD_FACTOR = 0.75
const LEAST_CAPACITY = 16

/** Capacity of a HashMap that so many keys were put into one by one. */
export function grownCapacity(size: number): number {
  let capacity = LEAST_CAPACITY
  while (size > capacity * LOAD_FACTOR) capacity *= 2
  return capacity
}

/** Capacity of a HashSet that was made of a collection of so many. */
export function copiedCapacity(size: number): number {
  const wanted = Math.max(Math.floor(size / LOAD_FACTOR) + 1, LEAST_CAPACITY)
  return 2 ** Math.ceil(Math.log2(wanted))
}

/** Elements in the order of a HashMap or HashSet of this capacity, into which they came in the order given. */
export function hashOrder<T>(elements: Iterable<T>, hashOf: (element: T) => number, capacity: number): T[] {
  const slots = [...elements].map((element) => {
    const hash = hashOf(element)
    return { element, slot: (hash ^ (hash >>> 16)) & (capacity - 1) }
  })
  return slots.sort((a, b) => a.slot - b.slot).map(({ element }) => element)
}

/** Texts in the order of Kafka's TimelineHashMap. */
export function timelineOrder(texts: Iterable<string>): string[] {
  const elements = [...texts]
  let capacity = 2
  while (elements.length * LOAD_FACTOR > capacity) capacity *= 2
  const shift = BigInt(64 - Math.log2(capacity))
  const slots = elements.map((element) => ({
    element,
    slot: Number(BigInt.asUintN(64, BigInt(javaHash(element)) * GOLDEN_RATIO) >> shift),
  }))
  return slots.sort((a, b) => a.slot - b.slot).map(({ element }) => element)
}

const GOLDEN_RATIO = -7046029254386353131n

/** Java's hashCode of a Kafka Uuid in its text form. */
export function uuidHash(id: string): number {
  const bytes = Buffer.from(id, 'base64url')
  return bytes.readInt32BE(0) ^ bytes.readInt32BE(4) ^ bytes.readInt32BE(8) ^ bytes.readInt32BE(12)
}

/** As Kafka's Uuid.compareTo: two signed longs. */
export function compareUuids(a: string, b: string): number {
  const [left, right] = [Buffer.from(a, 'base64url'), Buffer.from(b, 'base64url')]
  for (const at of [0, 8]) {
    const [x, y] = [left.readBigInt64BE(at), right.readBigInt64BE(at)]
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}
