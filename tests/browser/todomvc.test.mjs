// The page of the todomvc example as its users see it: two browsers, one list, the worker of the repository between them.
//
// TODOMVC_CONFIG       another wrangler configuration to serve the page and the sync backend with

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, describe, it } from 'node:test'

import { startWorker } from '../harness/wrangler.mjs'
import { ROOT, Visitor } from './todomvc.mjs'

const { TODOMVC_CONFIG: config } = process.env

describe('todomvc', { concurrency: false }, () => {
  const storeId = `test-${randomUUID()}`
  /** @type {Awaited<ReturnType<typeof startWorker>>} */
  let worker
  /** @type {Visitor} */
  let ann
  /** @type {Visitor} */
  let bob

  before(async () => {
    worker = await startWorker({ cwd: ROOT, configs: config ? [config] : [] })
    ann = await Visitor.arrive(worker, storeId)
    bob = await Visitor.arrive(worker, storeId)
  })

  after(async () => {
    await ann?.leave()
    await bob?.leave()
    await worker?.stop()
  })

  afterEach(() => assert.deepEqual([...ann.browser.errors, ...bob.browser.errors], []))

  it('shows what one adds to the other', async () => {
    await ann.screenshot('todomvc-empty')
    await ann.add('milk', 'bread', 'tea')
    await ann.sees('- milk', '- bread', '- tea')
    await bob.sees('- milk', '- bread', '- tea')
    await ann.hasStatus(/^Synced$/)
  })

  it('shows what the other toggles, edits and deletes', async () => {
    await bob.toggle('bread')
    await bob.edit('tea', 'green tea')
    await bob.edit('green tea', 'never mind', 'Escape')
    await bob.destroy('milk')
    await ann.sees('x bread', '- green tea')
    await bob.sees('x bread', '- green tea')
    await ann.screenshot('todomvc-synced')
  })

  it('keeps an edit open while changes arrive', async () => {
    await ann.item('green tea').locator('.text').dblclick()
    await ann.page.keyboard.type(' with')
    await bob.add('eggs')
    await ann.sees('x bread', '- green tea', '- eggs')
    await ann.page.keyboard.type(' honey ')
    await ann.screenshot('todomvc-editing')
    await ann.page.keyboard.press('Enter')
    await ann.sees('x bread', '- green tea with honey', '- eggs')
    await bob.sees('x bread', '- green tea with honey', '- eggs')
  })

  it('filters, counts, toggles all and clears', async () => {
    const { page } = ann
    assert.equal(await page.textContent('.todo-count'), '2 items left')
    await page.click('.filters >> text=Active')
    await ann.sees('- green tea with honey', '- eggs')
    await page.click('.filters >> text=Completed')
    await ann.sees('x bread')
    await page.click('.clear-completed')
    await ann.sees()
    await page.click('.filters >> text=All')
    await page.check('#toggle-all')
    await bob.sees('x green tea with honey', 'x eggs')
    await page.uncheck('#toggle-all')
    await bob.sees('- green tea with honey', '- eggs')
    assert.equal(await bob.page.isVisible('.clear-completed'), false)
  })

  it('converges after one was offline', async () => {
    ann.gate.cut()
    await ann.hasStatus(/^Offline/)
    await ann.add('from the train')
    await ann.toggle('eggs')
    await bob.add('from home')
    await bob.edit('green tea with honey', 'tea')
    await ann.sees('- green tea with honey', 'x eggs', '- from the train')
    await bob.sees('- tea', '- eggs', '- from home')
    await ann.hasStatus(/^Offline, 2 changes waiting$/)
    for (const text of ['eggs', 'from the train']) await ann.hasMark(text, 'made offline')
    await ann.hasMark('green tea with honey', 'confirmed')
    await ann.hasFacts({ 'Made offline': '2' })

    ann.gate.restore()
    const both = ['- tea', 'x eggs', '- from the train', '- from home']
    await ann.sees(...both)
    await bob.sees(...both)
    await ann.hasStatus(/^Synced$/)
    await ann.hasMark('from the train', 'confirmed')
  })

  it('keeps the list in the browser', async () => {
    const before = await bob.list()
    bob.gate.cutSockets()
    await bob.hasStatus(/^Offline/)
    await bob.page.reload()
    await bob.ready()
    await bob.sees(...before)
    await bob.hasStatus(/^Offline$/)
    bob.gate.restore()
    await bob.hasStatus(/^Synced$/)
  })

  it('works in two tabs of one browser, also when the one that holds the connection is closed', async () => {
    const list = await bob.list()
    const first = bob.page
    await bob.open()
    await bob.add('in a second tab')
    await ann.sees(...list, '- in a second tab')
    await first.close()
    await bob.add('in the tab that is left')
    await ann.sees(...list, '- in a second tab', '- in the tab that is left')
    await ann.add('seen there')
    await bob.sees(...list, '- in a second tab', '- in the tab that is left', '- seen there')
    bob.gate.cut()
    await bob.hasStatus(/^Offline$/)
  })

  it('begins anew when the data of the server is gone', async () => {
    await worker.stop()
    await ann.hasStatus(/^Offline$/)
    worker = await startWorker({ cwd: ROOT, configs: config ? [config] : [] })
    for (const { gate } of [ann, bob]) {
      gate.retarget(worker.port)
      gate.restore()
    }
    await ann.sees()
    await bob.sees()
    await ann.hasStatus(/^Synced$/)
    await ann.add('a new start')
    await bob.sees('- a new start')
  })
})
