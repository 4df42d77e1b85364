/** The todomvc example, copied out of this workspace: an app with its own packages, tools and configuration. */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { temporaryDirectory } from '../harness/cleanup.mjs'
import { within } from '../harness/wait.mjs'
import { startWorker, wrangler } from '../harness/wrangler.mjs'
import { copyExample, run, shareDependencies } from './project.mjs'

const folder = temporaryDirectory('todomvc').path
const app = join(folder, 'app')
const own = join(app, 'node_modules/wrangler/bin/wrangler.js')
/** @type {Awaited<ReturnType<typeof startWorker>>} */
let worker

before(async () => {
  copyExample('todomvc', app)
  shareDependencies(app, 'todomvc')
  await run(app, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--no-progress')
  worker = await startWorker({ cwd: app, program: own })
})
after(() => worker?.stop())

/** @param {string} path */
const get = (path) => fetch(`http://127.0.0.1:${worker.port}${path}`, { signal: AbortSignal.timeout(10_000) })

/**
 * A socket of the page of the server: what it tells of the list.
 *
 * @param {string} store
 */
const openList = (store) => {
  const socket = new WebSocket(`ws://127.0.0.1:${worker.port}/client-do?storeId=${store}`)
  /** @param {(message: any) => boolean} condition @param {string} what */
  const heard = (condition, what) => {
    /** @type {Promise<void>} */
    const message = new Promise((resolve, reject) => {
      socket.addEventListener('error', () => reject(new Error('the socket failed')))
      socket.addEventListener('message', ({ data }) => condition(JSON.parse(data)) && resolve())
    })
    return within(message, what)
  }
  const opened = new Promise((resolve) => socket.addEventListener('open', resolve))
  return { socket, heard, opened: within(opened, 'the socket is open') }
}

test('both pages are served, with what they load', async () => {
  for (const path of ['/?store=groceries', '/server?store=groceries']) {
    const page = await (await get(path)).text()
    assert.match(page, /<template id="todo-item">/, path)
    const [, script] = page.match(/<script[^>]* src="\/?\.?\/?([^"]+)"/) ?? []
    assert.ok(script, page)
    assert.equal((await get(`/${script}`)).status, 200, script)
  }
  assert.equal((await get('/wa-sqlite.wasm')).headers.get('content-type'), 'application/wasm')
})

test('a change is synced: the backend confirms it, and everybody has it', async () => {
  const [one, other] = [openList('groceries'), openList('groceries')]
  await Promise.all([one.opened, other.opened])
  const isConfirmed = one.heard(({ status }) => status?.head === 1 && status.isBackendSynced, 'it is confirmed')
  const isThere = other.heard(({ tables }) => tables?.todos[0]?.text === 'milk', 'the other has it')
  one.socket.send(JSON.stringify({ name: 'v1.TodoCreated', args: { id: '1', text: 'milk' } }))
  await Promise.all([isConfirmed, isThere])
  for (const { socket } of [one, other]) socket.close()
  const rows = await (await get('/client-do?storeId=groceries')).json()
  assert.deepEqual(rows, [{ id: '1', text: 'milk', completed: false, deletedAt: null }])
})

test('wrangler has nothing to warn of', () => assert.doesNotMatch(worker.log(), /WARNING/))

test('its tests pass, and its types fit', async () => {
  const printed = await run(app, 'cargo', 'test', '--lib')
  assert.match(printed, /test configuration \.\.\. ok/)
  assert.match(printed, /the_schema_holds \.\.\. ok/)
  await run(app, join(app, 'node_modules/.bin/tsc'), '--project', 'web')
})

test('wrangler would deploy it, with a small build and the pages', async () => {
  const development = readFileSync(join(app, 'build/index_bg.wasm')).length
  const printed = await wrangler(['deploy', '--dry-run'], { cwd: app, program: own })
  assert.match(printed, /env\.SYNC_BACKEND_DO \(SyncBackendDO\)/)
  assert.match(printed, /env\.CLIENT_DO \(LiveStoreClientDO\)/)
  const size = readFileSync(join(app, 'build/index_bg.wasm')).length
  assert.ok(size < development / 3, `${size} bytes, ${development} for development`)
  assert.ok(existsSync(join(app, 'dist/index.html')))
})
