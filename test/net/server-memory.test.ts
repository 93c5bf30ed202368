import assert from 'node:assert/strict'
import test from 'node:test'
import { type RequestHolder, ServerMemory } from '../../src/net/server-memory.ts'

class Holder implements RequestHolder {
  receivedAt = Date.now()
  called = 0
  givenUp = false
  onRoom = () => {}

  roomAgain(): void {
    this.called++
    this.onRoom()
  }

  giveUp(): void {
    this.givenUp = true
  }
}

test('requests wait for room, first come first served', () => {
  const memory = new ServerMemory(100, 100)
  const [a, b, c] = [new Holder(), new Holder(), new Holder()]
  b.onRoom = () => assert.ok(memory.reserve(b, 80))
  c.onRoom = () => memory.reserve(c, 10)
  assert.ok(memory.reserve(a, 60))
  assert.ok(!memory.reserve(b, 80))
  assert.ok(!memory.reserve(c, 10), 'goes ahead of one that waits')
  assert.equal(memory.waitingCount, 2)
  memory.release(a, 60)
  assert.deepEqual([b.called, c.called], [1, 1])
  assert.equal(memory.requestBytes, 90)
  assert.equal(memory.waitingCount, 0)
  memory.release(b)
  memory.release(c)
  assert.equal(memory.requestBytes, 0)
})

test('a request that is larger than the memory has it for itself', () => {
  const memory = new ServerMemory(100, 100)
  const [a, b] = [new Holder(), new Holder()]
  assert.ok(memory.reserve(a, 10))
  assert.ok(!memory.reserve(b, 1000))
  b.onRoom = () => assert.ok(memory.reserve(b, 1000))
  memory.release(a)
  assert.equal(memory.requestBytes, 1000)
  memory.release(b)
})

test('one that is gone waits no more, and lets the next one in', () => {
  const memory = new ServerMemory(100, 100)
  const [a, b, c] = [new Holder(), new Holder(), new Holder()]
  assert.ok(memory.reserve(a, 90))
  assert.ok(!memory.reserve(b, 80))
  assert.ok(!memory.reserve(c, 10))
  c.onRoom = () => assert.ok(memory.reserve(c, 10))
  memory.release(b)
  assert.equal(memory.requestBytes, 100)
  memory.release(a)
  memory.release(c)
})

test('who holds memory and sends nothing is given up, while others wait', (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'] })
  const memory = new ServerMemory(100, 100)
  const [still, busy, waits] = [new Holder(), new Holder(), new Holder()]
  assert.ok(memory.reserve(still, 40) && memory.reserve(busy, 40))
  t.mock.timers.tick(60_000)
  assert.ok(!still.givenUp, 'nobody waits')
  busy.receivedAt = Date.now()
  assert.ok(!memory.reserve(waits, 40))
  t.mock.timers.tick(2000)
  assert.ok(still.givenUp && !busy.givenUp)
  for (const each of [still, busy, waits]) memory.release(each)
})
