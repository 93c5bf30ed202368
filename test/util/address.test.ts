import assert from 'node:assert/strict'
import test from 'node:test'
import { inFull, name, parseAddressRules, rewrite, shortest } from '../../src/util/address.ts'

const at = (rules: string, address: string) => {
  const [, host, port] = /^(.*):(\d+)$/.exec(address) as unknown as [string, string, string]
  return name(rewrite({ host, port: Number(port) }, parseAddressRules(rules)))
}

test('rules of --resolve: exact, with *, the first that fits', () => {
  assert.equal(at('', 'b1:9092'), 'b1:9092')
  assert.equal(at('b1:9092=localhost:19092', 'b1:9092'), 'localhost:19092')
  assert.equal(at('b1:9092=localhost:19092', 'b1:9093'), 'b1:9093')
  assert.equal(at('*:9092=localhost:*', 'b1:9092'), 'localhost:9092')
  assert.equal(at('*.internal=127.0.0.1', 'B1.internal:9'), '127.0.0.1:9')
  assert.equal(at('*.internal=127.0.0.1', 'binternal:9'), 'binternal:9')
  assert.equal(at('*:1=*:2', 'a:1'), 'a:2')
  assert.equal(at('a:1=b:1,*:*=[::1]:5', 'a:1'), 'b:1')
  assert.equal(at('a:1=b:1,*:*=[::1]:5', 'c:1'), '[::1]:5')
})

test('anything else is no rule', () => {
  for (const rule of ['a', 'a:1', 'a:1=', '=b:1', 'a:1=b:99999', 'a:1=b:0', 'a:1=b:1=c:1', 'a b=c']) {
    assert.throws(() => parseAddressRules(rule), /is not HOST:PORT=HOST:PORT/, rule)
  }
})

test('IPv6 addresses in their shortest form and in full', () => {
  for (const [short, full] of [
    ['::1', '0:0:0:0:0:0:0:1'],
    ['fe80::1', 'fe80:0:0:0:0:0:0:1'],
    ['1::', '1:0:0:0:0:0:0:0'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['::', '0:0:0:0:0:0:0:0'],
  ]) {
    assert.equal(shortest(full), short)
    assert.equal(inFull(short), full)
    assert.equal(inFull(full), full)
  }
  assert.equal(inFull('FE80::A%eth0'), 'fe80:0:0:0:0:0:0:a')
  for (const other of ['127.0.0.1', 'kafka.example', 'a:b', '*', '']) assert.equal(inFull(shortest(other)), other)
})
