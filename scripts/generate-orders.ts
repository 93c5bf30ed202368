// Makes demo/orders.tsv, the data file of the demo: orders of a shop, each line `customer TAB order as JSON`, sorted by
// time. The numbers come from a generator with a fixed seed, so that the file comes out the same on every machine.
//
//   node scripts/generate-orders.ts [FILE]

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const orderCount = 3000
const customerCount = 400
const firstOrderId = 100_001
const opening = Date.UTC(2026, 2, 2, 6, 30)

/** Name and price in cents. */
const articles: readonly (readonly [string, number])[] = [
  ['espresso-beans-1kg', 1890],
  ['filter-coffee-500g', 990],
  ['green-tea-100g', 740],
  ['oat-drink-6x1l', 1194],
  ['grinder-burrs', 2450],
  ['paper-filters-100', 349],
  ['moka-pot-6', 3290],
  ['milk-jug-600ml', 1575],
  ['descaler-250ml', 695],
  ['travel-mug', 2199],
]
const cities = ['Köln', 'Lyon', 'Málaga', 'Gdańsk', 'Århus', 'Porto', 'Zürich', 'Brno', 'Αθήνα', 'Gent']
/** As often as they are here. */
const states = ['shipped', 'shipped', 'shipped', 'shipped', 'paid', 'paid', 'open', 'returned']

export function makeOrders(): string {
  const below = generator(20260302)
  let time = opening
  const lines = Array.from({ length: orderCount }, (_, index) => {
    time += 1000 + below(90_000)
    // The product of two draws: a few customers order often, most of them seldom.
    const customer = 1 + Math.floor((below(customerCount) * (below(1000) + 1)) / 1000)
    const items = Array.from({ length: 1 + below(3) }, () => {
      const [article, price] = articles[below(articles.length)]
      return { article, count: 1 + below(4), price }
    })
    const order = {
      order: firstOrderId + index,
      time: new Date(time).toISOString(),
      // The same city for a customer each time.
      city: cities[customer % cities.length],
      items: items.map(({ article, count }) => `${count} ${article}`),
      total: items.reduce((sum, { count, price }) => sum + count * price, 0) / 100,
      state: states[below(states.length)],
    }
    return `c-${String(customer).padStart(4, '0')}\t${JSON.stringify(order)}\n`
  })
  return lines.join('')
}

/** Whole numbers below a bound, from a linear congruential generator (its high bits, as the low ones repeat soon). */
function generator(seed: number): (bound: number) => number {
  let state = seed
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
}

if (import.meta.main) writeFileSync(process.argv[2] ?? join(import.meta.dirname, '../demo/orders.tsv'), makeOrders())
