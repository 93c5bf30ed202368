// XXH3 gives what the reference implementation gives, in each of its ways by length.

import assert from 'node:assert/strict'
import test from 'node:test'
import { xxh3 } from '../../src/util/xxh3.ts'

/** Of bytes 31 i + 7. */
const expected: [length: number, hash: bigint][] = [
  [0, 3244421341483603138n],
  [1, 5502495245947142431n],
  [3, 1582743943441612892n],
  [4, -2549016526957988167n],
  [8, -2394039629164210130n],
  [9, -3754995788605292611n],
  [16, 9099606716676871632n],
  [17, 2345212530088924167n],
  [64, -2508381663727503547n],
  [128, -492175581222641016n],
  [129, -506823097681485574n],
  [200, 1368452603177808973n],
  [240, -3690920546649497853n],
  [241, 809349449570470400n],
  [512, -1170120971253711958n],
  [1023, -1093476622474739461n],
  [1024, 2575082683865311686n],
  [1025, -4566685497618039422n],
  [1088, -6815162950983329211n],
  [5000, 6169931020318013678n],
]

for (const [length, hash] of expected) {
  test(`${length} bytes`, () => assert.equal(xxh3(Buffer.from(Array.from({ length }, (_, i) => 31 * i + 7))), hash))
}
