// A series of calls to a schema registry, with what each one answered: status, error code, and the answer without what may
// differ (words of errors, order of a schema's keys).

import http from 'node:http'

export interface Answered {
  call: string
  status: number
  /** The error's code, or the answer. */
  said: unknown
}

export interface Raw {
  status: number
  text: string
}

/** One request; the text of its answer. */
export function ask(base: string, method: string, path: string, body?: unknown): Promise<Raw> {
  const headers = { 'Content-Type': 'application/vnd.schemaregistry.v1+json' }
  return new Promise((resolve, reject) => {
    const request = http.request(`${base}${path}`, { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece) => {
        text += piece
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

interface Field {
  name: string
  type: unknown
  default?: unknown
}

export function record(name: string, ...fields: Field[]): string {
  return JSON.stringify({ type: 'record', name, fields })
}

const a: Field = { name: 'a', type: 'int' }
const b: Field = { name: 'b', type: 'string' }
const withDefault: Field = { ...b, default: '' }

/** The session: each line one call. */
export async function session(base: string): Promise<Answered[]> {
  const answers: Answered[] = []
  const counts = new Map<string, number>()
  const call = async (line: string, body?: unknown) => {
    const [method, path] = line.split(' ')
    const { status, text } = await ask(base, method, path, body)
    const number = (counts.get(line) ?? 0) + 1
    counts.set(line, number)
    answers.push({ call: number === 1 ? line : `${line} (${number})`, status, said: plain(status, text) })
  }
  const versions = '/subjects/s-value/versions'

  await call('GET /subjects')
  await call(`GET ${versions}`)
  await call(`GET ${versions}/1`)
  await call('GET /schemas/ids/1')
  await call(`POST ${versions}`, { schema: record('A', a) })
  await call(`POST ${versions}`, { schema: record('A', a) })
  await call(`POST ${versions}`, { schema: record('A', a, b) })
  await call(`POST ${versions}`, { schema: record('A', a, withDefault) })
  await call('POST /subjects/other/versions', { schema: record('A', a) })
  await call(`POST ${versions}`, { schema: '{"type":"nope"}' })
  await call(`POST ${versions}`, { schema: '' })
  await call('POST /subjects/s-value', { schema: record('A', a) })
  await call('POST /subjects/s-value', { schema: record('A', b) })
  await call('POST /subjects/none', { schema: record('A', b) })
  for (const version of ['1', '2', 'latest', '-1', '9', '0', 'x']) await call(`GET ${versions}/${version}`)
  await call(`GET ${versions}/1/schema`)
  await call(`GET ${versions}/1/referencedby`)
  await call('GET /schemas/ids/1')
  await call('GET /schemas/ids/1/versions')
  await call('GET /schemas/ids/99')
  await call('GET /schemas/ids/1?fetchMaxId=true')

  await call('GET /config')
  await call('GET /config/s-value')
  await call('GET /config/s-value?defaultToGlobal=true')
  await call('PUT /config', { compatibility: 'FULL' })
  await call('GET /config')
  await call('PUT /config', { compatibility: 'nope' })
  await call('PUT /config/s-value', { compatibility: 'FORWARD' })
  await call('GET /config/s-value')
  await call('PUT /config/s-value', { compatibility: 'FULL_TRANSITIVE' })
  await call('GET /mode')
  await call('GET /mode/s-value')

  const check = '/compatibility/subjects/s-value/versions'
  await call(`POST ${check}/latest`, { schema: record('A', b) })
  await call(`POST ${check}/1`, { schema: record('A', a, b) })
  await call(`POST ${check}/1`, { schema: record('A', a, withDefault) })
  await call(`POST ${check}/9`, { schema: record('A', a, b) })
  await call('POST /compatibility/subjects/none/versions/1', { schema: record('A', a, b) })
  await call('POST /compatibility/subjects/none/versions/latest', { schema: record('A', a, b) })
  for (const level of [
    'NONE',
    'BACKWARD',
    'BACKWARD_TRANSITIVE',
    'FORWARD',
    'FORWARD_TRANSITIVE',
    'FULL',
    'FULL_TRANSITIVE',
  ]) {
    await call('PUT /config/s-value', { compatibility: level })
    for (const schema of [record('A'), record('A', b), record('A', { ...a, type: 'long' }), record('B', a), '"int"']) {
      await call(`POST ${check}/latest`, { schema })
    }
  }
  await call('DELETE /config/s-value')
  await call('GET /config/s-value')

  await call(`DELETE ${versions}/9`)
  await call(`DELETE ${versions}/1`)
  await call(`DELETE ${versions}/1`)
  await call(`GET ${versions}`)
  await call(`GET ${versions}?deleted=true`)
  await call(`GET ${versions}/1`)
  await call(`GET ${versions}/1?deleted=true`)
  await call('GET /schemas/ids/1')
  await call(`DELETE ${versions}/2?permanent=true`)
  await call(`DELETE ${versions}/1?permanent=true`)
  await call(`GET ${versions}?deleted=true`)
  await call('DELETE /subjects/other?permanent=true')
  await call('DELETE /subjects/other')
  await call('DELETE /subjects/other')
  await call('POST /subjects/other/versions', { schema: record('A', a) })
  await call('GET /subjects/other/versions')
  await call('DELETE /subjects/other')
  await call('DELETE /subjects/other?permanent=true')
  await call('DELETE /subjects/other?permanent=true')
  await call('GET /subjects/other/versions')
  await call('DELETE /subjects/none')

  const property = (type: string) => JSON.stringify({ type: 'object', properties: { a: { type } } })
  const typed = (schemaType: string, path: string) => (schema: string) => call(`POST ${path}`, { schemaType, schema })
  const json = typed('JSON', '/subjects/j/versions')
  await json(property('integer'))
  await json(property('string'))
  await json('{"type":5}')
  await call('POST /subjects/j/versions', { schema: record('A', a) })
  await json(property('integer'))
  await call('GET /subjects/j/versions/1')
  await typed('JSON', '/subjects/j')(property('integer'))

  const proto = typed('PROTOBUF', '/subjects/p/versions')
  const message = (fields: string) => `syntax = "proto3";\npackage shop;\n\nmessage M {\n${fields}}\n`
  const number = '  int64 n = 1;\n'
  await proto(message(number))
  await proto(message(number))
  await proto(message('  string n = 1;\n'))
  await proto(message(`${number}  string s = 2;\n`))
  await proto('message {')
  await typed('NOPE', '/subjects/p/versions')('{}')
  await call('GET /subjects/p/versions/1')
  await typed('PROTOBUF', '/subjects/p')(message(number))
  await typed('PROTOBUF', '/compatibility/subjects/p/versions/latest')(message(number))
  const user = 'syntax = "proto3";\npackage shop;\n\nimport "m.proto";\n\nmessage U {\n  M m = 1;\n}\n'
  const uses = [{ name: 'm.proto', subject: 'p', version: 1 }]
  await typed('PROTOBUF', '/subjects/u/versions')(user)
  await call('POST /subjects/u/versions', { schemaType: 'PROTOBUF', schema: user, references: uses })
  await call('GET /subjects/u/versions/1')
  await call('GET /subjects/p/versions/1/referencedby')
  await call('DELETE /subjects/p/versions/1')
  await call('DELETE /subjects/u')
  await call('DELETE /subjects/u?permanent=true')
  await call('DELETE /subjects/p')

  await call('GET /schemas/types')
  await call('GET /subjects?deleted=true')
  await call('GET /subjects?subjectPrefix=j')

  await call('POST /subjects/money/versions', { schema: JSON.stringify(MONEY) })
  const references = [{ name: 'shop.Money', subject: 'money', version: 1 }]
  await call('POST /subjects/order/versions', { schema: JSON.stringify(ORDER), references })
  await call('GET /subjects/money/versions/1/referencedby')
  await call('DELETE /subjects/money/versions/1')
  await call('POST /subjects/order-2/versions', { schema: JSON.stringify(ORDER) })

  await call('GET /nowhere')
  await call('PUT /subjects', {})
  return answers
}

const MONEY = { type: 'record', name: 'Money', namespace: 'shop', fields: [{ name: 'v', type: 'long' }] }
const ORDER = { type: 'record', name: 'Order', namespace: 'shop', fields: [{ name: 'm', type: 'shop.Money' }] }

function plain(status: number, text: string): unknown {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return 'no JSON'
  }
  if (status >= 300) return (json as { error_code?: number }).error_code ?? status
  return sorted(json)
}

/** Of a .proto file spaces and lines do not count. */
function schemaIn(text: string): unknown {
  return text.startsWith('syntax') ? text.replaceAll(/\s+/g, ' ').trim() : sorted(JSON.parse(text))
}

/** Schemas are compared by what they say; why something is not compatible is in each registry's own words. */
function sorted(json: unknown): unknown {
  if (Array.isArray(json)) {
    const all = json.map(sorted)
    // Names have no order.
    return all.every((each) => typeof each === 'string') ? all.sort() : all
  }
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(
    Object.entries(json)
      .filter(([key]) => key !== 'messages')
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([key, value]) => [key, key === 'schema' ? schemaIn(value as string) : sorted(value)]),
  )
}
