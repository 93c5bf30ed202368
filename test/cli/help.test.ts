import assert from 'node:assert/strict'
import test from 'node:test'
import { painter } from '../../src/cli/colour.ts'
import { helpOn } from '../../src/cli/help.ts'
import { locate } from '../../src/cli/locate.ts'
import { manifest, nouns } from '../../src/cli/manifest.ts'
import { assertGolden } from '../golden.ts'

const page = async (words: string, width = 80, colour = false) =>
  helpOn(locate(words.split(' ').filter(Boolean)), { width, paint: await painter(colour) })

for (const words of ['', 'topics', 'topics create', 'topics describe', 'completion']) {
  test(`help on ${words || 'the program'}`, async () => {
    assertGolden(`help/${words.replaceAll(' ', '-') || 'ktool'}.txt`, await page(words))
  })
}

test('no line is wider than the page', async () => {
  for (const words of ['', ...Object.keys(nouns), ...manifest.map(({ path }) => path)]) {
    for (const width of [72, 80, 120]) {
      const text = await page(words, width)
      const examples = text.indexOf('\nExamples:')
      for (const line of text.slice(0, examples < 0 ? undefined : examples).split('\n')) {
        // A usage line and a word that is longer than its column are not broken.
        if (!line.startsWith('Usage:')) assert.ok(line.length <= width, `${words}: ${line}`)
      }
    }
  }
})

test('colour makes the headings bold and changes nothing else', async () => {
  const coloured = await page('topics create', 80, true)
  assert.match(coloured, /\u001b\[1mUsage:\u001b\[22m ktool topics create/)
  assert.equal(coloured.replaceAll(/\u001b\[\d+m/g, ''), await page('topics create'))
})
