/** The sockets of a Rust object: who is let in, who gets which message, and which events the object does not see. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { startObjects } from '../harness/objects.mjs'
import { eventually } from '../harness/wait.mjs'

/** @typedef {import('../harness/objects.mjs').RemoteObject} RemoteObject */
/** @typedef {import('../harness/objects.mjs').ObjectSocket} ObjectSocket */

/** @type {import('../harness/objects.mjs').Objects} */
let objects

before(async () => {
  objects = await startObjects()
})
after(() => objects?.stop())

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Returns the lobby's answer to a request. @param {ObjectSocket} socket @param {Record<string, unknown>} request */
const ask = async (socket, request) => JSON.parse(String(await socket.ask(JSON.stringify(request))))

/** Returns the next message to a socket. @param {ObjectSocket} socket */
const told = async (socket) => JSON.parse(String(await socket.next()))

/** The open sockets by name. @param {RemoteObject} lobby */
const seen = async (lobby) => {
  const sockets = await lobby.call('seen')
  return Object.fromEntries(sockets.map((/** @type {any} */ socket) => [socket.guest.Ok?.name ?? 'unreadable', socket]))
}

test('the handler refuses with a status of its own', async () => {
  const lobby = objects.named('Lobby')
  await assert.rejects(lobby.connect('/'), /does not open: .*401/)
  assert.deepEqual(await lobby.call('seen'), [])
})

test('one of the protocols that the client offers is chosen', async () => {
  const lobby = objects.named('Lobby')
  const [both, old, none] = [
    await lobby.connect('/both', ['lobby.v1', 'lobby.v2']),
    await lobby.connect('/old', ['other', 'lobby.v1']),
    await lobby.connect('/none'),
  ]
  assert.deepEqual([both.socket.protocol, old.socket.protocol, none.socket.protocol], ['lobby.v2', 'lobby.v1', ''])
  assert.equal(both.headers['x-lobby'], 'open')
  await assert.rejects(lobby.connect('/liar', ['lobby.v1']), /does not open/)
  assert.deepEqual(Object.keys(await seen(lobby)).sort(), ['both', 'none', 'old'])
  await Promise.all([both, old, none].map((socket) => socket.close()))
})

test('what does not fit is refused before there is a socket', async () => {
  const lobby = objects.named('Lobby')
  const tooMany = Array.from({ length: 10 }, (_, index) => index).join('/')
  for (const path of [`/ada/1/${tooMany}`, `/ada/1/${'t'.repeat(257)}`, '/ada/1/id=7', '/crowd']) {
    await assert.rejects(lobby.connect(path), /does not open/)
  }
  assert.deepEqual(await lobby.call('seen'), [])
  const ada = await lobby.connect(`/ada/1/2/2/3/4/5/6/7/8/9/${'t'.repeat(256)}`)
  const { tags } = (await seen(lobby)).ada
  assert.deepEqual(tags, ['2', '3', '4', '5', '6', '7', '8', '9', 't'.repeat(256)], 'the same tag twice is one')
  await ada.close()
})

test('a message reaches those that are meant', async () => {
  const lobby = objects.named('Lobby')
  const [ada, ben, eve] = [
    await lobby.connect('/ada/1/red'),
    await lobby.connect('/ben/2/red/tall'),
    await lobby.connect('/eve/3/tall'),
  ]
  /** @param {unknown} whom @param {ObjectSocket[]} expected */
  const reaches = async (whom, ...expected) => {
    ada.send(JSON.stringify({ do: 'tell', whom, text: 'hello' }))
    for (const socket of expected) assert.deepEqual(await told(socket), { text: { from: 'ada', text: 'hello' } })
    assert.deepEqual(await told(ada), { reached: expected.length })
  }
  await reaches('all', ada, ben, eve)
  await reaches('others', ben, eve)
  await reaches({ tagged: 'red' }, ada, ben)
  await reaches({ tagged: 'blue' })
  await reaches({ both: ['red', 'tall'] }, ben)
  await reaches({ above: 1 }, ben, eve)
  await reaches({ above: 3 })
  const { id } = (await seen(lobby)).eve
  assert.deepEqual(await ask(ada, { do: 'whisper', id, text: 'psst' }), { reached: 1 })
  assert.deepEqual(await told(eve), { text: { from: 'ada', text: 'psst' } })
  assert.equal(await lobby.call('page', id, 'telephone'), true)
  assert.equal(await eve.next(), 'telephone')
  assert.equal(await lobby.call('page', '7', 'telephone'), false)
  await Promise.all([ada, ben, eve].map((socket) => socket.close()))
  assert.equal(await lobby.call('page', id, 'telephone'), false)
})

test('what is no message of the protocol is answered, and the object goes on', async () => {
  const ada = await objects.named('Lobby').connect('/ada')
  for (const nonsense of ['', '{', '{"do":"dance"}', Uint8Array.of(255)]) {
    const { failed } = JSON.parse(String(await ada.ask(nonsense)))
    assert.match(failed, /^JSON: /)
  }
  assert.deepEqual(await ask(ada, { do: 'rise' }), { level: 1 })
  await ada.close()
})

test('a close with a wrong code or a long reason is an error, and the socket stays open', async () => {
  const ada = await objects.named('Lobby').connect('/ada')
  for (const code of [0, 999, 1005, 1006, 1015, 2999, 5000]) {
    const { failed } = await ask(ada, { do: 'leave', code, reason: '' })
    assert.match(failed, new RegExp(`^CloseCodeError: .* with ${code};`))
  }
  const { failed } = await ask(ada, { do: 'leave', code: 1000, reason: 'ä'.repeat(62) })
  assert.match(failed, /^LimitError: .* is 124, above the limit of 123$/)
  ada.send(JSON.stringify({ do: 'leave', code: 1012, reason: 'x'.repeat(123) }))
  assert.deepEqual(await ada.closed(), { code: 1012, reason: 'x'.repeat(123), wasClean: true })
})

