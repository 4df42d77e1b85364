/** WebSockets of a Rust object: they carry their attachment through hibernation, and end in good order. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'

import { startObjects } from '../harness/objects.mjs'
import { eventually, within } from '../harness/wait.mjs'

/** @typedef {import('../harness/objects.mjs').RemoteObject} RemoteObject */

/** @type {import('../harness/objects.mjs').Objects} */
let objects

before(async () => {
  objects = await startObjects()
})
after(() => objects?.stop())

/** The sockets that the object knows, by name. @param {RemoteObject} room */
const members = async (room) => {
  const { members } = await room.call('report')
  return Object.fromEntries(members.map((/** @type {any} */ [member, tags]) => [member.name, { ...member, tags }]))
}

/** @param {RemoteObject} room @param {number} count @returns {Promise<any[]>} */
const closed = (room, count) =>
  eventually(async () => {
    const closed = await room.call('closed')
    return closed.length >= count ? closed : undefined
  }, `${count} sockets are closed`)

/** A connection that was upgraded to a socket, byte by byte. @param {RemoteObject} room @param {string} name */
const upgrade = async (room, name) => {
  const { hostname, port } = new URL(objects.server.url)
  const socket = connect(Number(port), hostname)
  const head = [
    `GET /object/ROOM/${encodeURIComponent(room.name)}/${name} HTTP/1.1`,
    'Host: localhost',
    'Upgrade: websocket',
  ]
  const keys = ['Connection: Upgrade', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${btoa('0123456789abcdef')}`]
  socket.write(`${[...head, ...keys].join('\r\n')}\r\n\r\n`)
  await within(once(socket, 'data'), 'the socket is accepted')
  return socket
}

test('an upgrade gives a socket with an attachment and tags', async () => {
  const room = objects.named('Room')
  const ada = await room.connect('/ada/red/blue')
  const ben = await room.connect('/ben')
  assert.equal(await ada.ask('echo hello'), 'hello')
  assert.deepEqual(await members(room), {
    ada: { name: 'ada', messages: 1, luggage: '', tags: ['red', 'blue'] },
    ben: { name: 'ben', messages: 0, luggage: '', tags: [] },
  })
  await Promise.all([ada.close(), ben.close()])
})

test('a request without Upgrade is answered with 426', async () => {
  const room = objects.named('Room')
  const response = await room.fetch('/ada')
  assert.equal(response.status, 426)
  assert.match(await response.text(), /Upgrade: websocket/)
  assert.deepEqual(await members(room), {})
})

test('text and bytes come back as they are', async () => {
  const ada = await objects.named('Room').connect('/ada')
  for (const text of ['', 'ä 🎉', 'a\0b', 'x'.repeat(100_000)]) {
    assert.equal(await ada.ask(`echo ${text}`), text)
  }
  const bytes = /** @type {ArrayBuffer} */ (await ada.ask(Uint8Array.of(1, 0, 255)))
  assert.deepEqual(new Uint8Array(bytes), Uint8Array.of(255, 0, 1))
  await ada.close()
})

test('messages reach all sockets, or those with a tag', async () => {
  const room = objects.named('Room')
  const [ada, ben, eve] = [
    await room.connect('/ada/red'),
    await room.connect('/ben/red/blue'),
    await room.connect('/eve'),
  ]
  ada.send('all one')
  for (const socket of [ada, ben, eve]) assert.equal(await socket.next(), 'ada: one')
  assert.equal(await ada.next(), 'reached 3')
  ada.send('to blue two')
  assert.equal(await ben.next(), 'ada: two')
  assert.equal(await ada.next(), 'reached 1')
  assert.equal(await ada.ask('to nobody three'), 'reached 0')
  assert.equal(await room.call('announce', 'four'), 3)
  for (const socket of [ada, ben, eve]) assert.equal(await socket.next(), 'four')
  await Promise.all([ada.close(), ben.close(), eve.close()])
})

test('an attachment that is too large is an error, and the object goes on', async () => {
  const room = objects.named('Room')
  const ada = await room.connect('/ada')
  const error = await ada.ask('pack 20000')
  assert.match(String(error), /^LimitError: the size of a socket's attachment in bytes is 20\d\d\d, above .* 16384$/)
  assert.equal(await ada.ask('pack 16000'), 'packed')
  const { ada: member } = await members(room)
  assert.deepEqual([member.luggage.length, member.messages], [16_000, 2])
  await ada.close()
})

test('a handler that fails leaves the socket open', async () => {
  const room = objects.named('Room')
  const ada = await room.connect('/ada')
  ada.send('nonsense')
  assert.equal(await ada.ask('count'), '2')
  assert.equal((await room.call('report')).boots, 1)
  await ada.close()
})

test('the closing handshake ends with the code of the client', { timeout: 20_000 }, async () => {
  const room = objects.named('Room')
  /** @type {[number | undefined, string, number][]} */
  const codes = [
    [1000, 'done', 1000],
    [3000, '', 3000],
    [4999, 'ä 🎉', 4999],
    [undefined, '', 1005],
  ]
  for (const [code, reason, expected] of codes) {
    const socket = await room.connect(`/${expected}`)
    const answer = code === undefined ? await socket.close() : await socket.close(code, reason)
    assert.deepEqual(answer, { code: expected, reason, wasClean: true })
  }
  const seen = await closed(room, codes.length)
  assert.deepEqual(
    seen,
    codes.map(([, reason, code]) => ({ name: String(code), code, reason, was_clean: true })),
  )
  assert.deepEqual(await members(room), {})
})

test('the object may close a socket, with a code of its own', async () => {
  const room = objects.named('Room')
  const ada = await room.connect('/ada')
  ada.send('leave enough')
  assert.deepEqual(await ada.closed(), { code: 4002, reason: 'enough', wasClean: true })
})

test('what is sent waits until the handler is done, and is counted meanwhile', async () => {
  const ada = await objects.named('Room').connect('/ada')
  for (const text of ['x'.repeat(10_000), 'ä'.repeat(100)]) {
    assert.equal(await ada.ask(`buffer ${text}`), text)
    assert.equal(await ada.next(), `0 ${Buffer.byteLength(text)}`)
  }
})

test('sending to a socket that is gone is an error, not a crash', async () => {
  const room = objects.named('Room')
  const [ada, ben] = [await room.connect('/ada'), await room.connect('/ben')]
  ada.send('leave now')
  assert.equal((await ada.closed())?.code, 4002)
  await ben.close(1000, 'bye')
  await closed(room, 1)
  const sent = await room.call('sendToGone')
  assert.ok(sent.length >= 2)
  for (const outcome of sent) assert.match(outcome, /clos/i)
  for (const outcome of await room.call('closeGone')) assert.match(outcome, /clos/i)
  assert.equal(await room.call('announce', 'hello'), 0)
  assert.equal((await room.call('report')).boots, 1, 'it is still the same instance')
})

test('a socket that breaks off is reported', { timeout: 20_000 }, async () => {
  const room = objects.named('Room')
  const ben = await room.connect('/ben')
  const socket = await upgrade(room, 'ada')
  socket.resetAndDestroy()
  const [gone] = await closed(room, 1)
  assert.equal(gone.name, 'ada')
  assert.equal(gone.was_clean, false)
  assert.deepEqual(Object.keys(await members(room)), ['ben'])
  assert.equal(await ben.ask('echo still here'), 'still here')
  await ben.close()
})

test('a frame that breaks the protocol is an error of its socket', async () => {
  const room = objects.named('Room')
  const ben = await room.connect('/ben')
  const socket = await upgrade(room, 'ada')
  // The opcode is not defined.
  socket.write(Uint8Array.of(0x83, 0x80, 0, 0, 0, 0))
  const [gone] = await closed(room, 1)
  assert.match(gone.reason, /^WebSocket protocol error; .*1002/)
  assert.deepEqual(Object.keys(await members(room)), ['ben'])
  assert.equal(await ben.ask('echo still here'), 'still here')
  socket.destroy()
  await ben.close()
})

test('a close frame whose code nobody may send is answered without one', async () => {
  const room = objects.named('Room')
  const socket = await upgrade(room, 'ada')
  const answer = within(once(socket, 'data'), 'the close is answered')
  socket.write(Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 2999 >> 8, 2999 & 255))
  assert.deepEqual([...(await answer)[0]], [0x88, 0])
  assert.equal((await closed(room, 1))[0].code, 2999)
  socket.destroy()
})

test('an object is out of memory, and its sockets do not notice', async () => {
  const room = objects.named('Room')
  const [ada, ben] = [await room.connect('/ada/red'), await room.connect('/ben')]
  assert.equal(await ada.ask('pack 100'), 'packed')
  assert.equal(await ada.ask('count'), '2')
  assert.equal((await room.call('report')).boots, 1)
  await room.hibernate()
  assert.equal(await ada.ask('count'), '3')
  const report = await room.call('report')
  assert.equal(report.boots, 2, 'the object has been made anew')
  assert.deepEqual(await members(room), {
    ada: { name: 'ada', messages: 3, luggage: 'x'.repeat(100), tags: ['red'] },
    ben: { name: 'ben', messages: 0, luggage: '', tags: [] },
  })
  ada.send('to red hello')
  assert.equal(await ada.next(), 'ada: hello')
  assert.equal(await ada.next(), 'reached 1')
  assert.deepEqual(await ben.close(4000, 'bye'), { code: 4000, reason: 'bye', wasClean: true })
  await ada.close()
})

test('a close wakes an object that hibernates', async () => {
  const room = objects.named('Room')
  const ada = await room.connect('/ada')
  assert.equal(await ada.ask('count'), '1')
  await room.hibernate()
  assert.deepEqual(await ada.close(4001, 'good night'), { code: 4001, reason: 'good night', wasClean: true })
  assert.deepEqual(await closed(room, 1), [{ name: 'ada', code: 4001, reason: 'good night', was_clean: true }])
  assert.equal((await room.call('report')).boots, 2)
})
