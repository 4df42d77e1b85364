// The cells of tests/client/matrix.test.mjs, beside a browser with the page of todomvc.

import { test } from 'node:test'

import { inParts } from '../harness/events.mjs'
import { CELLS, playCell } from '../harness/matrix.mjs'
import { eventually, within } from '../harness/wait.mjs'
import { launchBrowser } from './browser.mjs'
import { openSite } from './site.mjs'

/** @typedef {import('../harness/parties.mjs').Peer} Peer */
/** @typedef {import('../harness/events.mjs').Body} Body */

/** How long a page may take for a commit. */
const COMMITTED = 30_000

/** How long a page may take to notice that it is alone. */
const NOTICED = 20_000

/** The store of a page, which LiveStore makes known for debugging. @typedef {any} PageStore */

/** One in a browser. @implements {Peer} */
class BrowserParty {
  #site
  #browser
  #page
  #storeId

  /**
   * @param {import('./site.mjs').Site} site
   * @param {import('./browser.mjs').Browser} browser
   * @param {import('playwright-core').Page} page
   * @param {string} storeId
   */
  constructor(site, browser, page, storeId) {
    this.#site = site
    this.#browser = browser
    this.#page = page
    this.#storeId = storeId
  }

  /** @param {{ port: number }} server @param {string} storeId */
  static async open(server, storeId) {
    const site = await openSite(server)
    const browser = await launchBrowser()
    const page = await browser.newPage()
    await page.goto(`${site.url}/?store=${storeId}`)
    await page.locator('.new-todo:enabled').waitFor()
    return new BrowserParty(site, browser, page, storeId)
  }

  async cut() {
    this.#site.cut()
    const isOffline = async () => /^Offline/.test((await this.#page.textContent('.status')) ?? '')
    await eventually(isOffline, 'the page is offline', NOTICED)
  }

  restore() {
    this.#site.restore()
  }

  /** @param {Body[]} bodies */
  async commit(bodies) {
    const committed = this.#evaluate(async (store, parts) => {
      for (const part of parts) {
        store.commit(...part)
        while (!store.syncStatus().isSynced) await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }, inParts(bodies))
    await within(committed, `the browser commits ${bodies.length} events`, COMMITTED)
  }

  /** @param {number} count @param {number} limit */
  async log(count, limit) {
    const log = this.#evaluate(async (store, count) => {
      const log = []
      for await (const { seqNum, name, clientId, args } of store.events()) {
        log.push({ seqNum: seqNum.global, name, clientId, id: args.id })
        if (log.length === count) return log
      }
    }, count)
    return within(log, `the browser has ${count} confirmed events`, limit)
  }

  /** The lines of the page. The id of a line is its text here. */
  todos() {
    return this.#page.$$eval('.todo-list li', (items) =>
      items.map((item) => {
        const text = item.querySelector('.text')?.textContent ?? ''
        const toggle = /** @type {HTMLInputElement} */ (item.querySelector('.toggle'))
        return { id: text, text, completed: toggle.checked }
      }),
    )
  }

  async close() {
    await this.#browser.close()
    this.#site.close()
  }

  /**
   * @template A
   * @param {(store: PageStore, argument: A) => Promise<any>} run in the page
   * @param {A} argument
   */
  #evaluate(run, argument) {
    const source = `(${run})(__debugLiveStore[${JSON.stringify(this.#storeId)}], ${JSON.stringify(argument)})`
    return this.#page.evaluate(source)
  }
}

/** A page takes most of a minute for a cell. So each run plays those with our store, and `MATRIX=all` plays all. */
const isPlayed = (/** @type {import('../harness/matrix.mjs').Cell} */ { store, generation }) =>
  process.env.MATRIX === 'all' || (store === 'ours' && generation === '0.4.0')

for (const cell of CELLS) {
  const skip = cell.impossible ?? (isPlayed(cell) ? false : 'played with MATRIX=all')
  test(cell.name, { skip, timeout: 300_000 }, () => playCell(cell, BrowserParty.open))
}
