// The chat example as its users see it: two browsers in one room.

import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'

import { eventually } from '../harness/wait.mjs'
import { startWorker } from '../harness/wrangler.mjs'
import { launchBrowser } from './browser.mjs'
import { openGate } from './gate.mjs'

const cwd = resolve(import.meta.dirname, '../../examples/chat')
const { CHAT_SCREENSHOTS: screenshots } = process.env

/** Somebody in front of a browser with its own network. */
class Guest {
  /**
   * @param {import('./gate.mjs').Gate} gate
   * @param {import('./browser.mjs').Browser} browser
   * @param {import('playwright-core').Page} page
   */
  constructor(gate, browser, page) {
    this.gate = gate
    this.browser = browser
    this.page = page
  }

  /** @param {{ port: number }} worker @param {string} user */
  static async arrive(worker, user) {
    const gate = await openGate(worker.port)
    const browser = await launchBrowser()
    const guest = new Guest(gate, browser, await browser.newPage())
    await guest.page.goto(gate.url)
    await guest.page.fill('[name=user]', user)
    await guest.page.click('text=Enter')
    await guest.shows('#status', 'Connected')
    return guest
  }

  async leave() {
    await this.browser.close()
    this.gate.close()
  }

  /** @param {string} text */
  async say(text) {
    await this.page.fill('[name=text]', text)
    await this.page.press('[name=text]', 'Enter')
  }

  lines = () => this.page.$$eval('#lines li', (lines) => lines.map((line) => line.lastChild?.textContent?.trim()))

  /** @param {string} selector @param {string} text */
  shows = (selector, text) =>
    eventually(async () => (await this.page.textContent(selector)) === text, `${selector} shows "${text}"`)

  /** @param {...string} expected */
  sees = (...expected) =>
    eventually(async () => String(await this.lines()) === String(expected), `the lines are ${expected}`)
}

describe('chat', () => {
  /** @type {Awaited<ReturnType<typeof startWorker>>} */
  let worker
  /** @type {Guest} */
  let ann
  /** @type {Guest} */
  let ben

  before(async () => {
    worker = await startWorker({ cwd })
    ann = await Guest.arrive(worker, 'Ann')
    ben = await Guest.arrive(worker, 'Ben')
  })

  after(async () => {
    await ann?.leave()
    await ben?.leave()
    await worker?.stop()
  })

  afterEach(() => assert.deepEqual([...ann.browser.errors, ...ben.browser.errors], []))

  it('shows what the other says, and who is there', async () => {
    await ann.shows('#users', 'Ann, Ben')
    await ann.say('hello <b>Ben</b>')
    await ben.sees('hello <b>Ben</b>')
    await ben.say('hello Ann')
    await ann.sees('hello <b>Ben</b>', 'hello Ann')
    if (screenshots) await ann.page.screenshot({ path: join(screenshots, 'chat.png') })
  })

  it('shows that the other is typing', async () => {
    await ann.page.locator('[name=text]').pressSequentially('hm')
    await ben.shows('#typing', 'Ann is typing …')
    await ann.page.fill('[name=text]', '')
  })

  it('comes back after its connection broke, and has missed nothing', async () => {
    ann.gate.cut()
    await ann.shows('#status', 'Connecting …')
    await ben.shows('#users', 'Ben')
    await ben.say('are you there?')
    ann.gate.restore()
    await ann.shows('#status', 'Connected')
    await ann.sees('hello <b>Ben</b>', 'hello Ann', 'are you there?')
    await ben.shows('#users', 'Ann, Ben')
  })
})