test('who has left is in no list, and hears nothing more', async () => {
  const lobby = objects.named('Lobby')
  const [ada, ben] = [await lobby.connect('/ada/1/red'), await lobby.connect('/ben')]
  const { id } = (await seen(lobby)).ada
  assert.deepEqual(await ada.close(4000, 'done'), { code: 4000, reason: 'done', wasClean: true })
  assert.deepEqual(await told(ben), { text: { from: 'ada', text: 'bye' } })
  await assert.rejects(ada.next(), /was closed/, 'nobody said good-bye to ada')
  assert.deepEqual(await lobby.call('notes'), [`ada 4000 red ${id.length}`])
  assert.deepEqual(Object.keys(await seen(lobby)), ['ben'])
  await ben.close()
})

test('an unreadable attachment concerns its own socket alone', async () => {
  const lobby = objects.named('Lobby')
  const [ada, ben] = [await lobby.connect('/ada/5'), await lobby.connect('/ben/5')]
  ada.send(JSON.stringify({ do: 'spoil' }))
  const spoilt = await eventually(async () => (await seen(lobby)).unreadable, 'the attachment is spoilt')
  assert.match(spoilt.guest.Err, /^socket attachment: it has another shape/)
  assert.match(spoilt.id, UUID)
  ada.send(JSON.stringify({ do: 'rise' }))
  assert.deepEqual(await ask(ben, { do: 'tell', whom: { above: 1 }, text: 'a' }), { text: { from: 'ben', text: 'a' } })
  assert.deepEqual(await told(ben), { reached: 1 })
  assert.deepEqual(await ask(ben, { do: 'tell', whom: 'others', text: 'b' }), { reached: 1 })
  assert.deepEqual(await told(ada), { text: { from: 'ben', text: 'b' } })
  assert.deepEqual(await ada.close(1000, 'bye'), { code: 1000, reason: 'bye', wasClean: true }, 'its close is answered')
  await ben.close()
})

test('messages of one socket interleave where their handlers wait', async () => {
  const ada = await objects.named('Lobby').connect('/ada')
  for (const millis of [200, 0]) ada.send(JSON.stringify({ do: 'wait', millis }))
  assert.deepEqual([await told(ada), await told(ada)], [{ waited: 0 }, { waited: 200 }])
  await ada.close()
})

test('the runtime answers for the object as long as it is told to', async () => {
  const lobby = objects.named('Lobby')
  const ada = await lobby.connect('/ada')
  assert.equal(await lobby.call('answerForMe', null), null)
  assert.deepEqual(await lobby.call('answerForMe', ['marco', 'polo']), ['marco', 'polo'])
  assert.equal((await seen(lobby)).ada.answered, null)
  assert.equal(await ada.ask('marco'), 'polo')
  const { answered } = (await seen(lobby)).ada
  assert.ok(Math.abs(answered - Date.now()) < 60_000, `${answered} is about now`)
  assert.equal((await lobby.failure('answerForMe', ['x'.repeat(2_049), ''])).name, 'LimitError')
  assert.equal(await ada.ask('marco'), 'polo')
  assert.equal(await lobby.call('answerForMe', null), null)
  assert.match(String(await ada.ask('marco')), /failed/)
  await ada.close()
})

test('sockets write no rows', async () => {
  const lobby = objects.named('Lobby')
  const before = await lobby.call('rowsWritten')
  const ada = await lobby.connect('/ada/1/red')
  assert.deepEqual(await ask(ada, { do: 'rise' }), { level: 2 })
  ada.send(JSON.stringify({ do: 'tell', whom: 'all', text: 'hello' }))
  assert.deepEqual(await told(ada), { text: { from: 'ada', text: 'hello' } })
  assert.equal(await lobby.call('rowsWritten'), before)
  await ada.close()
  assert.equal(await lobby.call('rowsWritten'), before + 1, 'the note of its close')
})

test('handlers have the time that is set', async () => {
  const lobby = objects.named('Lobby')
  assert.equal(await lobby.call('limitEvents', 604_800_000), 604_800_000)
  assert.equal((await lobby.failure('limitEvents', 604_800_001)).name, 'LimitError')
  assert.equal(await lobby.call('limitEvents', null), null)
})

test('ids, tags and attachments outlast hibernation, and so does what the runtime answers', async () => {
  const lobby = objects.named('Lobby')
  const [ada, ben] = [await lobby.connect('/ada/1/red/tall'), await lobby.connect('/ben/7')]
  await lobby.call('answerForMe', ['marco', 'polo'])
  assert.deepEqual(await ask(ada, { do: 'rise' }), { level: 2 })
  assert.equal(await ada.ask('marco'), 'polo')
  const before = await seen(lobby)
  for (const { id } of Object.values(before)) assert.match(id, UUID)
  assert.notEqual(before.ada.id, before.ben.id)
  assert.equal(await lobby.call('asked'), 1)
  await lobby.hibernate()

  assert.equal(await lobby.call('asked'), 1, 'the object has been made anew')
  const after = await seen(lobby)
  assert.deepEqual(after, before)
  assert.deepEqual([after.ada.tags, after.ada.guest.Ok.level], [['red', 'tall'], 2])
  assert.equal(await ben.ask('marco'), 'polo')
  assert.deepEqual(await ask(ada, { do: 'whisper', id: before.ben.id, text: 'awake?' }), { reached: 1 })
  assert.deepEqual(await told(ben), { text: { from: 'ada', text: 'awake?' } })
  await Promise.all([ada.close(), ben.close()])
})
