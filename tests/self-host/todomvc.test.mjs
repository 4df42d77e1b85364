/** The example todomvc, self-hosted: its page, and its stores with official clients through the end of the process. */

import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { Effect, Exit, Fiber, Stream } from 'effect'

import { freshStoreId } from '../harness/backend.mjs'
import { temporaryDirectory } from '../harness/cleanup.mjs'
import { todos } from '../harness/events.mjs'
import { openClient } from '../harness/livestore.mjs'
import { assertUnbroken, createdIds, serverLog } from '../harness/log.mjs'
import { livePull, provider, runEffect } from '../harness/provider.mjs'
import { rustWorker } from '../harness/rust.mjs'
import { SelfHosted } from '../harness/self-host.mjs'
import { eventually } from '../harness/wait.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** @type {SelfHosted} */
let server

/** Where clients connect: the path that has no file. */
const sync = () => ({ url: `${server.url}/sync` })

before(async () => {
  server = await new SelfHosted(['--main', `${rustWorker('todomvc').dir}/index.js`], { cwd: ROOT }).serve()
})
after(() => server?.stop())

test('the page is served with all that it loads', async () => {
  const page = await server.fetch('/?store=any')
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
  const scripts = Array.from((await page.text()).matchAll(/src="([^"]+)"/g), ([, path]) => path)
  assert.ok(scripts.length > 0)
  for (const path of [...scripts.map((name) => new URL(name, 'http://x/').pathname), '/style.css', '/wa-sqlite.wasm']) {
    const { status, headers } = await server.fetch(path)
    assert.deepEqual([path, status], [path, 200])
    assert.notEqual(headers.get('content-type'), 'application/octet-stream', path)
  }
  assert.equal((await server.fetch('/server?store=any')).status, 200, 'without .html')
})

test('nothing acknowledged is lost when the process is killed', { timeout: 60_000 }, async () => {
  const storeId = freshStoreId()
  let head = 0
  for (let round = 1; round <= 3; round++) {
    const goal = head + 20
    await runEffect(function* () {
      const client = yield* provider(sync(), storeId)
      for (;;) {
        const exit = yield* Effect.exit(client.push(/** @type {any} */ (todos(head, 1))))
        if (Exit.isFailure(exit)) return
        head++
        // The next push is on its way when the process dies.
        if (head === goal) setImmediate(() => server.kill())
      }
    }, 20_000)
    await server.restart()
    const log = await serverLog(sync(), storeId)
    assertUnbroken(log)
    assert.ok(log.length >= head && log.length <= head + 1, `${head} acknowledged, ${log.length} stored`)
    head = log.length
  }
  assert.ok(head >= 60)
})

test('official stores go on after a kill, with what they did meanwhile', { timeout: 60_000 }, async () => {
  const storeId = freshStoreId()
  const [anna, ben] = await Promise.all(['anna', 'ben'].map((clientId) => openClient({ ...sync(), storeId, clientId })))
  anna.create('before')
  await Promise.all([anna.confirmed(1), ben.confirmed(1)])
  await server.kill()
  anna.create('while it was down')
  assert.deepEqual(
    anna.todos().map(({ id }) => id),
    ['before', 'while it was down'],
  )
  await server.serve()
  const [log] = await Promise.all([anna, ben].map((client) => client.confirmed(2, 30_000)))
  assert.deepEqual(
    log.map(({ args }) => args.id),
    ['before', 'while it was down'],
  )
  assert.deepEqual(createdIds(await serverLog(sync(), storeId)), ['before', 'while it was down'])
  await Promise.all([anna.close(), ben.close()])
})

test('a process that is asked to end serves its sockets on, and nothing is lost when the supervisor ends it', async () => {
  const storeId = freshStoreId()
  await runEffect(function* () {
    const client = yield* provider(sync(), storeId)
    const listening = yield* Effect.fork(livePull(client).pipe(Stream.runDrain, Effect.exit))
    yield* client.push(/** @type {any} */ (todos(0, 30)))
    process.kill(server.pid, 'SIGTERM')
    yield* Effect.promise(() => eventually(refused, 'new connections get no answer'))
    yield* client.push(/** @type {any} */ (todos(30, 1)))
    yield* Effect.promise(() => server.kill())
    yield* Fiber.interrupt(listening)
  }, 20_000)
  await server.serve()
  assert.deepEqual(await serverLog(sync(), storeId), todos(0, 31))
})

test('a backup of a process that runs has what was acknowledged before', { timeout: 60_000 }, async () => {
  const storeId = freshStoreId()
  const push = (/** @type {number} */ head, /** @type {number} */ count) =>
    runEffect(function* () {
      const client = yield* provider(sync(), storeId)
      yield* client.push(/** @type {any} */ (todos(head, count)))
    })
  await push(0, 30)
  const backup = temporaryDirectory('backup').path
  for (const file of readdirSync(server.data, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.sqlite')) continue
    mkdirSync(dirname(join(backup, file)), { recursive: true })
    const database = new DatabaseSync(join(server.data, file), { readOnly: true })
    database.prepare('VACUUM INTO ?').run(join(backup, file))
    database.close()
  }
  await push(30, 1)
  assert.equal(await server.terminate(), 0)
  rmSync(server.data, { recursive: true })
  cpSync(backup, server.data, { recursive: true })
  await server.serve()
  assert.deepEqual(await serverLog(sync(), storeId), todos(0, 30))
})

test('a process without sockets ends when it is asked to', async () => {
  assert.equal(await server.terminate(), 0)
  await server.serve()
})

/** Whether the server takes no new connection. */
const refused = () =>
  fetch(server.url, { signal: AbortSignal.timeout(500) }).then(
    () => false,
    () => true,
  )
