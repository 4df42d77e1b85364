/** Streams between objects, and values that Rust passes on as they are. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { freshName, startObjects } from '../harness/objects.mjs'
import { StreamOf } from '../harness/tagged.mjs'
import { eventually } from '../harness/wait.mjs'

/** @type {import('../harness/objects.mjs').Objects} */
let objects

before(async () => {
  objects = await startObjects()
})
after(() => objects?.stop())

/** @param {string} text */
const stream = (text) => new StreamOf(text)

const flow = () => objects.named('Flow', freshName('flow'))

test('impl Stream is a ReadableStream, a line of JSON for each item', async () => {
  assert.deepEqual(await flow().call('count', 3), { stream: '1\n2\n3\n' })
  assert.deepEqual(await flow().call('count', 0), { stream: '' })
})

test('a stream borrows from its object as long as it runs', async () => {
  const rows = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i FROM n'
  const { stream: text } = await flow().call('rows', rows)
  assert.deepEqual(
    text.trim().split('\n').map(Number),
    Array.from({ length: 2000 }, (_, index) => index + 1),
  )
})

test('what fails before the stream begins is an ordinary error', async () => {
  const failure = await flow().failure('rows', 'SELEC 1')
  assert.equal(failure.name, 'SqlError')
})

test('what fails later ends the stream early', async () => {
  // The platform tells no reason to the reader.
  const failure = await flow().failure('rows', "SELECT 1 UNION ALL SELECT 'x'")
  assert.match(failure.message, /prematurely/)
})

/** @param {Response} response */
const readerOf = ({ body }) => {
  assert.ok(body)
  return body.getReader()
}

/** Reads text until it has `part`, or ends. @param {ReadableStreamDefaultReader<Uint8Array>} reader @param {string} part */
const readUntil = async (reader, part) => {
  const decoder = new TextDecoder()
  let text = ''
  while (!text.includes(part)) {
    const { value, done } = await reader.read()
    if (done) break
    text += decoder.decode(value, { stream: true })
  }
  return text
}

test('a fetch handler streams server-sent events, until the client goes', async () => {
  const object = flow()
  const response = await object.fetch('/1000000')
  assert.equal(response.headers.get('Content-Type'), 'text/event-stream')
  const reader = readerOf(response)
  assert.ok((await readUntil(reader, 'data: 3\n\n')).startsWith('data: 1\n\ndata: 2\n\ndata: 3\n\n'))
  assert.equal((await object.call('counts'))[1], 0)
  await reader.cancel()
  await eventually(async () => (await object.call('counts'))[1] === 1, 'no more events are made')
})

test('a body whose item is an error ends early', async () => {
  const response = await flow().fetch('/20')
  const reader = readerOf(response)
  await readUntil(reader, 'data: 12\n\n')
  await assert.rejects(readUntil(reader, 'data: 14\n\n'))
})

test('a stream is an argument too', async () => {
  assert.equal(await flow().call('size', stream('x'.repeat(100_000))), 100_000)
  assert.equal(await flow().call('size', stream('')), 0)
  assert.equal(await flow().call('first', stream('7\n8\n9\n')), 7)
  assert.deepEqual(await flow().call('passOn', stream('1\n2\n')), { stream: '1\n2\n' })
})

test('what is no stream is refused with a TypeError, and a wrong item where it is read', async () => {
  for (const wrong of [5, 'text', null, undefined, {}]) {
    const failure = await flow().failure('size', wrong)
    assert.equal(failure.class, 'TypeError')
    assert.match(failure.message, /size\(bytes\): expected a ReadableStream/)
  }
  assert.match((await flow().failure('first', stream('x\n'))).message, /a stream's item/)
})

test('streams go from one Rust object to another, and on to a third', async () => {
  assert.equal(await flow().call('sumThrough', 100), 5050)
})

test('items are made as they are read, and a reader that leaves ends the stream', async () => {
  const maker = objects.named('Flow', 'one that counts')
  const [before] = await maker.call('counts')
  assert.equal(await flow().call('firstOf', 1_000_000), 1)
  await eventually(async () => {
    const [made, dropped] = await maker.call('counts')
    assert.ok(made - before < 1000, `${made - before} were made`)
    return dropped > 0
  }, 'the stream to end')
})

test('any value passes through Rust as it is', async () => {
  const object = flow()
  for (const value of [undefined, null, 1.5, 2n ** 70n, new Map([[{ a: 1 }, new Date(0)]]), { a: [undefined] }]) {
    assert.deepEqual(await object.call('anything', value), value)
  }
  assert.equal(await object.call('onlyAMap', new Map([[1, 2]])), 1)
  const failure = await object.failure('onlyAMap', {})
  assert.equal(failure.class, 'TypeError')
  assert.match(failure.message, /onlyAMap\(value\): expected a Map/)
})
