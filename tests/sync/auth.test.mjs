/** The example `auth`: tokens of another library, and what each of the three objects behind it makes of them. */

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'

import { exportSPKI, UnsecuredJWT } from 'jose'
import { WebSocket as WsSocket } from 'ws'

import { freshStoreId } from '../harness/backend.mjs'
import { event } from '../harness/events.mjs'
import { claims, Issuer, now, shortToken, sign } from '../harness/issuer.mjs'
import { SyncSocket, syncQuery } from '../harness/socket.mjs'
import { eventually, within } from '../harness/wait.mjs'
import { startWorkerd } from '../harness/workerd.mjs'

/** @type {Issuer} */
let issuer
/** @type {import('../harness/workerd.mjs').Workerd} */
let server
/** @type {import('../harness/issuer.mjs').Pair} */
let rsa
/** @type {import('../harness/issuer.mjs').Pair} */
let ec

before(async () => {
  issuer = await Issuer.start()
  rsa = await issuer.publish('RS256', 'rsa-1')
  ec = await issuer.publish('ES256', 'ec-1')
  server = await startWorkerd(issuer.worker())
})
after(async () => {
  await server?.stop()
  issuer?.stop()
})

/**
 * The status and the text of a question to the store in an object.
 *
 * @param {string} store
 * @param {Record<string, string>} [headers]
 * @param {{ url: string }} [at]
 */
const ask = async (store, headers = {}, at = server) => {
  const response = await fetch(`${at.url}/client-do?storeId=${store}`, { headers })
  return { status: response.status, text: await response.text(), challenge: response.headers.get('www-authenticate') }
}

/** @param {string} token */
const bearer = (token) => ({ authorization: `Bearer ${token}` })

/**
 * @param {string} store
 * @param {string} token
 * @param {string} refusal a part of its text
 * @param {number} [status]
 */
const refused = async (store, token, refusal, status = 401) => {
  const answer = await ask(store, bearer(token))
  assert.equal(answer.status, status, `${answer.text}: ${token}`)
  assert.match(answer.text, new RegExp(refusal))
}

/** A socket that is open. @param {string} url @param {Record<string, string>} headers */
const open = async (url, headers) => {
  const socket = new WsSocket(url.replace('http', 'ws'), { headers })
  const opened = new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (_, response) => reject(new Error(`status ${response.statusCode}`)))
    socket.once('error', reject)
  })
  await within(opened, 'the socket opens')
  return socket
}

