// The orders of the Avro rows: 8 fields of the types that records mostly have.

import { closeSync, openSync, writeSync } from 'node:fs'

export const orderSchema = JSON.stringify({
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'customer', type: 'string' },
    { name: 'city', type: ['null', 'string'], default: null },
    { name: 'amount', type: 'double' },
    { name: 'quantity', type: 'int' },
    { name: 'paid', type: 'boolean' },
    { name: 'created', type: 'long' },
    { name: 'status', type: { type: 'enum', name: 'Status', symbols: ['OPEN', 'PAID', 'SENT'] } },
  ],
})

const cities = ['Lyon', 'Oslo', 'Porto', 'Athens', 'Vienna', 'Ghent']
const states = ['OPEN', 'PAID', 'SENT']

/** Writes so many orders as JSON lines, the same each time. */
export function writeOrders(path: string, count: number): void {
  const fd = openSync(path, 'w')
  let text = ''
  for (let i = 0; i < count; i++) {
    const order = {
      id: 1_000_000_000 + i * 7919,
      customer: `customer-${(i * 31) % 100_000}`,
      city: i % 3 === 0 ? null : cities[i % cities.length],
      amount: Math.round(((i * 1.37) % 1000) * 100) / 100,
      quantity: i % 9,
      paid: i % 2 === 0,
      created: 1_700_000_000_000 + i * 1000,
      status: states[i % 3],
    }
    text += `${JSON.stringify(order)}\n`
    if (text.length < 1 << 20) continue
    writeSync(fd, text)
    text = ''
  }
  writeSync(fd, text)
  closeSync(fd)
}
