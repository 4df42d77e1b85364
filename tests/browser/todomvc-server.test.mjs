// The two pages of the todomvc example: two browsers with the list, and one that looks at it in the durable object.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, describe, it } from 'node:test'

import { temporaryDirectory } from '../harness/cleanup.mjs'
import { eventually } from '../harness/wait.mjs'
import { startWorker } from '../harness/wrangler.mjs'
import { photographPair, ROOT, Visitor } from './todomvc.mjs'

describe('todomvc and its durable object', { concurrency: false }, () => {
  const storeId = `test-${randomUUID()}`
  const storage = temporaryDirectory('todomvc')
  /** @type {Awaited<ReturnType<typeof startWorker>>} */
  let worker
  /** @type {Visitor} */
  let ann
  /** @type {Visitor} */
  let bob
  /**
   * At the page of the server.
   *
   * @type {Visitor}
   */
  let sue

  const start = async () => {
    worker = await startWorker({ cwd: ROOT, storage: storage.path })
  }

  /** @param {...string} list */
  const allSee = (...list) => Promise.all([ann, bob, sue].map((visitor) => visitor.sees(...list)))

  before(async () => {
    await start()
    ann = await Visitor.arrive(worker, storeId)
    bob = await Visitor.arrive(worker, storeId)
    sue = await Visitor.arrive(worker, storeId, '/server')
  })

  after(async () => {
    for (const visitor of [ann, bob, sue]) await visitor?.leave()
    await worker?.stop()
    storage.remove()
  })

  afterEach(() => {
    for (const visitor of [ann, bob, sue]) assert.deepEqual(visitor.browser.errors, [])
  })

  it('shows on each page what the others add', async () => {
    await ann.add('milk')
    await allSee('- milk')
    await sue.add('bread')
    await allSee('- milk', '- bread')
    await bob.add('tea', 'eggs')
    await allSee('- milk', '- bread', '- tea', '- eggs')
    for (const visitor of [ann, sue]) {
      await visitor.hasStatus(/^Synced$/)
      for (const text of ['milk', 'bread', 'tea', 'eggs']) await visitor.hasMark(text, 'confirmed')
      await visitor.hasFacts({ 'Events confirmed': '4', 'Pending': '0' })
    }
    await sue.hasFacts({ 'At the backend': '4' })
  })

  it('shows on each page what the others toggle, edit and delete', async () => {
    await sue.toggle('milk')
    await sue.edit('tea', 'green tea')
    await sue.edit('eggs', 'never mind', 'Escape')
    await allSee('x milk', '- bread', '- green tea', '- eggs')
    await ann.toggle('milk')
    await ann.edit('bread', 'brown bread')
    await bob.destroy('eggs')
    await allSee('- milk', '- brown bread', '- green tea')
    await sue.destroy('green tea')
    await allSee('- milk', '- brown bread')
  })

  it('filters, toggles all and clears at the server', async () => {
    const { page } = sue
    await sue.toggle('milk')
    await page.click('.filters >> text=Active')
    await sue.sees('- brown bread')
    await page.click('.filters >> text=All')
    await page.check('#toggle-all')
    await allSee('x milk', 'x brown bread')
    await page.uncheck('#toggle-all')
    await allSee('- milk', '- brown bread')
    await sue.toggle('milk')
    await page.click('.clear-completed')
    await allSee('- brown bread')
    await sue.edit('brown bread', '')
    await allSee()
  })

  it('keeps an edit at the server open while changes arrive', async () => {
    await sue.add('tea')
    await sue.item('tea').locator('.text').dblclick()
    await sue.page.keyboard.type(' with')
    await ann.add('eggs')
    await sue.sees('- tea', '- eggs')
    await sue.page.keyboard.type(' honey ')
    await sue.page.keyboard.press('Enter')
    await allSee('- tea with honey', '- eggs')
  })

  it('merges what a browser did offline with what happened at the server', async () => {
    ann.gate.cut()
    await ann.hasStatus(/^Offline/)
    await ann.add('from the train')
    await ann.toggle('eggs')
    await sue.edit('tea with honey', 'tea')
    await sue.add('from the server')
    await sue.sees('- tea', '- eggs', '- from the server')
    await ann.sees('- tea with honey', 'x eggs', '- from the train')
    for (const text of ['from the train', 'eggs']) await ann.hasMark(text, 'made offline')
    await ann.hasMark('tea with honey', 'confirmed')
    await ann.hasFacts({ 'Pending': '0', 'Made offline': '2' })
    await ann.isAccessible()
    await ann.screenshot('todomvc-offline')

    ann.gate.restore()
    await allSee('- tea', 'x eggs', '- from the train', '- from the server')
    await ann.hasStatus(/^Synced$/)
    await ann.hasMark('from the train', 'confirmed')
    await sue.hasMark('from the train', 'confirmed')
  })

  it('waits at the server for the connection', async () => {
    sue.gate.cut()
    await sue.hasStatus(/^Offline/)
    await ann.add('meanwhile')
    assert.equal(await sue.page.isDisabled('.new-todo'), true)
    await sue.isAccessible()
    await sue.screenshot('todomvc-server-offline')
    sue.gate.restore()
    await allSee('- tea', 'x eggs', '- from the train', '- from the server', '- meanwhile')
    assert.equal(await sue.page.isDisabled('.new-todo'), false)
  })

  it('keeps the list when the pages are loaded again', async () => {
    const list = await ann.list()
    for (const visitor of [ann, sue]) {
      await visitor.page.reload()
      await visitor.ready()
      // It shows the list before it has loaded all of its files.
      await visitor.hasStatus(/^Synced$/)
    }
    await allSee(...list)
  })

  it('goes on after the server was started again', async () => {
    const list = await ann.list()
    await worker.stop()
    await ann.hasStatus(/^Offline/)
    await sue.hasStatus(/^Offline/)
    await ann.add('while it was away')
    await start()
    for (const { gate } of [ann, bob, sue]) gate.retarget(worker.port)
    await allSee(...list, '- while it was away')
    await sue.add('after it came back')
    await allSee(...list, '- while it was away', '- after it came back')
    for (const visitor of [ann, sue]) await visitor.hasStatus(/^Synced$/)
  })

  it('gives the rows as JSON', async () => {
    const href = await sue.page.locator('.json').getAttribute('href')
    const response = await fetch(new URL(String(href), sue.page.url()))
    assert.equal(response.headers.get('content-type'), 'application/json')
    const rows = /** @type {any[]} */ (await response.json())
    const { id, ...tea } = rows.find(({ text }) => text === 'tea')
    assert.deepEqual(tea, { text: 'tea', completed: false, deletedAt: null })
    const deleted = rows.find(({ text }) => text === 'green tea')
    assert.ok(!Number.isNaN(Date.parse(deleted.deletedAt)), deleted.deletedAt)
    assert.equal((await fetch(new URL('/client-do', sue.page.url()))).status, 400)
  })

  it('can be used with the keyboard', async () => {
    const list = await ann.list()
    for (const visitor of [ann, sue]) {
      const { page } = visitor
      /** @param {...string} keys */
      const press = async (...keys) => {
        for (const key of keys) await page.keyboard.press(key)
      }
      await page.focus('.new-todo')
      await page.keyboard.type('with keys')
      await press('Enter')
      // Otherwise the next visitor might take this todo for their own.
      await allSee(...list, '- with keys')
      await visitor.item('with keys').locator('.toggle').focus()
      await press('Tab')
      await visitor.isAt('Edit with keys')
      await press('Enter')
      await visitor.isAt('New text of with keys')
      await press('End', '!', 'Escape')
      await visitor.isAt('Edit with keys')
      await press('Enter', 'End', '!', 'Enter')
      await visitor.isAt('Edit with keys!')
      await press('Tab')
      await visitor.isAt('Delete with keys!')
      await press('Enter')
      await visitor.isAt('Done after it came back')
      await allSee(...list)
    }
  })

  it('keeps nobody out', async () => {
    await ann.toggle('tea')
    for (const visitor of [ann, sue]) {
      await visitor.isAccessible()
      await visitor.page.setViewportSize({ width: 320, height: 640 })
      const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth
      assert.equal(await visitor.page.evaluate(overflow), 0, 'a narrow page does not scroll to the side')
      await visitor.screenshot(visitor === ann ? 'todomvc-narrow' : 'todomvc-server-narrow')
      await visitor.page.setViewportSize({ width: 800, height: 640 })
    }
  })

  it('leads from each page to the other', async () => {
    const { page } = bob
    await page.click('text=In the Durable Object')
    await page.waitForURL(/\/server\?store=/)
    await bob.ready()
    await allSee(...(await ann.list()))
    await page.click('text=In this browser')
    await page.waitForURL(/\/\?store=/)
    await bob.ready()
    await allSee(...(await ann.list()))
  })

  it('is nice to look at', async () => {
    for (const [visitor, path] of /** @type {const} */ ([
      [ann, '/'],
      [sue, '/server'],
    ])) {
      visitor.url = `${visitor.gate.url}${path}?store=groceries`
      await visitor.load()
      await visitor.page.setViewportSize({ width: 600, height: 700 })
    }
    await ann.add('Oat milk', 'Rye bread')
    await sue.sees('- Oat milk', '- Rye bread')
    await sue.add('Coffee, added on the server')
    await ann.sees('- Oat milk', '- Rye bread', '- Coffee, added on the server')
    await ann.toggle('Oat milk')
    await sue.sees('x Oat milk', '- Rye bread', '- Coffee, added on the server')
    for (const visitor of [ann, sue]) {
      await visitor.hasStatus(/^Synced$/)
      await visitor.hasFacts({ 'Events confirmed': '4' })
    }
    await photographPair(ann, sue, 'light')

    ann.gate.cut()
    await ann.hasStatus(/^Offline$/)
    await ann.add('Tea, added on the train')
    await ann.hasMark('Tea, added on the train', 'made offline')
    await photographPair(ann, sue, 'dark')
    ann.gate.restore()
    await sue.sees('x Oat milk', '- Rye bread', '- Coffee, added on the server', '- Tea, added on the train')
    await ann.hasStatus(/^Synced$/)
  })

  it('tells what the status of the object says', async () => {
    const { page } = sue
    const status = { head: 7, backendHead: 9, backendPendingCount: 0, isBackendSynced: true, rejected: 0 }
    const fine = { ...status, pushParked: null, pullParked: null, halted: null, rebuilt: null }
    const row = { id: 'a', text: 'milk', completed: false, deletedAt: null }
    const pending = [{ name: 'v1.TodoCreated', args: row }]
    /** @type {import('playwright-core').WebSocketRoute | undefined} */
    let socket
    await page.routeWebSocket(/client-do/, (route) => {
      socket = route
      route.send(JSON.stringify({ tables: { todos: [row] } }))
      route.send(JSON.stringify({ status: fine, pending: [] }))
    })
    await page.reload()
    await sue.hasStatus(/^Synced$/)

    const halted = { kind: 'poisoned', seq: 8, name: 'v1.TodoEaten', reason: 'no such table' }
    for (const [change, shown] of /** @type {const} */ ([
      [{ isBackendSynced: false }, /^Catching up…$/],
      [{ backendPendingCount: 1 }, /^Syncing 1 change…$/],
      [{ pushParked: 'not today' }, /^The backend refuses: not today$/],
      [{ rebuilt: 3 }, /^Filling the tables…$/],
      [{ halted }, /^Stopped at event 8, v1.TodoEaten: no such table$/],
      [{ halted: { kind: 'lostHistory' } }, /^Stopped: the backend has lost events$/],
    ])) {
      socket?.send(JSON.stringify({ status: { ...fine, ...change }, pending }))
      await sue.hasStatus(shown)
      await sue.hasMark('milk', 'pending')
    }
    await sue.hasFacts({ 'Events confirmed': '7', 'At the backend': '9', 'Pending': '0' })
    await sue.screenshot('todomvc-server-stopped')

    socket?.send(JSON.stringify({ error: 'the store has halted' }))
    await eventually(
      async () => (await page.textContent('.problem')) === 'The change was refused: the store has halted',
      'a refused change is told',
    )
    await sue.isAccessible()
  })
})