/** How a socket that the server closes ended. @param {string} url @param {Record<string, string>} headers */
const endOf = async (url, headers) => {
  const socket = await open(url, headers)
  // workerd ends the connection of a client that has never sent a message only when the object leaves memory.
  socket.send('"hello"')
  const closed = new Promise((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  return within(closed, 'the server closes the socket')
}

test('tokens with HS256, RS256 and ES256 let their bearer in', async () => {
  const store = freshStoreId()
  for (const token of [
    await sign(claims(store)),
    await sign(claims(store), { alg: 'RS256', kid: 'rsa-1' }, rsa.privateKey),
    await sign(claims(store), { alg: 'ES256', kid: 'ec-1' }, ec.privateKey),
    await sign(claims(store), { alg: 'ES256' }, ec.privateKey),
    await sign(claims(store, { aud: ['other', 'auth-example'] }), { typ: 'JWT' }),
    await sign(claims(store, { nbf: now() + 20, exp: now() - 10 })),
  ]) {
    assert.deepEqual(await ask(store, bearer(token)), { status: 200, text: '[]', challenge: null })
  }
})

test('each wrong claim is refused with its reason', async () => {
  const store = freshStoreId()
  /** @type {[Record<string, unknown>, string, number?][]} */
  const wrongs = [
    [{ exp: undefined }, 'has no `exp`'],
    [{ exp: now() - 40 }, 'has expired'],
    [{ nbf: now() + 40 }, 'is not valid yet'],
    [{ iss: 'https://evil.example.com' }, 'another issuer'],
    [{ iss: undefined }, 'another issuer'],
    [{ aud: 'other' }, 'another audience'],
    [{ aud: undefined }, 'another audience'],
    [{ sub: undefined }, 'has no `sub`'],
    [{ store: 'another' }, 'is not for this store', 403],
    [{ store: undefined }, 'is not for this store', 403],
  ]
  for (const [changes, refusal, status] of wrongs) {
    await refused(store, await sign(claims(store, changes)), refusal, status)
  }
})

test('no trick with algorithms gets a token through', async () => {
  const store = freshStoreId()
  const none = new UnsecuredJWT(claims(store)).encode()
  await refused(store, none, 'the algorithm `none`')
  const [, body] = none.split('.')
  const [, , signature] = (await sign(claims(store))).split('.')
  /** @param {object} header */
  const head = (header) => Buffer.from(JSON.stringify(header)).toString('base64url')
  await refused(store, `${head({ alg: 'nOnE' })}.${body}.`, 'the algorithm `nOnE`')
  await refused(store, `${head({ alg: 'none' })}.${body}.${signature}`, 'the algorithm `none`')
  await refused(store, `${head({ alg: 'HS256' })}.${body}.`, 'signature of the token is wrong')

  // The public key of the provider as the secret of HS256, in each form in which a library may read it.
  const [jwk] = issuer.published
  const pem = await exportSPKI(rsa.publicKey)
  for (const secret of [pem, pem.trim(), JSON.stringify(jwk), String(jwk.n), Buffer.from(String(jwk.n), 'base64url')]) {
    const signed = `${head({ alg: 'HS256', kid: 'rsa-1' })}.${body}`
    const forged = createHmac('sha256', secret).update(signed).digest('base64url')
    await refused(store, `${signed}.${forged}`, 'signature of the token is wrong')
  }

  // A key is for its own algorithm.
  const es256 = await sign(claims(store), { alg: 'ES256', kid: 'rsa-1' }, ec.privateKey)
  await refused(store, es256, 'the algorithm `ES256`')
  const swapped = await sign(
    claims(store),
    { alg: 'ES256', kid: 'ec-1' },
    (await new Issuer().publish('ES256', 'x')).privateKey,
  )
  await refused(store, swapped, 'signature of the token is wrong')
  const rs512 = await new Issuer().publish('RS512', 'rsa-1')
  await refused(store, await sign(claims(store), { alg: 'RS512', kid: 'rsa-1' }, rs512.privateKey), '`RS512`')
})

test('a changed or malformed token is refused', async () => {
  const store = freshStoreId()
  const token = await sign(claims(store))
  const [header, , signature] = token.split('.')
  const other = Buffer.from(JSON.stringify(claims(store, { sub: 'eve' }))).toString('base64url')
  await refused(store, `${header}.${other}.${signature}`, 'signature of the token is wrong')
  await refused(store, token.slice(0, -3), 'signature of the token is wrong|malformed')
  for (const text of ['x', '..', 'a.b.c', `${token}.${token}`, `${token}=`, `${header}.${other}`, 'x'.repeat(9_000)]) {
    await refused(store, text, 'is malformed')
  }
  const none = await ask(store)
  assert.equal(none.status, 401)
  assert.equal(none.challenge, 'Bearer')
})

test('a browser may pass its token as a protocol, and gets the protocol `bearer`', async () => {
  const store = freshStoreId()
  const token = await sign(claims(store))
  /** A socket as browsers have it. @param {string} path */
  const browse = async (path) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/${path}`, ['bearer', token])
    const opened = new Promise((resolve) => {
      socket.onopen = () => resolve(socket.protocol)
      socket.onerror = () => resolve('an error')
    })
    const protocol = await within(opened, 'the socket opens, or fails')
    socket.close()
    return protocol
  }
  assert.equal(await browse(`notices/${store}`), 'bearer')
  assert.equal(await browse(`client-do?storeId=${store}`), 'bearer')
  // The backend selects none, because LiveStore's clients offer none.
  const headers = { 'sec-websocket-protocol': `bearer, ${token}` }
  const sync = await fetch(`${server.url}/?${syncQuery(store, 'http')}`, { method: 'POST', body: '[]', headers })
  assert.deepEqual([sync.status, /there is no token/.test(await sync.text())], [400, true])
})

test('a cookie of a page of another origin does not count', async () => {
  const store = freshStoreId()
  const cookie = `token=${await sign(claims(store))}`
  assert.equal((await ask(store, { cookie })).status, 200)
  assert.equal((await ask(store, { cookie, origin: server.url })).status, 200)
  for (const origin of ['https://evil.example.com', 'null', 'http:', `${server.url}0`]) {
    assert.equal((await ask(store, { cookie, origin })).status, 403, origin)
  }
})

test('keys are fetched once, and again for a new key at most once a minute', async () => {
  const store = freshStoreId()
  const other = await Issuer.start()
  const old = await other.publish('RS256', 'old')
  other.status = 500
  const fresh = await startWorkerd(other.worker())
  try {
    const token = await sign(claims(store), { alg: 'RS256', kid: 'old' }, old.privateKey)
    for (const _ of [1, 2]) {
      const answer = await ask(store, bearer(token), fresh)
      assert.deepEqual([answer.status, answer.text], [503, 'the keys of the issuer cannot be read now: try again'])
    }
    assert.equal(other.asked, 1, 'a failure is not repeated at once')
    await fresh.restart()
    other.status = 200
    other.asked = 0
    for (const _ of [1, 2, 3]) assert.equal((await ask(store, bearer(token), fresh)).status, 200)
    assert.equal(other.asked, 1)
    // The provider has a new key within the minute. `keys.rs` tests what happens later.
    const next = await other.publish('RS256', 'next')
    const rotated = await sign(claims(store), { alg: 'RS256', kid: 'next' }, next.privateKey)
    for (const _ of [1, 2, 3]) {
      const answer = await ask(store, bearer(rotated), fresh)
      assert.deepEqual([answer.status, answer.text], [401, 'the key of the token is unknown: get a new token'])
    }
    assert.equal(other.asked, 1, 'unknown keys fetch nothing')
    await fresh.restart()
    assert.equal((await ask(store, bearer(rotated), fresh)).status, 200)
  } finally {
    await fresh.stop()
    other.stop()
  }
})

test('many tokens at once fetch the keys once', { timeout: 60_000 }, async () => {
  const store = freshStoreId()
  const other = await Issuer.start()
  const pair = await other.publish('RS256', 'known')
  other.slowness = 300
  other.status = 500
  const fresh = await startWorkerd(other.worker())
  try {
    const good = await sign(claims(store), { alg: 'RS256', kid: 'known' }, pair.privateKey)
    const bad = await sign(claims(store), { alg: 'RS256', kid: 'unknown' }, pair.privateKey)
    /** The statuses of the answers. @param {number} count */
    const storm = async (count) => {
      const tokens = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? bad : good))
      const answers = await Promise.all(tokens.map((token) => ask(store, bearer(token), fresh)))
      return [...new Set(answers.map(({ status }, index) => `${tokens[index] === good} ${status}`))].sort()
    }
    assert.deepEqual(await storm(200), ['false 503', 'true 503'])
    assert.deepEqual(await storm(20), ['false 503', 'true 503'])
    // On a slow machine, five seconds may pass meanwhile.
    assert.ok(other.asked < 5, `a failure counts for all: ${other.asked}`)
    await fresh.restart()
    other.status = 200
    other.asked = 0
    assert.deepEqual(await storm(200), ['false 401', 'true 200'])
    assert.deepEqual(await storm(20), ['false 401', 'true 200'])
    assert.equal(other.asked, 1)

    // The request that fetches the keys goes away.
    await fresh.restart()
    other.asked = 0
    other.slowness = 2_000
    const gone = new AbortController()
    const first = fetch(`${fresh.url}/client-do?storeId=${store}`, { headers: bearer(good), signal: gone.signal })
    await eventually(() => other.asked === 1, 'the keys are asked for')
    gone.abort()
    await assert.rejects(first)
    assert.deepEqual(await storm(20), ['false 401', 'true 200'])
    assert.ok(other.asked <= 2)
  } finally {
    await fresh.stop()
    other.stop()
  }
})

test('without a secret or keys, tokens that need them are refused', async () => {
  const store = freshStoreId()
  const { text, ...worker } = issuer.worker()
  const { AUTH_SECRET: _, ...keys } = text ?? {}
  const { JWKS_URL: __, ...secret } = text ?? {}
  const hs256 = bearer(await sign(claims(store)))
  const rs256 = bearer(await sign(claims(store), { alg: 'RS256', kid: 'rsa-1' }, rsa.privateKey))
  for (const [variables, statuses] of /** @type {[Record<string, string>, number[]][]} */ ([
    [keys, [401, 200]],
    [secret, [200, 401]],
    [{ ...keys, AUTH_SECRET: 'short' }, [500, 200]],
    [{ ...secret, JWKS_URL: 'http://login.example.com/jwks' }, [200, 500]],
  ])) {
    const other = await startWorkerd({ ...worker, text: variables })
    try {
      const answers = [await ask(store, hs256, other), await ask(store, rs256, other)]
      assert.deepEqual(
        answers.map(({ status }) => status),
        statuses,
      )
    } finally {
      await other.stop()
    }
  }
})

test('a sync client without a right token is refused with status 400', async () => {
  const store = freshStoreId()
  /** @param {unknown} payload */
  const upgrade = async (payload) => {
    const response = await fetch(`${server.url}/?${syncQuery(store, 'http', payload)}`, { method: 'POST', body: '[]' })
    return { status: response.status, text: await response.text() }
  }
  for (const [payload, refusal] of /** @type {[unknown, RegExp][]} */ ([
    [undefined, /there is no token/],
    [{}, /there is no token/],
    [{ authToken: null }, /there is no token/],
    [{ authToken: 5 }, /malformed: the sync payload is not/],
    ['text', /malformed: the sync payload is not/],
    [{ authToken: await sign(claims('another')) }, /is not for this store/],
    [{ authToken: await sign(claims(store, { exp: now() - 40 })) }, /has expired/],
  ])) {
    const { status, text } = await upgrade(payload)
    assert.equal(status, 400, text)
    assert.match(text, refusal)
    await assert.rejects(SyncSocket.connect(server, store, { payload }))
  }
  assert.equal((await upgrade({ authToken: await sign(claims(store)) })).status, 200)
})

test('the backend closes a socket when its token expires', { timeout: 30_000 }, async () => {
  const store = freshStoreId()
  const payload = { authToken: await shortToken(store, 2) }
  const short = await SyncSocket.connect(server, store, { payload })
  const long = await SyncSocket.connect(server, store, { payload: { authToken: await sign(claims(store)) } })
  await short.commit([event(0)])
  const { code, reason } = await short.closed(10_000)
  assert.deepEqual([code, reason], [3000, 'the access has expired: connect again'])
  await long.commit([event(1)])
  assert.equal(long.closeInfo, undefined)
  await assert.rejects(SyncSocket.connect(server, store, { payload }), 'the old token opens nothing any more')
})

test('the other objects close their sockets as well', { timeout: 30_000 }, async () => {
  const store = freshStoreId()
  const headers = bearer(await shortToken(store, 2))
  const ends = ['notices/' + store, `client-do?storeId=${store}`].map((path) => endOf(`${server.url}/${path}`, headers))
  assert.deepEqual(await Promise.all(ends), [
    { code: 3000, reason: 'the token has expired: connect again with a new one' },
    { code: 3000, reason: 'the access has expired: connect again' },
  ])
})

test('a token with a far end opens its sockets, and keeps no others open', { timeout: 30_000 }, async () => {
  const store = freshStoreId()
  const far = await sign(claims(store, { exp: 9_999_999_999 }))
  const short = await shortToken(store, 4)
  const paths = ['notices/' + store, `client-do?storeId=${store}`]
  const stay = await Promise.all(paths.map((path) => open(`${server.url}/${path}`, bearer(far))))
  const first = await SyncSocket.connect(server, store, { payload: { authToken: far } })
  await first.commit([event(0)])

  const ends = paths.map((path) => endOf(`${server.url}/${path}`, bearer(short)))
  const last = await SyncSocket.connect(server, store, { payload: { authToken: short } })
  await last.commit([event(1)])
  assert.deepEqual(
    (await Promise.all([last.closed(10_000), ...ends])).map(({ code }) => code),
    [3000, 3000, 3000],
  )
  await first.commit([event(2)])
  for (const socket of stay) {
    assert.equal(socket.readyState, WsSocket.OPEN)
    socket.terminate()
  }
})
