// Regular expressions for topic names that take time in proportion to the name's length, whatever the expression: all ways
// through it are followed at once (Thompson's construction), as RE2 does. Java's or JavaScript's own engine would try one
// after the other, for some expressions longer than anyone can wait.

import { type CharacterSet, type Node, parseRegex, RegexError } from './syntax.ts'

/** Steps of a program; counted repetitions are written out. */
const MOST_STEPS = 20_000

type Step =
  | { type: 'character'; set: CharacterSet }
  | { type: 'split'; to: readonly number[] }
  | { type: 'begin' | 'end' | 'boundary' | 'notBoundary' }
  | { type: 'match' }

export class Regex {
  private readonly steps: Step[] = []
  /** The time at which each step was reached last, so that none is reached twice at once. */
  private readonly reached: Float64Array
  private time = 0

  /** Throws a RegexError. */
  constructor(pattern: string) {
    this.write(parseRegex(pattern))
    this.add({ type: 'match' })
    this.reached = new Float64Array(this.steps.length)
  }

  /** Whether the whole name matches. */
  matches(name: string): boolean {
    let current = this.follow([0], name, 0)
    for (let at = 0; at < name.length && current.length > 0; at++) {
      const code = name.charCodeAt(at)
      const next: number[] = []
      for (const index of current) {
        const step = this.steps[index]
        if (step.type === 'character' && step.set[code] === true) next.push(index + 1)
      }
      current = this.follow(next, name, at + 1)
    }
    return current.includes(this.steps.length - 1)
  }

  /** The steps that wait for a character, or the match, that can be reached from others without taking one. */
  private follow(from: readonly number[], name: string, at: number): number[] {
    const now = ++this.time
    const result: number[] = []
    const left = [...from]
    for (let index = left.pop(); index !== undefined; index = left.pop()) {
      if (this.reached[index] === now) continue
      this.reached[index] = now
      const step = this.steps[index]
      if (step.type === 'character' || step.type === 'match') result.push(index)
      else if (step.type === 'split') left.push(...step.to)
      else if (holds(step.type, name, at)) left.push(index + 1)
    }
    return result
  }

  private write(node: Node): void {
    switch (node.type) {
      case 'set':
        this.add({ type: 'character', set: node.set })
        break
      case 'concat':
        for (const part of node.parts) this.write(part)
        break
      case 'alternatives':
        this.writeAlternatives(node.parts)
        break
      case 'repeat':
        this.writeRepeat(node.part, node.least, node.most)
        break
      default:
        this.add(node)
    }
  }

  private writeAlternatives(parts: readonly Node[]): void {
    const starts: number[] = []
    this.add({ type: 'split', to: starts })
    const ends: number[][] = []
    for (const part of parts) {
      starts.push(this.steps.length)
      this.write(part)
      ends.push(this.jump())
    }
    for (const end of ends) end.push(this.steps.length)
  }

  private writeRepeat(part: Node, least: number, most: number): void {
    for (let i = 0; i < least; i++) this.write(part)
    const exits: number[][] = []
    if (most === Number.POSITIVE_INFINITY) {
      const start = this.steps.length
      exits.push(this.jump(start + 1))
      this.write(part)
      this.jump(start)
    } else {
      for (let i = least; i < most; i++) {
        exits.push(this.jump(this.steps.length + 1))
        this.write(part)
      }
    }
    for (const exit of exits) exit.push(this.steps.length)
  }

  /** Adds a step that leads to others; more of them can be added to the list. */
  private jump(...to: number[]): number[] {
    this.add({ type: 'split', to })
    return to
  }

  private add(step: Step): void {
    if (this.steps.length >= MOST_STEPS) throw new RegexError('expression is too large')
    this.steps.push(step)
  }
}

function holds(type: 'begin' | 'end' | 'boundary' | 'notBoundary', name: string, at: number): boolean {
  if (type === 'begin') return at === 0
  if (type === 'end') return at === name.length
  const isBoundary = isWord(name, at - 1) !== isWord(name, at)
  return isBoundary === (type === 'boundary')
}

function isWord(name: string, at: number): boolean {
  return at >= 0 && at < name.length && /\w/.test(name[at])
}
