// The todomvc example as its users see it: two browsers, one list, the worker of the repository between them.
//
// TODOMVC_CONFIG       another wrangler configuration to serve the page and the sync backend with
// TODOMVC_SCREENSHOTS  a folder to put screenshots into

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'

import { eventually } from '../harness/wait.mjs'
import { startWorker } from '../harness/wrangler.mjs'
import { launchBrowser } from './browser.mjs'
import { openGate } from './gate.mjs'

const root = resolve(import.meta.dirname, '../..')
const { TODOMVC_CONFIG: config, TODOMVC_SCREENSHOTS: screenshots } = process.env

/** A person in front of a browser with its own network, looking at a list. */
class Visitor {
  /**
   * @param {import('./gate.mjs').Gate} gate
   * @param {import('./browser.mjs').Browser} browser
   * @param {import('playwright-core').Page} page
   * @param {string} url
   */
  constructor(gate, browser, page, url) {
    this.gate = gate
    this.browser = browser
    this.page = page
    this.url = url
  }

  /** @param {{ port: number }} worker @param {string} storeId */
  static async arrive(worker, storeId) {
    const gate = await openGate(worker.port)
    const browser = await launchBrowser()
    const visitor = new Visitor(gate, browser, await browser.newPage(), `${gate.url}/?store=${storeId}`)
    await visitor.load()
    return visitor
  }

  async leave() {
    await this.browser.close()
    this.gate.close()
  }

  async open() {
    this.page = await this.browser.newPage()
    await this.load()
  }

  async load() {
    await this.page.goto(this.url)
    await this.ready()
  }

  ready = () => this.page.locator('.new-todo:enabled').waitFor()

  /** @param {string} text */
  item = (text) => this.page.locator('.todo-list li', { has: this.page.getByText(text, { exact: true }) })

  /** @param {...string} texts */
  async add(...texts) {
    for (const text of texts) {
      await this.page.fill('.new-todo', text)
      await this.page.press('.new-todo', 'Enter')
    }
  }

  /** @param {string} text */
  toggle = (text) => this.item(text).locator('.toggle').click()

  /** @param {string} text @param {string} next */
  async edit(text, next, key = 'Enter') {
    const item = await this.item(text).elementHandle()
    const label = await item?.$('label')
    assert.ok(label)
    await label.dblclick()
    const input = await item?.$('.edit')
    assert.ok(input)
    await input.fill(next)
    await input.press(key)
  }

  /** @param {string} text */
  async destroy(text) {
    await this.item(text).hover()
    await this.item(text).locator('.destroy').click()
  }

  /** The list as lines of text, e.g. `x milk` for a completed todo and `- milk` for another. */
  list = () =>
    this.page.$$eval('.todo-list li', (items) =>
      items.map((item) => {
        const toggle = /** @type {HTMLInputElement} */ (item.querySelector('.toggle'))
        const label = /** @type {HTMLLabelElement} */ (item.querySelector('label'))
        return `${toggle.checked ? 'x' : '-'} ${label.textContent}`
      }),
    )

  status = () => this.page.textContent('.status')

  /** @param {...string} expected */
  async sees(...expected) {
    /** @type {string[] | undefined} */
    let seen
    const asExpected = async () => {
      seen = await this.list().catch(() => ['(the page is reloading)'])
      return JSON.stringify(seen) === JSON.stringify(expected)
    }
    await eventually(asExpected, () => `the list is ${expected}, not ${seen}`, 20_000)
  }

  /** @param {RegExp} pattern */
  hasStatus = (pattern) =>
    eventually(async () => pattern.test((await this.status()) ?? ''), `the status is ${pattern}`, 20_000)

  /** @param {string} name */
  async screenshot(name) {
    if (screenshots) await this.page.screenshot({ path: join(screenshots, `${name}.png`) })
  }
}

describe('todomvc', { concurrency: false }, () => {
  const storeId = `test-${randomUUID()}`
  /** @type {Awaited<ReturnType<typeof startWorker>>} */
  let worker
  /** @type {Visitor} */
  let ann
  /** @type {Visitor} */
  let bob

  before(async () => {
    worker = await startWorker({ cwd: root, configs: config ? [config] : [] })
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
    await ann.screenshot('empty')
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
    await ann.screenshot('synced')
  })

  it('keeps an edit open while changes arrive', async () => {
    await ann.item('green tea').locator('label').dblclick()
    await ann.page.keyboard.type(' with')
    await bob.add('eggs')
    await ann.sees('x bread', '- green tea', '- eggs')
    await ann.page.keyboard.type(' honey ')
    await ann.screenshot('editing')
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
    await ann.screenshot('offline')

    ann.gate.restore()
    const both = ['- tea', 'x eggs', '- from the train', '- from home']
    await ann.sees(...both)
    await bob.sees(...both)
    await ann.hasStatus(/^Synced$/)
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
    worker = await startWorker({ cwd: root, configs: config ? [config] : [] })
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
